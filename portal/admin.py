"""The back room: stock Django admin behind the portal’s own log-in, for the secretariat alone."""

from importlib import import_module

from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.auth.models import Group
from django.utils.translation import gettext_lazy as _

from portal.lib.back_room import LanguageStateFilter, ReadOnlyAdmin, RecordAdmin
from portal.models import ContactMessage, Heartbeat, NetworkIdentity, Page, Picture, SearchDocument

# Second factors are asked for by the portal's log-in only.
admin.site.login = secure_admin_login(admin.site.login)
admin.site.site_header = _("Records")
admin.site.site_title = _("Records")
admin.site.index_title = _("The back room of the secretariat")
admin.site.site_url = None
admin.site.enable_nav_sidebar = False


@admin.register(NetworkIdentity)
class NetworkIdentityAdmin(RecordAdmin):
    def has_add_permission(self, request):
        return not NetworkIdentity.objects.exists()

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(Page)
class PageAdmin(RecordAdmin):
    list_display = ("slug", "title", "updated_at")
    list_filter = (LanguageStateFilter,)
    search_fields = ("slug", "title_fr", "title_en", "title_es")


@admin.register(ContactMessage)
class ContactMessageAdmin(admin.ModelAdmin):
    list_display = ("subject", "name", "email", "region", "received_at", "answered_at")
    list_filter = ("region", "language")
    list_select_related = ("region",)
    search_fields = ("subject", "name", "email")
    readonly_fields = (
        "name",
        "email",
        "subject",
        "text",
        "language",
        "region",
        "received_at",
        "answered_at",
    )

    def has_add_permission(self, request):
        return False


@admin.register(Heartbeat)
class HeartbeatAdmin(ReadOnlyAdmin):
    list_display = ("kind", "at")


@admin.register(Picture)
class PictureAdmin(ReadOnlyAdmin):
    list_display = ("name", "alternative", "width", "height", "size", "sent_by", "sent_at")
    list_select_related = ("sent_by",)
    search_fields = ("name", "alternative_fr", "alternative_en", "alternative_es")


@admin.register(SearchDocument)
class SearchDocumentAdmin(ReadOnlyAdmin):
    list_display = ("title", "kind", "language", "date")
    list_filter = ("kind", "language")
    search_fields = ("title",)


# Libraries register their own, which must have happened before it can be taken back.
for library in ("django.contrib.auth", "allauth.account", "allauth.mfa", "allauth.usersessions"):
    import_module(f"{library}.admin")
# Groups grant nothing here, and a session is its owner's. The secret of a second factor must
# not be readable: a lost one can be taken off, no more.
for model in (Group, UserSession, Authenticator, EmailAddress):
    admin.site.unregister(model)


@admin.register(Authenticator)
class SecondFactorAdmin(admin.ModelAdmin):
    list_display = ("user", "type", "created_at", "last_used_at")
    list_filter = ("type",)
    list_select_related = ("user",)
    search_fields = ("user__email", "user__full_name")
    fields = ("user", "type", "created_at", "last_used_at")
    readonly_fields = fields

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False


@admin.register(EmailAddress)
class AddressAdmin(ReadOnlyAdmin):
    list_display = ("email", "user", "primary", "verified")
    list_filter = ("primary", "verified")
    list_select_related = ("user",)
    search_fields = ("email", "user__full_name")
