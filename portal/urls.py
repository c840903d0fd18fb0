"""Every address of the portal. Below /fr/, /en/ and /es/ the rest is the same."""

import re

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path, re_path

from portal import crawlers, health, pictures, views
from publications.views import machines, mail_events

handler400 = "portal.views.bad_request"
handler403 = "portal.views.forbidden"
handler404 = "portal.views.not_found"
handler500 = "portal.views.server_error"

FORMS = "|".join(re.escape(form) for form in machines.FORMS)

urlpatterns = [
    path("", views.choose_language, name="root"),
    path("id/<slug:symbol>", views.permanent, name="permanent"),
    path("pictures/<str:name>", pictures.public_picture, name="picture"),
    re_path(
        rf"^id/(?P<symbol>[-a-zA-Z0-9]{{1,30}})\.(?P<form>{FORMS})\Z",
        machines.metadata,
        name="metadata",
    ),
    path("oai", machines.harvest, name="oai"),
    path("hooks/mail/<slug:provider>", mail_events.mail_events, name="mail_events"),
    path("sitemap.xml", crawlers.sitemap, name="sitemap"),
    path("sitemap-pages.xml", crawlers.sitemap_fixed, name="sitemap_fixed"),
    path(
        "sitemap-<slug:section>-<int:number>.xml", crawlers.sitemap_section, name="sitemap_section"
    ),
    path("favicon.ico", crawlers.icon, name="icon"),
    path("robots.txt", crawlers.robots, name="robots"),
    path("readyz", health.ready, name="ready"),
    *i18n_patterns(
        # What is read most comes first: an address is compared with one after the other.
        path("", include("publications.urls")),
        path("", include("portal.pages")),
        path("", include("programme.urls")),
        path("", include("regions.urls")),
        path("", include("members.urls")),
        path("account/", include("allauth.urls")),
        path("secretariat/records/", admin.site.urls),
    ),
]
