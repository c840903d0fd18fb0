"""An example import, checked and waiting: lines to create, to change and to correct."""

from django.core.files.base import ContentFile
from django.utils import translation

from members.imports import staging
from members.models import ImportBatch, Organisation, User
from portal.demo.people import OWN_ORGANISATION

NAME = "exemple-membres.csv"
HEADERS = "Identifiant;Nom;Catégorie;Pays;Sigle;Courriel;Contact 1 : nom;Contact 1 : courriel"
LINES = (
    "{slug};;;;;bureau@example.org;;",
    ";Fédération des quartiers solidaires (exemple);C;Ivory Coast;FQS;fqs@example.org;"
    "Awa Exemple;awa.exemple@example.org",
    ";Maison des aidants (exemple);C;Kenja;;;;",
    ";Union des foyers (exemple);Z;Bénin;;foyers(at)example.org;;",
)


def create_import(secretary: User) -> int:
    """The import, unless it is there; how many were made."""
    organisation = Organisation.objects.filter(slug=OWN_ORGANISATION).first()
    if organisation is None or ImportBatch.objects.filter(file_name=NAME).exists():
        return 0
    lines = "\n".join([HEADERS, *LINES]).format(slug=organisation.slug)
    with translation.override("fr"):
        file = ContentFile(f"{lines}\n".encode())
        batch = staging.request(file=file, name=NAME, by=secretary, by_worker=False)
        staging.check(batch)
    return 1
