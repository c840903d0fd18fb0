import simple_history
from modeltranslation.translator import TranslationOptions, register

from portal.lib.history import HistoryWithLinks
from programme.models import Activity, Axis, Challenge, Cycle, EmergingIssue, Event


@register(Cycle)
class CycleTranslation(TranslationOptions):
    fields = ("title", "introduction")


@register(Axis)
class AxisTranslation(TranslationOptions):
    fields = ("title", "description")


@register(Activity)
class ActivityTranslation(TranslationOptions):
    fields = ("title", "summary")


@register(Event)
class EventTranslation(TranslationOptions):
    fields = ("title", "summary", "place")


@register(Challenge)
class ChallengeTranslation(TranslationOptions):
    fields = ("title",)


@register(EmergingIssue)
class EmergingIssueTranslation(TranslationOptions):
    fields = ("title", "why", "outcome")


simple_history.register(Axis, app="programme")
simple_history.register(Activity, app="programme")
simple_history.register(Event, app="programme")
simple_history.register(Challenge, app="programme")
simple_history.register(
    EmergingIssue,
    app="programme",
    records_class=HistoryWithLinks,
    m2m_fields=[EmergingIssue.countries.field],
)
