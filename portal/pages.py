"""The roof's own addresses, below a language."""

from django.urls import include, path, re_path

from portal import desk, feeds, gallery, open_data, pictures, readership, searching, space, views
from portal.light import views as light

app_name = "portal"
urlpatterns = [
    path("", views.home, name="home"),
    path("search/", searching.results, name="search"),
    path("atom.xml", feeds.everything, name="feed"),
    path("regions/", views.regions, name="regions"),
    path("regions/<slug:code>/", views.region, name="region"),
    path("regions/<slug:code>/atom.xml", feeds.region, name="region_feed"),
    path("regions/<slug:code>/events.ics", feeds.region_calendar, name="region_calendar"),
    path("programme/<int:number>/", views.axis, name="axis"),
    path("programme/<int:number>/atom.xml", feeds.axis, name="axis_feed"),
    path("programme/<int:number>/events.ics", feeds.axis_calendar, name="axis_calendar"),
    path("pages/atom.xml", feeds.pages, name="pages_feed"),
    path("pages/<slug:slug>/", views.page, name="page"),
    path("data/", open_data.data, name="data"),
    path("data/datapackage.json", open_data.data_package, name="data_package"),
    path("data/<slug:name>/", open_data.data_set, name="data_set"),
    path("data/<slug:name>.<slug:kind>", open_data.data_file, name="data_file"),
    path("light/dossier/", light.dossier, name="dossier"),
    path("light/dossier.txt", light.dossier_text, name="dossier_text"),
    path("light/dossier.pdf", light.dossier_pdf, name="dossier_pdf"),
    path("light/library/<slug:code>.zip", light.library, name="light_library"),
    # Of symbols alone: nothing that looks like the name of a stored file leads on.
    re_path(
        r"^publications/(?P<symbol>[A-Za-z]-[0-9]{4}-[0-9]{2,4})\.pdf\Z",
        light.whole_text,
        name="whole_text",
    ),
    re_path(
        r"^light/publications/(?P<symbol>[\w-]{1,30})\.(?P<form>txt|pdf)\Z",
        light.publication,
        name="light_publication",
    ),
    re_path(
        r"^light/pages/(?P<slug>[\w-]{1,50})\.(?P<form>txt|pdf)\Z", light.page, name="light_page"
    ),
    path("contact/", views.contact, name="contact"),
    path("contact/sent/", views.contact_sent, name="contact_sent"),
    path("", include("portal.text_files.urls")),
    path("", include("portal.translating.urls")),
    path("opensearch.xml", searching.opensearch, name="opensearch"),
    # The members’ area and the secretariat
    path("space/", space.space, name="space"),
    path("space/reads/", readership.own_readers, name="own_readers"),
    path("secretariat/reads/", readership.readers, name="desk_readers"),
    path("secretariat/reads.csv", readership.readers_csv, name="desk_readers_csv"),
    path("space/search/", searching.space_results, name="space_search"),
    path("space/pictures/", pictures.pictures, name="pictures"),
    path("space/pictures/<str:name>", pictures.picture, name="picture"),
    path("secretariat/", desk.desk, name="desk"),
    path("secretariat/act/", desk.act, name="desk_act"),
    path("secretariat/messages/", desk.contact_messages, name="desk_messages"),
    path("secretariat/messages/<int:pk>/", desk.contact_message, name="desk_message"),
    path(
        "secretariat/messages/<int:pk>/answered/", desk.mark_answered, name="desk_message_answered"
    ),
    path("secretariat/pages/", desk.pages, name="desk_pages"),
    path("secretariat/pages/<slug:slug>/", desk.page, name="desk_page"),
    path("secretariat/components/", gallery.gallery, name="gallery"),
]
