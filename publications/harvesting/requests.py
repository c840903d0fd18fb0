"""What a harvester asks, checked as the protocol wants: every fault has its own code."""

import base64
import binascii
import datetime
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.http import QueryDict

PREFIXES = ("oai_dc",)
GRANULARITIES = {
    "%Y-%m-%dT%H:%M:%SZ": re.compile(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z\Z"),
    "%Y-%m-%d": re.compile(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}\Z"),
}
LENGTHS = {
    "%Y-%m-%dT%H:%M:%SZ": datetime.timedelta(seconds=1),
    "%Y-%m-%d": datetime.timedelta(days=1),
}
# The arguments of each verb: those it must have, and those it may have.
ARGUMENTS = {
    "Identify": (set(), set()),
    "ListMetadataFormats": (set(), {"identifier"}),
    "ListSets": (set(), {"resumptionToken"}),
    "GetRecord": ({"identifier", "metadataPrefix"}, set()),
    "ListIdentifiers": ({"metadataPrefix"}, {"from", "until", "set"}),
    "ListRecords": ({"metadataPrefix"}, {"from", "until", "set"}),
}
SET = re.compile(r"^(?:(region):(R[1-9])|(axis):([1-7])|(kind):([a-z_]{1,15}))\Z")


class Fault(Exception):
    """An error of the protocol: its code, and a sentence for whoever reads the log."""

    def __init__(self, code: str, message: str):
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Selection:
    """What a list holds: changed from one moment until another (both included), in a set; and
    after which record a following part begins."""

    since: datetime.datetime | None = None
    until: datetime.datetime | None = None
    set_spec: str = ""
    after: tuple[datetime.datetime, int] | None = None

    @property
    def in_set(self) -> tuple[str, str]:
        """("region", "R8") of "region:R8"; two empty texts without a set."""
        kind, _colon, value = self.set_spec.partition(":")
        return kind, value


def arguments(query: QueryDict) -> dict[str, str]:
    """The verb and its arguments. Raises Fault for what the verb does not take or lacks."""
    verbs = query.getlist("verb")
    if len(verbs) != 1 or verbs[0] not in ARGUMENTS:
        raise Fault("badVerb", "There is no such verb, or more than one.")
    needed, allowed = ARGUMENTS[verbs[0]]
    given = {name: values for name, values in query.lists() if name != "verb"}
    if repeated := [name for name, values in given.items() if len(values) > 1]:
        raise Fault("badArgument", f"An argument is repeated: {repeated[0][:40]}.")
    is_list = verbs[0] in ("ListIdentifiers", "ListRecords")
    if "resumptionToken" in given and (is_list or "resumptionToken" in allowed):
        if len(given) > 1:
            raise Fault("badArgument", "A resumptionToken comes alone.")
        return {"verb": verbs[0], "resumptionToken": given["resumptionToken"][0]}
    if unknown := set(given) - needed - allowed:
        raise Fault("badArgument", f"The verb does not take {min(unknown)[:40]!r}.")
    if missing := needed - set(given):
        raise Fault("badArgument", f"The verb needs {min(missing)}.")
    return {"verb": verbs[0]} | {name: values[0] for name, values in given.items()}


def known_prefix(prefix: str):
    if prefix not in PREFIXES:
        raise Fault("cannotDisseminateFormat", "The only metadata format is oai_dc.")


def selection(given: Mapping[str, str]) -> Selection:
    """The selection of a first request. Raises Fault for dates and sets that are none."""
    since, form = moment(given.get("from"))
    until, other = moment(given.get("until"), ends=True)
    if form and other and form != other:
        raise Fault("badArgument", "From and until are written with the same granularity.")
    if since and until and since > until:
        raise Fault("badArgument", "From is later than until.")
    set_spec = given.get("set", "")
    if "set" in given and not SET.match(set_spec):
        raise Fault("noRecordsMatch", "There is no such set.")
    return Selection(since, until, set_spec)


def moment(text: str | None, *, ends: bool = False) -> tuple[datetime.datetime | None, str]:
    """A date of the protocol, and the granularity it is written in.

    With ``ends`` the last instant it includes: a day ends with its last microsecond.
    """
    if text is None:
        return None, ""
    for form, pattern in GRANULARITIES.items():
        if pattern.match(text):
            try:
                found = datetime.datetime.strptime(text, form).replace(tzinfo=datetime.UTC)
            except ValueError:
                break
            length = (
                datetime.timedelta(days=1) if form == "%Y-%m-%d" else datetime.timedelta(seconds=1)
            )
            try:
                last = found + length - datetime.timedelta(microseconds=1)
            except OverflowError:
                last = found
            return (last if ends else found), form
    raise Fault("badArgument", "A date is written 2026-11-27 or 2026-11-27T12:00:00Z.")


# -- Tokens ----------------------------------------------------------------------------------------


def token(chosen: Selection, after: tuple[datetime.datetime, int]) -> str:
    """Where the list goes on. It says everything itself: nothing is kept, so none runs out."""
    values = [
        chosen.since.isoformat() if chosen.since else "",
        chosen.until.isoformat() if chosen.until else "",
        chosen.set_spec,
        after[0].isoformat(),
        after[1],
    ]
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


def resumed(text: str) -> Selection:
    """The selection that a token of ours stands for. Raises Fault for any other text."""
    refused = Fault("badResumptionToken", "This token is not one of ours.")
    if not text or len(text) > 400:
        raise refused
    try:
        padded = text.encode("ascii") + b"=" * (-len(text) % 4)
        values = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        since, until, set_spec, changed_at, pk = values
        if type(pk) is not int or not 0 <= pk < 2**63 or not isinstance(set_spec, str):
            raise refused
        if set_spec and not SET.match(set_spec):
            raise refused
        moments = [
            datetime.datetime.fromisoformat(one) if one else None
            for one in (since, until, changed_at)
        ]
    except (UnicodeError, binascii.Error, ValueError, TypeError, RecursionError) as error:
        raise refused from error
    if moments[2] is None or any(one is not None and one.tzinfo is None for one in moments):
        raise refused
    return Selection(moments[0], moments[1], set_spec, (moments[2], pk))
