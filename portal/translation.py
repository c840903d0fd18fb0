import simple_history
from modeltranslation.translator import TranslationOptions, register

from portal.models import NetworkIdentity, Page, Picture, Term


@register(NetworkIdentity)
class NetworkIdentityTranslation(TranslationOptions):
    fields = ("name", "short_name", "motto", "introduction")


@register(Page)
class PageTranslation(TranslationOptions):
    fields = ("title", "body")


@register(Picture)
class PictureTranslation(TranslationOptions):
    fields = ("alternative",)


simple_history.register(Page, app="portal")
simple_history.register(NetworkIdentity, app="portal")
simple_history.register(Term, app="portal")
