"""Whose lines a person may import, and which people an import lets act for an organisation."""

from allauth.account.models import EmailAddress
from django.db.models.functions import Lower

from members.imports.lines import Line
from members.imports.records import State
from members.models import Organisation, User
from members.models.mandates import MandateKind
from members.models.organisations import Status

# The identifier of the example line of the template. No organisation has it: addresses hold no "*".
EXAMPLE = "*"
# What moves a record elsewhere, or is a decision, is the secretariat's once the record exists.
SECRETARIAT_ONLY = ("category", "country", "regions", "status")


class Rights:
    """The secretariat imports everything, a regional executive one region's lines."""

    def __init__(self, user: User | None):
        """``user`` is None on the shell, which acts as the secretariat."""
        self.runs_everything = user is None or user.standing.is_secretariat
        self.user = user
        self.regions = set() if self.runs_everything else {r.code for r in user.standing.regions}
        everything = Organisation.objects.all()
        self.seen = everything if self.runs_everything else everything.visible_to(user)

    def run_among(self, pks: set[int]) -> set[int]:
        if self.runs_everything:
            return set(pks)
        own = Organisation.objects.run_by(self.user).filter(pk__in=pks)
        return set(own.values_list("pk", flat=True))

    def may_name(self, state: State) -> bool:
        """A discreet organisation is named to the secretariat alone."""
        return self.runs_everything or not state["discreet"]

    def check(
        self,
        line: Line,
        base: State,
        after: State,
        period: dict | None,
        changes: list[list],
        *,
        is_new: bool,
        is_own: bool,
    ):
        if self.runs_everything:
            return
        if not is_new and not is_own and base["identifier"]:
            line.refuse("identifier", "not_yours", base["identifier"])
            return
        changed = {key for key, _old, _new in changes}
        if is_new:
            self._check_place(line, after)
            if after["status"] != Status.APPLICANT and not period:
                line.refuse("status", "secretariat_only")
        else:
            for key in SECRETARIAT_ONLY:
                if key in changed and not (key == "status" and period):
                    line.refuse(key, "secretariat_only")
        if period:
            line.refuse("starts_on", "secretariat_only")

    def _check_place(self, line: Line, after: State):
        if line.country is not None:
            if line.country.region.code not in self.regions:
                line.refuse("country", "country_not_yours", line.country.name)
        elif after["regions"] and not set(after["regions"]) <= self.regions:
            line.refuse("regions", "region_not_yours", regions=", ".join(sorted(self.regions)))


# -- People ----------------------------------------------------------------------------------------


def people_with(emails: set[str]) -> dict[str, str]:
    """Those of the addresses that somebody has, with the person's name."""
    if not emails:
        return {}
    found = {
        email.lower(): name
        for email, name in EmailAddress.objects.filter(email__in=emails).values_list(
            "email", "user__full_name"
        )
    }
    return found | {
        email.lower(): name
        for email, name in User.objects.alias(small=Lower("email"))
        .filter(small__in=emails)
        .values_list("email", "full_name")
    }


def joining(checker, line: Line, *, pk: int | None, group) -> list[dict]:
    """The people the line lets act for the organisation, with the roles they do not have yet."""
    found = []
    known = set(checker.contacts.get(pk, ())) | (group.contacts if group else set())
    for person in line.people:
        email, n = person["email"], person["number"]
        kinds = [
            str(kind)
            for kind in person.get("role") or [MandateKind.CONTACT]
            if (email, kind) not in known
        ]
        name = person.get("name", "")
        if email in checker.people:
            own_name = checker.people[email]
            if name and name != own_name and kinds and checker.rights.runs_everything:
                line.notes.append([f"contact{n}_name", name, own_name])
        elif kinds and not name:
            line.refuse(f"contact{n}_name", "contact_name", "")
        if kinds:
            language = person.get("language") or checker.layout.language
            found.append(
                {"number": n, "email": email, "name": name, "language": language, "kinds": kinds}
            )
            known |= {(email, kind) for kind in kinds}
    return found


def as_changes(people: list[dict]) -> list[list]:
    return [
        [f"contact{p['number']}", "", {"name": p["name"], "email": p["email"], "kinds": p["kinds"]}]
        for p in people
    ]
