"""An undefined variable in one of our templates fails the test.

Django prints nothing for a name that does not exist, takes it for false in `{% if %}` and for an
empty list in `{% for %}`: a misspelt name is a page with a hole. Here it is an error, with two
reliefs:

- templates of libraries are left alone, and so are ours that replace one of theirs (they take
  the library's context as it is);
- `{% if name %}` and `{% for x in name %}` may ask for a name that the page was not given when
  the template's opening comment mentions that name: it is an input that may be left out. So may a
  key that a dictionary lacks.
"""

import functools
import inspect
from pathlib import Path

from django.conf import settings
from django.template.base import FilterExpression, Node, Variable, VariableDoesNotExist
from django.template.context import BaseContext
from django.template.defaulttags import ForNode, IfNode

OUR_TEMPLATES = Path(settings.BASE_DIR) / "templates"
# First folders of templates that replace a library's.
REPLACEMENTS = {"account", "admin", "allauth", "django", "mfa", "simple_history", "usersessions"}


class UndefinedVariable(AssertionError):
    """A template of ours used a name that its page does not give."""


class Undefined(str):
    """Stands for `string_if_invalid`: false and empty, as Django's own empty string.

    Only `{% blocktranslate %}` asks it whether it has a place for the name; everything else
    passes through `Variable.resolve`.
    """

    def __contains__(self, part: str) -> bool:
        caller = inspect.currentframe().f_back
        if caller.f_code.co_name == "render_value":
            check(caller.f_locals["key"], caller=caller, failure=None)
        return False


# What was undefined since the last test began: a live server or a job may swallow the exception.
found: list[str] = []


def check(name: str, *, caller, failure: VariableDoesNotExist | None) -> None:
    """Raise UndefinedVariable unless one of the reliefs applies."""
    ignore_failures, node = False, None
    frame = caller
    while frame is not None and node is None:
        code, names = frame.f_code, frame.f_locals
        if code is FilterExpression.resolve.__code__ and frame is caller:
            ignore_failures = names["ignore_failures"]
        elif code is Node.render_annotated.__code__:
            node = names["self"]
        frame = frame.f_back
    template = getattr(getattr(node, "origin", None), "name", "")
    if not is_ours(template):
        return
    if ignore_failures and may_be_left_out(name, node=node, template=template, failure=failure):
        return
    place = Path(template).relative_to(OUR_TEMPLATES)
    message = f"{place}, line {node.token.lineno}: “{name}” is undefined"
    found.append(message)
    raise UndefinedVariable(message)


def is_ours(template: str) -> bool:
    path = Path(template)
    if not path.is_relative_to(OUR_TEMPLATES):
        return False
    return path.relative_to(OUR_TEMPLATES).parts[0] not in REPLACEMENTS


def may_be_left_out(name: str, *, node: Node, template: str, failure) -> bool:
    if not isinstance(node, IfNode | ForNode):
        return True
    looked_in = failure.params[1] if failure is not None and failure.params else None
    if isinstance(looked_in, BaseContext):
        return name.split(".")[0] in opening_comment(template)
    return isinstance(looked_in, dict) or looked_in is None or looked_in == ""


@functools.cache
def opening_comment(template: str) -> frozenset[str]:
    """The words of the comment at the top of the template."""
    text = Path(template).read_text().lstrip()
    if text.startswith("{% extends"):
        text = text.split("%}", 1)[1].lstrip()
    if text.startswith("{#"):
        lines = []
        for line in text.splitlines():
            if not line.startswith("{#"):
                break
            lines.append(line)
        comment = " ".join(lines)
    elif text.startswith("{% comment"):
        comment = text.split("{% endcomment %}", 1)[0]
    else:
        comment = ""
    return frozenset("".join(c if c.isalnum() or c == "_" else " " for c in comment).split())


def install() -> None:
    """Replace Variable.resolve for the rest of the process."""
    resolve = Variable.resolve

    def checked_resolve(self, context):
        try:
            return resolve(self, context)
        except VariableDoesNotExist as failure:
            caller = inspect.currentframe().f_back
            if caller.f_code is FilterExpression.resolve.__code__:
                check(self.var, caller=caller, failure=failure)
            raise

    Variable.resolve = checked_resolve
