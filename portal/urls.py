"""Every address of the portal. Below /fr/, /en/ and /es/ the rest is the same."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

from portal import crawlers, health, pictures, views

handler400 = "portal.views.bad_request"
handler403 = "portal.views.forbidden"
handler404 = "portal.views.not_found"
handler500 = "portal.views.server_error"

urlpatterns = [
    path("", views.choose_language, name="root"),
    path("id/<slug:symbol>", views.permanent, name="permanent"),
    path("pictures/<str:name>", pictures.public_picture, name="picture"),
    path("sitemap.xml", crawlers.sitemap, name="sitemap"),
    path("sitemap-pages.xml", crawlers.sitemap_fixed, name="sitemap_fixed"),
    path(
        "sitemap-<slug:section>-<int:number>.xml", crawlers.sitemap_section, name="sitemap_section"
    ),
    path("favicon.ico", crawlers.icon, name="icon"),
    path("robots.txt", crawlers.robots, name="robots"),
    path("readyz", health.ready, name="ready"),
    *i18n_patterns(
        path("", include("portal.pages")),
        path("", include("regions.urls")),
        path("", include("members.urls")),
        path("", include("programme.urls")),
        path("", include("publications.urls")),
        path("account/", include("allauth.urls")),
        path("secretariat/records/", admin.site.urls),
    ),
]
