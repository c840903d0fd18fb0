from django.contrib import admin
from simple_history.admin import SimpleHistoryAdmin

from portal.lib.back_room import RecordAdmin
from regions.models import Country, CountryIncome, Grouping, GroupingMember, Region


@admin.register(Region)
class RegionAdmin(RecordAdmin):
    list_display = ("code", "name")
    search_fields = ("code", "name_fr", "name_en", "name_es")
    readonly_fields = ("code",)

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(Country)
class CountryAdmin(RecordAdmin):
    list_display = ("code", "name", "region", "un_status")
    list_filter = ("region", "un_status")
    list_select_related = ("region",)
    search_fields = ("code", "alpha3", "name_fr", "name_en", "name_es")
    autocomplete_fields = ("sovereign",)


@admin.register(CountryIncome)
class CountryIncomeAdmin(SimpleHistoryAdmin):
    """Only what changed needs a row each July: the last known group of a country stands."""

    list_display = ("country", "year", "group")
    list_filter = ("year", "group")
    list_select_related = ("country",)
    search_fields = ("country__code", "country__name_fr", "country__name_en", "country__name_es")
    autocomplete_fields = ("country",)


class GroupingMemberInline(admin.TabularInline):
    model = GroupingMember
    autocomplete_fields = ("country",)
    extra = 0


@admin.register(Grouping)
class GroupingAdmin(RecordAdmin):
    list_display = ("acronym", "name")
    list_filter = ("regions",)
    search_fields = ("code", "acronym_fr", "acronym_en", "acronym_es", "name_fr", "name_en")
    filter_horizontal = ("regions",)
    inlines = (GroupingMemberInline,)
