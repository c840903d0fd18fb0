"""Who wrote and waits for an answer, and what did not arrive."""

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members import (
    notices,
    threads,
)
from members.models import (
    Notice,
    Thread,
    User,
)
from portal.kinds.organisations import run_by
from portal.models import ContactMessage
from portal.work import Act, Kind, Told, Weight

# -- Messages of readers ---------------------------------------------------------------------------


def mark_answered(message: ContactMessage, by: User):
    message.answered_at = timezone.now()
    message.save(update_fields=["answered_at"])


def message_told(message: ContactMessage) -> Told:
    url = reverse("portal:desk_message", kwargs={"pk": message.pk})
    return Told(message.subject, url, message.region, _("to answer"), "info")


MESSAGES = Kind(
    code="message",
    weight=Weight.ANSWER,
    name=gettext_lazy("Messages to answer"),
    label=gettext_lazy("Message"),
    found=lambda user: ContactMessage.objects.visible_to(user).waiting(),
    since="received_at",
    tell=message_told,
    in_region=lambda found, region: found.filter(region=region),
    whole=lambda rows: rows.select_related("region"),
    acts=(Act("answered", gettext_lazy("Mark as answered"), mark_answered),),
    page=lambda: reverse("portal:desk_messages"),
)


# -- Threads with organisations --------------------------------------------------------------------


def thread_told(thread: Thread) -> Told:
    url = reverse("members:desk_thread", kwargs={"pk": thread.pk})
    region = thread.organisation.region if thread.organisation else None
    return Told(thread.subject, url, region, _("to answer"), "info")


THREADS = Kind(
    code="thread",
    weight=Weight.ANSWER,
    name=gettext_lazy("Threads to answer"),
    label=gettext_lazy("Thread"),
    found=lambda user: Thread.objects.run_by(user).waiting_for_secretariat(),
    since="waiting_since",
    tell=thread_told,
    in_region=lambda found, region: found.in_region(region),
    whole=lambda rows: rows.select_related(
        "owner", "organisation__country__region"
    ).prefetch_related("organisation__regions"),
    page=lambda: reverse("members:desk_threads"),
    owner="owner",
    give=lambda thread, person: threads.assign(thread, to=person),
)


# -- Mail ------------------------------------------------------------------------------------------


def undelivered(user: User) -> QuerySet:
    found = Notice.objects.undelivered()
    if user.standing.is_secretariat:
        return found
    return found.filter(organisation__in=run_by(user).values("pk"))


def notice_told(notice: Notice) -> Told:
    organisation = notice.organisation
    url = (
        reverse("members:desk_organisation", kwargs={"slug": organisation.slug})
        if organisation
        else ""
    )
    region = organisation.region if organisation else None
    return Told(
        f"{notice.subject} → {notice.email}", url, region, notice.get_state_display(), "error"
    )


NOTICES = Kind(
    code="notice",
    weight=Weight.ANSWER,
    name=gettext_lazy("Mails that did not arrive"),
    label=gettext_lazy("Mail"),
    found=undelivered,
    since="written_at",
    tell=notice_told,
    in_region=lambda found, region: found.filter(organisation__country__region=region),
    whole=lambda rows: rows.select_related("organisation__country__region").prefetch_related(
        "organisation__regions"
    ),
    acts=(
        Act(
            "send_again", gettext_lazy("Send again"), lambda notice, by: notices.send_again(notice)
        ),
    ),
)
