from django.urls import path

from members.desk import organisations as desk
from members.space import organisation as own_organisation
from members.space import people, second_factor
from members.views import directory, invitation

app_name = "members"
urlpatterns = [
    # The public directory
    path("members/", directory.directory, name="directory"),
    path("members/members.csv", directory.directory_csv, name="directory_csv"),
    path("members/<slug:slug>/", directory.organisation, name="organisation"),
    path("invitations/<str:token>/", invitation.invitation, name="invitation"),
    # The members’ area
    path("space/organisation/", own_organisation.organisation, name="space_organisation"),
    path("space/people/", people.people, name="space_people"),
    path("space/people/roles/<int:pk>/", people.mandate, name="space_mandate"),
    path("space/people/roles/<int:pk>/end/", people.end_mandate, name="space_mandate_end"),
    path(
        "space/people/invitations/<int:pk>/resend/",
        people.resend_invitation,
        name="space_invitation_resend",
    ),
    path(
        "space/people/invitations/<int:pk>/withdraw/",
        people.withdraw_invitation,
        name="space_invitation_withdraw",
    ),
    path("space/second-factor/", second_factor.second_factor, name="second_factor"),
    # The secretariat
    path("secretariat/organisations/", desk.organisations, name="desk_organisations"),
    path("secretariat/organisations/new/", desk.new_organisation, name="desk_organisation_new"),
    path("secretariat/organisations/<slug:slug>/", desk.organisation, name="desk_organisation"),
    path(
        "secretariat/organisations/<slug:slug>/edit/",
        desk.edit_organisation,
        name="desk_organisation_edit",
    ),
    path("secretariat/organisations/<slug:slug>/status/", desk.change_status, name="desk_status"),
    path(
        "secretariat/organisations/<slug:slug>/derogation/",
        desk.add_derogation,
        name="desk_derogation",
    ),
    path("secretariat/organisations/<slug:slug>/period/", desk.add_period, name="desk_period"),
    path("secretariat/organisations/<slug:slug>/invite/", desk.invite, name="desk_invite"),
]
