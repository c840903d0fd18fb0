"""The letters from the shell: draft, declare ready, send, and see how it stands."""

import json

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation

from members.models import User
from portal.lib.translations import LANGUAGES
from publications.models import Issue, Sending
from publications.models.newsletters import IssueState
from publications.models.periods import Period
from publications.newsletters import (
    accepting,
    cancelling,
    drafting,
    gate,
    leaving,
    pausing,
    sending,
)


class Command(BaseCommand):
    help = "Draft, declare ready, send or look at the issue of a newsletter."

    def add_arguments(self, parser: CommandParser):
        acts = parser.add_subparsers(dest="act", required=True, metavar="draft|ready|send|…")
        for act, text in (
            (
                "draft",
                "draft the issue from what happened since the one before, unless there is one",
            ),
            ("ready", "declare the draft ready to be sent"),
            ("send", "send the issue to each confirmed subscriber once, and wait for the end"),
            ("pause", "let no more mail of the issue leave"),
            ("resume", "go on with an issue that was paused"),
            ("cancel", "never send what has not left yet of an issue that is being sent"),
            ("status", "show the issue and the counts of its deliveries"),
        ):
            command = acts.add_parser(act, help=text)
            command.add_argument(
                "--region", required=True, metavar="CODE", help="R1 to R9, or world"
            )
            command.add_argument(
                "--period",
                required=True,
                metavar="PERIOD",
                help="a quarter or month: 2026-Q3, 2026-08",
            )
            command.add_argument("--json", action="store_true", help="print one JSON object")
            if act == "ready":
                command.add_argument(
                    "--accept",
                    nargs="+",
                    default=[],
                    choices=LANGUAGES,
                    help="languages that may go out with texts in another one",
                )
                command.add_argument("--reason", default="", help="why they may, for the record")
                command.add_argument("--by", metavar="EMAIL", help="who accepts it")

    def handle(self, *args, act: str, region: str, period: str, **options):
        # What the verbs refuse is told in English on the shell, whatever the locale.
        with translation.override("en"):
            try:
                newsletter = drafting.newsletter_with_code(region)
                wanted = Period.parse(period)
                found = newsletter.issues.filter(period=str(wanted)).first()
                if act == "draft":
                    issue = drafting.draft(newsletter, wanted)
                else:
                    issue = self.existing(found, region, wanted)
                if act == "ready":
                    issue = self.declare_ready(issue, **options)
                if act == "send":
                    issue = self.send(issue)
                if act == "pause":
                    pausing.pause(issue)
                if act == "resume":
                    pausing.resume(issue)
                if act == "cancel":
                    issue = self.cancel(issue)
            except ValidationError as error:
                raise CommandError(" ".join(error.messages)) from error
            self.tell(issue, is_new=act == "draft" and found is None, as_json=options["json"])

    def existing(self, issue: Issue | None, region: str, wanted: Period) -> Issue:
        if issue is None:
            raise CommandError(
                f"There is no issue of {region} for {wanted}. "
                f"Draft it first: manage.py newsletter draft --region {region} --period {wanted}"
            )
        return issue

    def declare_ready(
        self, issue: Issue, *, accept: list[str], reason: str, by: str | None, **options
    ) -> Issue:
        """Raises CommandError when something is accepted by nobody who has a desk."""
        editor = User.objects.active().filter(email__iexact=by).first() if by else None
        if accept and (editor is None or not editor.standing.has_desk):
            raise CommandError("Say with --by and the e-mail address of an editor who accepts it.")
        for language in accept:
            accepting.accept(issue, language=language, reason=reason, by=editor)
        return gate.make_ready(issue, by=editor)

    def send(self, issue: Issue) -> Issue:
        """Start sending, or go on with it, and stay until nothing more can be sent now."""
        if issue.state != IssueState.SENDING:
            issue = leaving.send(issue)
        while sending.deliver(issue):
            continue
        issue.refresh_from_db()
        return issue

    def cancel(self, issue: Issue) -> Issue:
        cancelling.cancel(issue)
        sending.finish(issue)
        issue.refresh_from_db()
        return issue

    def tell(self, issue: Issue, *, is_new: bool, as_json: bool):
        state = Sending.objects.filter(issue=issue).first()
        facts = {
            "symbol": issue.symbol,
            "newsletter": issue.newsletter.code,
            "period": issue.period,
            "state": issue.state,
            "items": issue.items.count(),
            "languages": dict(issue.languages()),
            "recipients": dict(gate.recipients(issue)),
            "deliveries": {code: dict(states) for code, states in sending.counts(issue).items()},
            "frozen": state.recipients if state else 0,
            "sum": sum(sending.totals(issue).values()),
            "repeated": sending.repeated(issue),
            "paused": state.pause_reason if state else "",
            "cancelled": bool(state and state.is_cancelled),
        }
        if as_json:
            self.stdout.write(json.dumps(facts, ensure_ascii=False))
            return
        verb = "drafted" if is_new else issue.get_state_display()
        self.stdout.write(f"{issue.symbol} ({issue.period}): {verb}; items: {facts['items']}")
        for code in LANGUAGES:
            states = ", ".join(
                f"{number} {state}" for state, number in facts["deliveries"].get(code, {}).items()
            )
            self.stdout.write(
                f"  {code}: {facts['languages'][code]}, "
                f"subscribers: {facts['recipients'].get(code, 0)}"
                + (f"; deliveries: {states}" if states else "")
            )
        if state:
            self.stdout.write(
                f"  in all: {facts['sum']} deliveries for {facts['frozen']} recipients"
                + (f"; {number} sent again after a crash" if (number := facts["repeated"]) else "")
                + (f"; {state.get_pause_reason_display()}" if state.is_paused else "")
                + (f": {state.pause_error}" if state.pause_error else "")
                + ("; the rest is cancelled" if state.is_cancelled else "")
            )
