"""The states of translations against a slow and simple model of the rules, in any order of acts.

The model keeps whole texts where the code keeps fingerprints, and asks no database.
"""

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from hypothesis.stateful import run_state_machine_as_test as run

from portal.lib.translations import LANGUAGES, TranslationState
from portal.models import Page
from regions.models import Region

pytestmark = pytest.mark.django_db

MISSING, IN_PROGRESS, READY, OUTDATED, MACHINE = TranslationState
language, words = st.sampled_from(LANGUAGES), st.sampled_from(["", "un", "deux"])


class Model:
    """What the rules say, over whole texts. ``basis`` is the original a text was made from."""

    def __init__(self, fields: tuple[str, ...]):
        self.fields, self.original, self.stored_original = fields, "fr", "fr"
        self.texts = {code: dict.fromkeys(fields, "") for code in LANGUAGES}
        self.state = dict.fromkeys(LANGUAGES, MISSING)
        self.basis = dict.fromkeys(LANGUAGES)  # None: of none; "partial": never whole
        self.stored = None

    def whole(self, code: str) -> bool:
        wanted = [name for name in self.fields if self.texts[self.original][name]]
        return all(self.texts[code][name] for name in {*wanted, self.fields[0]})

    def now(self) -> tuple:
        return tuple(self.texts[self.original].values())

    def save(self, *, minor: bool):
        now = self.now()
        if self.stored and self.original != self.stored["original"]:
            self.another_original(now, minor=minor)
        previous = self.basis[self.original]
        for code in LANGUAGES:
            if code == self.original:
                self.state[code], self.basis[code] = READY, now
            else:
                self.state[code], self.basis[code] = self.settled(code, now, previous, minor)
        self.stored = {
            "original": self.original,
            "texts": {code: dict(texts) for code, texts in self.texts.items()},
            "state": dict(self.state),
            "basis": dict(self.basis),
        }

    def another_original(self, now: tuple, *, minor: bool):
        old, new = self.stored, self.original
        true = [
            code
            for code in LANGUAGES
            if old["state"][code] == READY and old["basis"][code] == old["basis"][old["original"]]
        ]
        unchanged = old["texts"][new] == self.texts[new]
        if new in true and (unchanged or minor):
            for code in true:
                if code != new and self.state[code] == READY:
                    self.basis[code] = now

    def settled(self, code: str, now: tuple, previous, minor: bool):
        state, basis = self.state[code], self.basis[code]
        if not self.texts[code][self.fields[0]]:
            said = state == IN_PROGRESS and basis != "partial"
            return (IN_PROGRESS if said else MISSING), None
        fresh = (READY, now) if self.whole(code) else (IN_PROGRESS, "partial")
        if state == MISSING or basis == "partial":
            return fresh if state in (MISSING, IN_PROGRESS) else (state, basis)
        if state == READY and basis in (None, now):
            return fresh
        if state == READY:
            valid = minor and basis == previous and self.whole(code)
            return (READY, now) if valid else (OUTDATED, basis)
        if state == OUTDATED and basis == now and previous != now and self.whole(code):
            return READY, now
        return state, basis

    def shown(self, field: str, reader: str, alone: tuple[str, ...]) -> tuple[str, str]:
        for code in (reader, self.original, *LANGUAGES):
            readable = code == self.original or self.state[code] in (READY, OUTDATED, MACHINE)
            if self.texts[code][field] and (readable or field in alone):
                return self.texts[code][field], code
        return "", reader


class Translations(RuleBasedStateMachine):
    """A record and its model, through the same acts."""

    record_class = None

    @initialize(title=st.sampled_from(["un", "deux"]))
    def begin(self, title):
        self.point = transaction.atomic()
        self.point.__enter__()
        self.record = self.new_record()
        fields = self.record.translated_fields
        self.model = Model(fields)
        setattr(self.record, f"{fields[0]}_fr", title)
        self.model.texts["fr"][fields[0]] = title
        self.save(minor=False)

    def teardown(self):
        if hasattr(self, "point"):
            transaction.set_rollback(True)
            self.point.__exit__(None, None, None)

    @rule(code=language, number=st.integers(0, 1), text=words)
    def write(self, code, number, text):
        name = self.record.translated_fields[number]
        if text or number or code != self.record.original_language:
            setattr(self.record, f"{name}_{code}", text)
            self.model.texts[code][name] = text

    @rule(minor=st.booleans())
    def save(self, minor):
        self.record.save(minor_edit=minor)
        self.model.save(minor=minor)
        self.record = type(self.record).objects.get(pk=self.record.pk)
        for code in LANGUAGES:
            assert self.record.translation_state(code) == self.model.state[code], code

    @rule(code=language)
    def declare(self, code):
        if code != self.record.original_language:
            self.record.mark_translated(code)
            self.model.state[code], self.model.basis[code] = READY, self.model.now()

    @rule(code=language)
    def let_a_machine_draft(self, code):
        if code != self.record.original_language:
            self.record.mark_machine(code)
            self.model.state[code], self.model.basis[code] = MACHINE, self.model.now()

    @rule(code=language)
    def say_in_progress(self, code):
        if code != self.record.original_language:
            self.record.mark_in_progress(code)
            self.model.state[code] = IN_PROGRESS
            if self.model.basis[code] == "partial":
                self.model.basis[code] = None

    @rule(code=language)
    def write_it_in(self, code):
        """Another original, which must have the obligatory text; saved at once, as a form does."""
        if self.model.texts[code][self.record.translated_fields[0]]:
            self.record.original_language = self.model.original = code
            self.save(minor=False)

    @invariant()
    def readers_get_what_the_rules_say(self):
        if not hasattr(self, "model") or self.model.stored is None:
            return
        for field in self.record.translated_fields:
            for code in LANGUAGES:
                found = self.record.text(field, code)
                expected = self.model.shown(field, code, self.record.stands_alone)
                assert tuple(found)[:2] == expected, (field, code)


class Pages(Translations):
    def new_record(self):
        return Page(slug="text")


class Regions(Translations):
    def new_record(self):
        return Region(code="R8")


@pytest.mark.slow
@pytest.mark.parametrize("machine", [Pages, Regions])
def test_the_states_are_what_the_rules_say(machine):
    run(
        machine,
        settings=settings(
            max_examples=80,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
