"""Rules of the house that no linter knows."""

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.urls import get_resolver

from portal.celery import app as celery_app
from portal.lib.changes import Announced

ROOT = Path(settings.BASE_DIR)
TEMPLATES = ROOT / "templates"
# From the ground up: an app knows only what stands before it.
LAYERS = ["lib", "regions", "members", "programme", "publications", "portal"]
PACKAGES = [name for name in LAYERS if name != "lib"]
OUR_MODELS = [model for model in apps.get_models() if model._meta.app_label in LAYERS]

# Everything else asks for a login. Opening a page is a line here.
PUBLIC = {
    "root",
    "ready",
    "sitemap",
    "sitemap_fixed",
    "sitemap_section",
    "robots",
    "icon",
    "permanent",
    "picture",
    "portal:home",
    "portal:regions",
    "portal:region",
    "portal:axis",
    "portal:search",
    "portal:opensearch",
    "portal:page",
    "portal:feed",
    "portal:region_feed",
    "portal:axis_feed",
    "portal:pages_feed",
    "portal:data",
    "portal:data_set",
    "portal:data_file",
    "portal:data_package",
    "portal:region_calendar",
    "portal:axis_calendar",
    "portal:contact",
    "portal:contact_sent",
    "members:directory",
    "members:directory_csv",
    "members:directory_json",
    "members:directory_geojson",
    "members:directory_feed",
    "members:organisation",
    "members:invitation",
    "members:renewal",
    "members:apply",
    "members:apply_begin",
    "members:apply_link",
    "members:apply_link_sent",
    "members:apply_saved",
    "members:apply_place",
    "members:apply_organisation",
    "members:apply_people",
    "members:apply_questions",
    "members:apply_check",
    "members:apply_follow",
    "members:apply_continue",
    "members:apply_withdraw",
    "members:confirmation",
    "members:preferences",
    "members:stop_topic",
    "programme:programme",
    "programme:emerging_feed",
    "programme:emerging_issue",
    "programme:emerging_issues",
    "programme:events",
    "programme:event",
    "programme:event_calendar",
    "programme:events_feed",
    "programme:events_calendar",
    "mail_events",
    "metadata",
    "portal:dossier",
    "portal:dossier_pdf",
    "portal:dossier_text",
    "portal:light_library",
    "portal:light_page",
    "portal:light_publication",
    "portal:whole_text",
    "oai",
    "publications:feed",
    "publications:list",
    "publications:detail",
    "publications:file",
    "publications:first_page",
    "publications:series",
    "publications:verify",
    "publications:certificate",
    "publications:follow",
    "publications:asked",
    "publications:follow_confirm",
    "publications:follow_choices",
    "publications:follow_stop",
    "publications:tell_me",
    "publications:wish_confirm",
    "publications:wish_stop",
    "publications:newsletters",
    "publications:newsletters_feed",
    "publications:axis_digest",
    "publications:issue",
    "publications:issue_pdf",
    "publications:subscribe",
    "publications:subscribe_sent",
    "publications:confirm_subscription",
    "publications:subscription",
    "publications:unsubscribe",
    "publications:unsubscribe_from",
    "publications:reader_data",
    "publications:erase_reader",
    "publications:reader_link",
    "publications:reader_link_sent",
    # allauth's: entering, leaving, and coming back with a new password
    "account_confirm_email",
    "account_confirm_login_code",
    "account_email_verification_sent",
    "account_inactive",
    "account_login",
    "account_logout",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "account_signup",
    "mfa_authenticate",
    "mfa_login_webauthn",
    "admin:login",
}


# -- Addresses -------------------------------------------------------------------------------------


