"""The back room of publications. Issues are sent, and reports made, from the desk alone."""

from django.contrib import admin

from portal.lib.back_room import (
    LanguageStateFilter,
    ReadOnlyAdmin,
    RecordAdmin,
    TranslatedAdmin,
)
from publications.models import (
    Delivery,
    Issue,
    IssueItem,
    Newsletter,
    Publication,
    PublicationFile,
    Report,
    Subscription,
)


class PublicationFileInline(admin.TabularInline):
    """Files are checked and replaced at the desk; here they can be seen and removed."""

    model = PublicationFile
    readonly_fields = ("language", "file", "media_type", "size", "pages", "is_tagged")
    extra = 0

    def has_add_permission(self, request, obj=None):
        return False


@admin.register(Publication)
class PublicationAdmin(RecordAdmin):
    list_display = ("symbol", "title", "kind", "published_on", "state", "access")
    list_filter = ("state", "access", "kind", "regions", LanguageStateFilter)
    search_fields = ("symbol", "title_fr", "title_en", "title_es", "authors")
    autocomplete_fields = ("countries", "organisations")
    filter_horizontal = ("axes", "regions")
    date_hierarchy = "published_on"
    inlines = (PublicationFileInline,)


@admin.register(Newsletter)
class NewsletterAdmin(TranslatedAdmin):
    list_display = ("__str__", "region")
    list_select_related = ("region",)
    readonly_fields = ("region",)

    def has_delete_permission(self, request, obj=None):
        return False


class IssueItemInline(admin.TabularInline):
    model = IssueItem
    autocomplete_fields = ("publication", "event", "organisation")
    extra = 0


@admin.register(Issue)
class IssueAdmin(RecordAdmin):
    list_display = ("symbol", "subject", "newsletter", "period", "state", "sent_at")
    list_filter = ("state", "newsletter", LanguageStateFilter)
    list_select_related = ("newsletter__region",)
    search_fields = ("symbol", "subject_fr", "subject_en", "subject_es")
    readonly_fields = ("symbol", "newsletter", "period", "state", "sent_at")
    inlines = (IssueItemInline,)

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        # What has been sent stays in the archive, with its deliveries.
        return obj is None or obj.is_editable


@admin.register(Subscription)
class SubscriptionAdmin(admin.ModelAdmin):
    """Nobody is subscribed by somebody else: addresses come by confirmation, and can go."""

    list_display = ("email", "newsletter", "language", "confirmed_at", "ended_at")
    list_filter = ("newsletter", "language")
    list_select_related = ("newsletter__region",)
    search_fields = ("email",)
    readonly_fields = ("newsletter", "email", "requested_at", "confirmed_at", "ended_at")

    def has_add_permission(self, request):
        return False


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    list_display = ("issue", "subscription", "language", "state", "sent_at")
    list_filter = ("state", "language")
    list_select_related = ("issue", "subscription")
    search_fields = ("subscription__email", "issue__symbol")


@admin.register(Report)
class ReportAdmin(ReadOnlyAdmin):
    list_display = ("kind", "organisation", "region", "language", "year", "state", "queued_at")
    list_filter = ("state", "kind", "language")
    list_select_related = ("organisation", "region")
    search_fields = ("organisation__name_fr", "organisation__name_en")
