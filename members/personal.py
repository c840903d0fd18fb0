"""What our records hold on people, and what erasing does to each of them."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import LogEntry

from members import invitations
from members.models import (
    Application,
    ApplicationPerson,
    ImportRow,
    Invitation,
    Mandate,
    Merge,
    Message,
    Notice,
    Organisation,
    Partner,
    Reader,
    Renewal,
    User,
)
from members.models.notices import NoticeState
from portal.lib.holdings import DONE, Holding, leave_out, register


def close_account(person: User):
    """Nobody logs in with it any more; the row stays, for the history of organisations."""
    person.set_unusable_password()
    person.is_active = person.is_superuser = False
    person.groups.clear()
    person.user_permissions.clear()
    User._base_manager.filter(pk=person.pk).update(
        password=person.password, is_active=False, is_superuser=False, last_login=None
    )


def end(mandate: Mandate):
    if mandate.is_current:
        invitations.close(mandate)


def hold_back(notice: Notice):
    """What has not left yet never leaves."""
    Notice.objects.filter(pk=notice.pk, state=NoticeState.WAITING).update(
        state=NoticeState.CANCELLED
    )


def forget_journal(merge: Merge):
    """A merge of people keeps what the removed account held: it can no longer be undone."""
    Merge.objects.filter(pk=merge.pk).update(journal={}, removed_name="")
    merge.journal, merge.removed_name = {}, ""


def drop_file(row: ImportRow):
    """The file of an import that names the person goes; its other rows stay."""
    if row.batch.file:
        row.batch.file.delete(save=True)


def forget_partner(partner: Partner) -> str:
    """An expert's record goes; that of an institution loses the person who answered there."""
    if partner.is_person:
        partner.delete()
    else:
        partner.email = partner.phone = ""
        partner.save(update_fields=["email", "phone"])
    return DONE


def listen():
    """Tell the registry. Called once the models are loaded."""
    register(
        Holding(
            User,
            emails=("email",),
            names=("full_name",),
            people=("pk",),
            erase=close_account,
            secret=("password",),
        ),
        Holding(EmailAddress, emails=("email",), people=("user",), goes=True),
        Holding(Authenticator, people=("user",), goes=True, secret=("data",)),
        Holding(UserSession, people=("user",), goes=True, secret=("session_key", "data")),
        Holding(LogEntry, people=("user",), goes=True),
        Holding(Mandate, people=("person",), erase=end),
        Holding(
            Invitation,
            emails=("email",),
            names=("full_name",),
            goes=True,
            secret=("token",),
        ),
        Holding(Notice, emails=("email",), people=("person",), erase=hold_back),
        Holding(Organisation, emails=("email",)),
        Holding(Application, emails=("email", "organisation_email"), secret=("key", "client")),
        Holding(ApplicationPerson, emails=("email",), names=("full_name",)),
        Holding(
            Message,
            emails=("email",),
            names=("author_name",),
            people=("author",),
            secret=("message_id", "mail_key"),
        ),
        Holding(Reader, emails=("email",), people=("person",), goes=True, secret=("token",)),
        Holding(Renewal, people=("person",)),
        Holding(Merge, people=("person",), erase=forget_journal, secret=("journal",)),
        Holding(Partner, emails=("email",), names=("name", "phone"), erase=forget_partner),
        Holding(ImportRow, erase=drop_file),
    )
    things = ("it names a thing, not a person",)
    leave_out(
        *things,
        "members.Association.name",
        "members.Application.name",
        "members.ApplicationDocument.name",
        "members.Attachment.name",
        "members.ImportBatch.file_name",
        "members.Organisation.name",
        "members.Roll.file_name",
    )
    leave_out("a keyed fingerprint, so that a mail comes in once", "members.Message.mail_key")
    leave_out(
        "erased by the prose it stands in, or with the person's account",
        "members.Merge.removed_name",
    )
