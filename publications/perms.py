"""What a person may do with publications, each with its reason."""

from members.models import User
from members.perms import may_open_desk
from publications.models import Publication


def may_publish(user: User, publication: Publication) -> bool:
    """The secretariat publishes everything, a regional executive what concerns that region alone;
    a language lead translates everything and publishes nothing (network's rules)."""
    return (
        may_open_desk(user)
        and Publication.objects.editable_by(user).filter(pk=publication.pk).exists()
    )
