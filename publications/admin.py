"""The back room of publications. Issues are sent, and reports made, from the desk alone."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from portal.lib.back_room import (
    LanguageStateFilter,
    ReadOnlyAdmin,
    RecordAdmin,
    TranslatedAdmin,
)
from publications import credits
from publications.models import (
    Author,
    Correction,
    Delivery,
    EditorialStep,
    Issue,
    IssueCorrection,
    IssueItem,
    ListFollow,
    Newsletter,
    Publication,
    PublicationFile,
    Report,
    ReportBatch,
    Series,
    Subscriber,
    Subscription,
    TranslationWish,
)


class PublicationFileInline(admin.TabularInline):
    """Files are checked and replaced at the desk; here they can be seen and removed."""

    model = PublicationFile
    readonly_fields = ("language", "file", "media_type", "size", "pages", "is_tagged")
    extra = 0

    def has_add_permission(self, request, obj=None):
        return False


class AuthorInline(admin.TabularInline):
    model = Author
    autocomplete_fields = ("organisation",)
    extra = 0


class EditorialStepInline(admin.TabularInline):
    """What has happened is written by the steps themselves, and changed by nobody."""

    model = EditorialStep
    readonly_fields = ("kind", "state", "by", "at", "reason")
    extra = 0
    can_delete = False

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False


@admin.register(Publication)
class PublicationAdmin(RecordAdmin):
    list_display = ("symbol", "title", "kind", "published_on", "state", "access")
    list_filter = ("state", "access", "kind", "regions", LanguageStateFilter)
    search_fields = ("symbol", "title_fr", "title_en", "title_es", "authors")
    autocomplete_fields = ("countries", "organisations")
    filter_horizontal = ("axes", "regions")
    raw_id_fields = ("replaced_by",)
    # Where a text stands is changed by the steps of its life, at the desk.
    readonly_fields = ("state",)
    date_hierarchy = "published_on"
    inlines = (AuthorInline, PublicationFileInline, EditorialStepInline)

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        credits.settle(form.instance)

    def has_delete_permission(self, request, obj=None):
        # A symbol that has been out names that text for good: it is withdrawn instead.
        return super().has_delete_permission(request, obj) and (
            obj is None or obj.announced_at is None
        )

    def delete_queryset(self, request, queryset):
        for publication in queryset.filter(announced_at__isnull=True):
            publication.delete()


@admin.register(Series)
class SeriesAdmin(RecordAdmin):
    list_display = ("slug", "title", "issn")
    list_filter = (LanguageStateFilter,)
    search_fields = ("slug", "title_fr", "title_en", "title_es", "issn")


@admin.register(Correction)
class CorrectionAdmin(RecordAdmin):
    list_display = ("publication", "made_on", "wording")
    list_select_related = ("publication",)
    list_filter = (LanguageStateFilter,)
    raw_id_fields = ("publication",)
    search_fields = ("publication__symbol",)


class AskedForAdmin(admin.ModelAdmin):
    """Nobody is entered by somebody else: addresses come by confirmation, and can go."""

    list_display = ("email", "language", "requested_at", "confirmed_at")
    list_filter = ("language",)
    search_fields = ("email",)

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False


@admin.register(TranslationWish)
class TranslationWishAdmin(AskedForAdmin):
    list_display = ("email", "publication", "language", "requested_at", "confirmed_at")
    list_select_related = ("publication",)


@admin.register(ListFollow)
class ListFollowAdmin(AskedForAdmin):
    list_display = ("email", "query", "language", "rhythm", "confirmed_at")


@admin.register(Newsletter)
class NewsletterAdmin(TranslatedAdmin):
    list_display = ("__str__", "region")
    list_select_related = ("region",)
    readonly_fields = ("region",)

    def has_delete_permission(self, request, obj=None):
        return False


class IssueItemInline(admin.TabularInline):
    model = IssueItem
    autocomplete_fields = ("emerging_issue", "publication", "event", "organisation")
    extra = 0


@admin.register(Issue)
class IssueAdmin(RecordAdmin):
    list_display = ("symbol", "subject", "newsletter", "period", "standing", "sent_at")
    list_filter = ("state", "newsletter", LanguageStateFilter)
    list_select_related = ("newsletter__region", "sending")
    search_fields = ("symbol", "subject_fr", "subject_en", "subject_es")
    readonly_fields = ("symbol", "newsletter", "period", "state", "sent_at")
    inlines = (IssueItemInline,)

    @admin.display(description=_("state"), ordering="state")
    def standing(self, issue: Issue) -> str:
        return _("rest cancelled") if issue.is_cancelled else issue.get_state_display()

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        # What has been sent stays in the archive, with its deliveries.
        return obj is None or obj.is_editable


@admin.register(IssueCorrection)
class IssueCorrectionAdmin(RecordAdmin):
    list_display = ("issue", "made_on", "by")
    list_select_related = ("issue", "by")
    readonly_fields = ("issue",)

    def has_add_permission(self, request):
        return False


class SubscriptionInline(admin.TabularInline):
    model = Subscription
    fields = readonly_fields = ("newsletter", "axis", "requested_at", "confirmed_at", "ended_at")
    extra = 0

    def has_add_permission(self, request, obj=None):
        return False


@admin.register(Subscriber)
class SubscriberAdmin(admin.ModelAdmin):
    """Nobody is subscribed by somebody else: addresses come by confirmation, and can go."""

    list_display = ("email", "language", "confirmed_at", "paused_until", "suppressed_at")
    list_filter = ("language", "subscriptions__newsletter")
    search_fields = ("email",)
    readonly_fields = ("email", "person", "since", "confirmed_at", "suppressed_at", "erased_at")
    inlines = (SubscriptionInline,)

    def has_add_permission(self, request):
        return False


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    list_display = (
        "issue",
        "subscriber",
        "language",
        "audience",
        "state",
        "sent_at",
        "repeated_at",
    )
    list_filter = (
        "state",
        "language",
        "audience",
        ("repeated_at", admin.EmptyFieldListFilter),
    )
    list_select_related = ("issue", "subscriber")
    search_fields = ("subscriber__email", "issue__symbol")


@admin.register(ReportBatch)
class ReportBatchAdmin(ReadOnlyAdmin):
    list_display = ("kind", "year", "region", "category", "languages", "state", "queued_at")
    list_filter = ("state", "kind")
    list_select_related = ("region", "category")


@admin.register(Report)
class ReportAdmin(ReadOnlyAdmin):
    list_display = ("kind", "organisation", "region", "language", "period", "state", "queued_at")
    list_filter = ("state", "kind", "language")
    list_select_related = ("organisation", "region")
    search_fields = ("organisation__name_fr", "organisation__name_en")
