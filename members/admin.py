"""The back room of members. Status, seat, periods and derogations change by verbs alone."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from modeltranslation.admin import TranslationTabularInline
from simple_history.admin import SimpleHistoryAdmin

from members import invitations, joining
from members.models import (
    Category,
    Derogation,
    DuesBand,
    Facet,
    Invitation,
    Invoice,
    Mandate,
    Membership,
    Notice,
    Organisation,
    Payment,
    Question,
    QuestionOption,
    Renewal,
    StatusChange,
    User,
    Waiver,
)
from portal.lib.back_room import (
    LanguageStateFilter,
    ReadOnlyAdmin,
    RecordAdmin,
    TranslatedAdmin,
)


@admin.register(User)
class UserAdmin(admin.ModelAdmin):
    """People come by invitation; passwords and second factors are their own."""

    list_display = ("full_name", "email", "language", "is_active", "last_login")
    list_filter = ("is_active", "language", "mandates__kind")
    search_fields = ("full_name", "email")
    fields = ("full_name", "email", "language", "is_active", "date_joined", "last_login")
    readonly_fields = ("email", "date_joined", "last_login")

    def has_add_permission(self, request):
        return False


@admin.register(Category)
class CategoryAdmin(RecordAdmin):
    list_display = ("code", "label", "needs_country", "unique_per_country", "votes")


class QuestionOptionInline(TranslationTabularInline):
    model = QuestionOption
    extra = 0


@admin.register(Question)
class QuestionAdmin(RecordAdmin):
    """What a category asks. A question that was answered is no longer asked, not deleted."""

    inlines = (QuestionOptionInline,)
    list_display = ("text", "category", "kind", "required", "is_asked", "position")
    list_filter = ("category", "is_asked")
    list_select_related = ("category",)


@admin.register(Facet)
class FacetAdmin(TranslatedAdmin):
    list_display = ("label", "kind", "code", "position")
    list_filter = ("kind",)


class OrganisationRecordForm(forms.ModelForm):
    def _post_clean(self):
        super()._post_clean()
        if self.errors:
            return
        try:
            joining.check(self.instance)
        except ValidationError as error:
            self.add_error(None, error)


@admin.register(Organisation)
class OrganisationAdmin(RecordAdmin):
    form = OrganisationRecordForm
    list_display = ("name", "category", "country", "status", "discreet")
    list_filter = ("status", "category", "country__region", "discreet", LanguageStateFilter)
    list_select_related = ("category", "country")
    search_fields = ("slug", "acronym", "name_fr", "name_en", "name_es")
    autocomplete_fields = ("country",)
    filter_horizontal = ("regions", "facets")
    readonly_fields = ("status", "seat_country")

    def save_model(self, request, obj, form, change):
        joining.settle_seat(obj)

    def has_delete_permission(self, request, obj=None):
        # An organisation leaves by a change of status; its history stays.
        return False


@admin.register(Membership)
class MembershipAdmin(SimpleHistoryAdmin):
    list_display = ("number", "organisation", "category", "starts_on", "ends_on")
    list_filter = ("category", "starts_on")
    list_select_related = ("organisation", "category")
    search_fields = ("number", "organisation__name_fr", "organisation__name_en")
    autocomplete_fields = ("organisation",)
    readonly_fields = ("number", "recorded_by", "recorded_at")

    def has_add_permission(self, request):
        return False


@admin.register(Mandate)
class MandateAdmin(SimpleHistoryAdmin):
    list_display = ("person", "kind", "organisation", "region", "language", "since", "until")
    list_filter = ("kind", "region", "language")
    list_select_related = ("person", "organisation", "region")
    search_fields = ("person__full_name", "person__email", "organisation__name_en")
    autocomplete_fields = ("person", "organisation")


class InvitationRecordForm(forms.ModelForm):
    def _post_clean(self):
        super()._post_clean()
        if self.errors:
            return
        try:
            invitations.check(self.instance)
        except ValidationError as error:
            self.add_error(None, error)


@admin.register(Invitation)
class InvitationAdmin(admin.ModelAdmin):
    """Where regional executives, language leads and the secretariat’s people are invited."""

    form = InvitationRecordForm
    list_display = ("email", "kind", "organisation", "region", "invited_at", "accepted_at")
    list_filter = ("kind", "region")
    list_select_related = ("organisation", "region")
    search_fields = ("email", "full_name")
    autocomplete_fields = ("organisation",)

    def save_model(self, request, obj, form, change):
        invitations.invite(obj, by=request.user)
        messages.success(request, _("The invitation has been sent."))

    def has_change_permission(self, request, obj=None):
        return False


@admin.register(Derogation)
class DerogationAdmin(ReadOnlyAdmin):
    list_display = ("organisation", "country", "granted_on", "until", "granted_by")
    list_select_related = ("organisation", "country", "granted_by")


@admin.register(StatusChange)
class StatusChangeAdmin(ReadOnlyAdmin):
    list_display = ("organisation", "before", "after", "changed_at", "changed_by")
    list_filter = ("after",)
    list_select_related = ("organisation", "changed_by")
    search_fields = ("organisation__name_fr", "organisation__name_en")


@admin.register(Notice)
class NoticeAdmin(ReadOnlyAdmin):
    list_display = ("subject", "email", "kind", "state", "written_at", "sent_at")
    list_filter = ("state", "kind", "language")
    search_fields = ("email", "subject")


@admin.register(DuesBand)
class DuesBandAdmin(SimpleHistoryAdmin):
    """What each category costs. A new year's amounts are new rows; what was invoiced stands."""

    list_display = ("category", "group", "from_year", "amount", "currency")
    list_filter = ("category", "from_year")
    list_select_related = ("category",)


@admin.register(Invoice)
class InvoiceAdmin(ReadOnlyAdmin):
    list_display = ("number", "organisation", "amount", "currency", "balance", "due_on")
    list_filter = ("currency", "category", "issued_on")
    list_select_related = ("organisation",)
    search_fields = ("number", "organisation__name_fr", "organisation__name_en")


@admin.register(Payment)
class PaymentAdmin(ReadOnlyAdmin):
    list_display = ("receipt_number", "invoice", "amount", "received_on", "method", "reference")
    list_filter = ("method", "received_on")
    list_select_related = ("invoice",)
    search_fields = ("receipt_number", "reference", "invoice__number")


@admin.register(Waiver)
class WaiverAdmin(ReadOnlyAdmin):
    list_display = ("invoice", "amount", "recorded_by", "recorded_at")
    list_select_related = ("invoice", "recorded_by")


@admin.register(Renewal)
class RenewalAdmin(ReadOnlyAdmin):
    list_display = ("membership", "person", "renewed_at", "by_link")
    list_filter = ("by_link",)
    list_select_related = ("membership", "person")
