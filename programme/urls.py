from django.urls import path

from programme import views

app_name = "programme"
urlpatterns = [
    path("programme/", views.programme, name="programme"),
    path("programme/events/", views.events, name="events"),
    path("programme/events/atom.xml", views.events_feed, name="events_feed"),
    path("programme/events/events.ics", views.events_calendar, name="events_calendar"),
    path("programme/events/<slug:slug>/", views.event, name="event"),
    path("programme/events/<slug:slug>/event.ics", views.event_calendar, name="event_calendar"),
]
