from django.contrib import admin

from portal.lib.back_room import LanguageStateFilter, RecordAdmin, TranslatedAdmin
from programme.models import Activity, Axis, Challenge, Cycle, EmergingIssue, Event


@admin.register(Cycle)
class CycleAdmin(TranslatedAdmin):
    list_display = ("__str__", "title", "first_year", "last_year")


@admin.register(Axis)
class AxisAdmin(RecordAdmin):
    list_display = ("number", "title", "cycle")
    list_filter = ("cycle", LanguageStateFilter)
    list_select_related = ("cycle",)
    search_fields = ("title_fr", "title_en", "title_es")


@admin.register(Activity)
class ActivityAdmin(RecordAdmin):
    list_display = ("title", "axis", "level", "starts_on", "ends_on")
    list_filter = ("axis__number", "level", "regions", LanguageStateFilter)
    list_select_related = ("axis",)
    search_fields = ("slug", "title_fr", "title_en", "title_es")
    autocomplete_fields = ("axis", "organisations")
    filter_horizontal = ("regions",)
    date_hierarchy = "starts_on"


@admin.register(Event)
class EventAdmin(RecordAdmin):
    list_display = ("title", "kind", "starts_at", "country", "is_public")
    list_filter = ("kind", "is_public", "regions", LanguageStateFilter)
    list_select_related = ("country",)
    search_fields = ("slug", "title_fr", "title_en", "title_es")
    autocomplete_fields = ("country", "axis", "organisations")
    filter_horizontal = ("regions",)
    date_hierarchy = "starts_at"


@admin.register(Challenge)
class ChallengeAdmin(RecordAdmin):
    list_display = ("number", "title")
    search_fields = ("title_fr", "title_en", "title_es")


@admin.register(EmergingIssue)
class EmergingIssueAdmin(RecordAdmin):
    list_display = ("title", "region", "challenge", "flagged_on", "lifted_on", "closed_on")
    list_filter = ("region", "challenge", LanguageStateFilter)
    list_select_related = ("region", "challenge")
    search_fields = ("title_fr", "title_en", "title_es")
    readonly_fields = ("flagged_on", "lifted_on", "closed_on", "ending")
    autocomplete_fields = ("challenge",)
    filter_horizontal = ("countries",)
