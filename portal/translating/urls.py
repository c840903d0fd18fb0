"""The addresses of the translation desk, in the members' area and at the secretariat's."""

from django.urls import path

from portal.translating import desk, views

TEXT = "<slug:kind>/<int:key>/<slug:text_language>/"


def of_area(area: str, start: str, prefix: str) -> list:
    """The same pages in one of the two areas."""
    options = {"area": area}
    return [
        path(start, views.translations, options, name=f"{prefix}translations"),
        path(f"{start}glossary/", views.glossary, options, name=f"{prefix}glossary"),
        path(f"{start}glossary/new/", views.term, options, name=f"{prefix}term_new"),
        path(f"{start}glossary/<int:pk>/", views.term, options, name=f"{prefix}term"),
        path(f"{start}{TEXT}", views.translation, options, name=f"{prefix}translation"),
        path(f"{start}{TEXT}give/", views.give, options, name=f"{prefix}translation_give"),
        path(f"{start}{TEXT}decide/", views.decide, options, name=f"{prefix}translation_decide"),
    ]


urlpatterns = [
    path("secretariat/translations/act/", desk.translations_act, name="desk_translations_act"),
    path("secretariat/translations/drafts/", desk.drafts_act, name="desk_drafts_act"),
    *of_area("space", "space/translations/", ""),
    *of_area("desk", "secretariat/translations/", "desk_"),
]
