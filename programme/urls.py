from django.urls import path

from programme import desk, space
from programme.views import emerging, programme

app_name = "programme"
urlpatterns = [
    path("programme/", programme.programme, name="programme"),
    path("programme/events/", programme.events, name="events"),
    path("programme/events/atom.xml", programme.events_feed, name="events_feed"),
    path("programme/events/events.ics", programme.events_calendar, name="events_calendar"),
    path("programme/events/<slug:slug>/", programme.event, name="event"),
    path("programme/events/<slug:slug>/event.ics", programme.event_calendar, name="event_calendar"),
    path("programme/emerging-issues/", emerging.emerging_issues, name="emerging_issues"),
    path("programme/emerging-issues/atom.xml", emerging.emerging_feed, name="emerging_feed"),
    path("programme/emerging-issues/<int:pk>/", emerging.emerging_issue, name="emerging_issue"),
    path("space/emerging-issues/", space.emerging_space, name="emerging_space"),
    path("space/emerging-issues/<int:pk>/second/", space.emerging_second, name="emerging_second"),
    path("secretariat/emerging-issues/", desk.emerging_desk, name="emerging_desk"),
    path("secretariat/emerging-issues/flag/", desk.emerging_flag, name="emerging_flag"),
    path("secretariat/emerging-issues/<int:pk>/", desk.emerging_edit, name="emerging_edit"),
    path("secretariat/emerging-issues/<int:pk>/close/", desk.emerging_close, name="emerging_close"),
    path(
        "secretariat/emerging-issues/<int:pk>/reopen/", desk.emerging_reopen, name="emerging_reopen"
    ),
]
