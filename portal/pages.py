"""The roof's own addresses, below a language."""

from django.urls import path

from portal import desk, space, views

app_name = "portal"
urlpatterns = [
    path("", views.home, name="home"),
    # The members’ area and the secretariat
    path("space/", space.space, name="space"),
    path("secretariat/", desk.desk, name="desk"),
    path("secretariat/messages/", desk.contact_messages, name="desk_messages"),
    path("secretariat/messages/<int:pk>/", desk.contact_message, name="desk_message"),
    path(
        "secretariat/messages/<int:pk>/answered/", desk.mark_answered, name="desk_message_answered"
    ),
    path("secretariat/pages/", desk.pages, name="desk_pages"),
    path("secretariat/pages/<slug:slug>/", desk.page, name="desk_page"),
]