def addresses(resolver=None, spaces=()) -> Iterator[tuple[str, object]]:
    """Every address's full name and view."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if hasattr(pattern, "url_patterns"):
            yield from addresses(pattern, spaces + (pattern.namespace,) * bool(pattern.namespace))
        else:
            yield ":".join((*spaces, pattern.name or "")), pattern


def test_only_these_pages_are_open():
    opened = {
        name
        for name, pattern in addresses()
        if not getattr(pattern.callback, "login_required", True)
    }
    assert opened == PUBLIC


def test_every_address_has_a_name():
    unnamed = [
        str(pattern.pattern)
        for name, pattern in addresses()
        if name in ("", ":") and "admin" not in pattern.callback.__module__
    ]
    assert unnamed == []


def test_public_pages_say_which_parameters_they_read():
    """A parameter that is not declared is taken away before the view runs."""
    undeclared = []
    for name, pattern in addresses():
        view = pattern.callback
        declared = getattr(view, "query_names", None)
        if declared is None:
            continue
        source = inspect.getsource(inspect.unwrap(view))
        read = set(re.findall(r"request\.GET(?:\.get\(|\.getlist\(|\[)\"(\w+)\"", source))
        if read - set(declared):
            undeclared.append(f"{name}: {read - set(declared)}")
    assert undeclared == []


# -- Models and modules ----------------------------------------------------------------------------


def test_relations_point_down():
    pointing_up = [
        f"{field} → {field.related_model._meta.label}"
        for model in OUR_MODELS
        for field in model._meta.get_fields()
        if field.is_relation
        and not field.auto_created
        and field.related_model is not None
        and field.related_model._meta.app_label in LAYERS
        # Who made a change is a person, whatever was changed.
        and field.name != "history_user"
        and level(field.related_model) > level(model)
    ]
    assert pointing_up == []


def level(model) -> int:
    return LAYERS.index(model._meta.app_label)


def modules() -> list[Path]:
    return [
        path
        for package in PACKAGES
        for path in sorted((ROOT / package).rglob("*.py"))
        if "migrations" not in path.parts
    ]


def test_modules_are_named_for_what_they_hold():
    refused = {"services", "selectors", "utils", "helpers", "managers", "mixins", "signals"}
    refused |= {"misc", "common", "util", "helper"}
    assert [str(path) for path in modules() if refused & {path.stem, path.parent.name}] == []


def test_models_import_only_models_and_the_toolbox():
    """A model that needs a verb is a verb that belongs elsewhere."""
    allowed = re.compile(r"(portal\.lib|(regions|members|programme|publications|portal)\.models)\b")
    wrong = []
    for path in modules():
        place = path.relative_to(ROOT)
        if "models" not in (path.stem, path.parent.name):
            continue
        for name in imported(path):
            if name.split(".")[0] in PACKAGES and not allowed.match(name):
                wrong.append(f"{place} imports {name}")
    assert wrong == []


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


# -- Jobs ------------------------------------------------------------------------------------------


def our_tasks() -> dict[str, object]:
    celery_app.loader.import_default_modules()
    return {
        name: task
        for name, task in celery_app.tasks.items()
        if task.__module__.split(".")[0] in PACKAGES
    }


def test_every_task_says_its_name():
    """A name made from the module would change when the module moves, with jobs in the queue."""
    unnamed = []
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text())):
            for decorator in getattr(node, "decorator_list", []):
                text = ast.unparse(decorator)
                if text.startswith("shared_task") and f"name='{path.parent.name}." not in text:
                    unnamed.append(f"{path.relative_to(ROOT)}: {node.name}")
    assert unnamed == []


def test_the_schedule_rings_only_tasks_that_exist():
    assert {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()} <= set(our_tasks())


# -- Changes are announced -------------------------------------------------------------------------


def bulk_writes() -> Iterator[tuple[str, bool]]:
    """Where a public model is written in bulk, and whether that function announces it."""
    announced = {model.__name__ for model in OUR_MODELS if issubclass(model, Announced)}
    bulk = {"update", "bulk_create", "bulk_update", "delete"}
    for path in modules():
        for function in ast.walk(ast.parse(path.read_text())):
            if not isinstance(function, ast.FunctionDef):
                continue
            calls = [node for node in ast.walk(function) if isinstance(node, ast.Call)]
            for call in calls:
                if not isinstance(call.func, ast.Attribute) or call.func.attr not in bulk:
                    continue
                model = ast.unparse(call.func).split(".objects", 1)
                if len(model) == 2 and model[0] in announced:
                    told = any("announce" in ast.unparse(other.func) for other in calls)
                    yield f"{path.relative_to(ROOT)}: {function.name}", told


def test_bulk_writes_to_public_models_are_announced():
    assert [place for place, told in bulk_writes() if not told] == []


# -- Templates -------------------------------------------------------------------------------------


def web_templates() -> list[Path]:
    """Pages and their parts. Mails and PDFs have no content security policy."""
    return [
        path
        for path in sorted(TEMPLATES.rglob("*.html"))
        if not re.search(r"mail|print|letter|/pdf/|reports/_", str(path.relative_to(TEMPLATES)))
    ]


def test_a_plain_mail_sets_no_colon_that_is_english_alone():
    """French has a space before it: it belongs into what is translated."""
    outside = re.compile(r"%\}: |\}\}: ")
    within = re.compile(r"\{% blocktrans.*?endblocktrans\w* %\}", re.S)
    found = [
        str(path.relative_to(TEMPLATES))
        for path in sorted(TEMPLATES.rglob("*.txt"))
        if outside.search(within.sub("", path.read_text()))
    ]
    assert found == []


def test_nothing_inline():
    """The content security policy allows neither; a browser would drop it in silence."""
    inline = re.compile(
        r"\sstyle\s*=|<style\b|<script\b(?![^>]*\b(?:src=|type=\"application/(?:ld\+)?json\"))"
        r"|\son[a-z]+\s*=|\bjavascript:",
        re.I,
    )
    found = [
        f"{path.relative_to(TEMPLATES)}: {match[0].strip()}"
        for path in web_templates()
        for match in inline.finditer(path.read_text())
    ]
    assert found == []


def components() -> list[Path]:
    return sorted((TEMPLATES / "components").glob("*.html"))


@pytest.mark.parametrize("path", components(), ids=lambda path: path.stem)
def test_a_component_says_what_it_takes(path):
    assert re.match(r"\s*(\{#|\{% comment )", path.read_text())


@pytest.mark.parametrize("path", components(), ids=lambda path: path.stem)
def test_a_component_is_shown_in_the_gallery(path):
    galleries = sorted(TEMPLATES.rglob("*gallery*.html"))
    if not galleries:
        pytest.skip("there is no gallery yet")
    shown = "\n".join(gallery.read_text() for gallery in galleries)
    assert f"components/{path.name}" in shown or re.search(rf"{{%-? *{path.stem}\b", shown)


# -- Files -----------------------------------------------------------------------------------------


def text_files() -> Iterator[Path]:
    suffixes = {
        ".py",
        ".html",
        ".txt",
        ".md",
        ".toml",
        ".yml",
        ".sh",
        ".css",
        ".js",
        ".mjml",
        ".po",
    }
    names = {"Makefile", "Dockerfile", "run", ".env.example", ".dockerignore"}
    left_out = {".git", ".venv", "var", "node_modules", "__pycache__"}
    for path in sorted(ROOT.rglob("*")):
        if left_out & set(path.relative_to(ROOT).parts) or path == Path(__file__).resolve():
            continue
        if path.is_file() and (path.suffix in suffixes or path.name in names):
            yield path


def test_no_file_knows_one_machine_or_where_packages_come_from():
    told = re.compile(
        r"/(?:work|root|home/\w+|opt)/\w|\.\./shared|\bpypi\.org|\bpythonhosted\.|\bnpmjs\.|"
        r"\bdebian\.org|--(?:extra-)?index-url|--find-links"
    )
    found = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in text_files()
        for match in told.finditer(path.read_text(errors="replace"))
    ]
    assert found == []
