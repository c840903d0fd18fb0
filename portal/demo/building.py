"""The demonstration network as a whole, in one transaction."""

from django.db import transaction

from portal.demo.applications import create_applications
from portal.demo.associations import choose_facets, create_own_members
from portal.demo.calendar import create_activities, create_events
from portal.demo.decisions import create_advice
from portal.demo.desk_work import create_desk_work
from portal.demo.editorial import create_editorial
from portal.demo.emerging import create_emerging_issues
from portal.demo.letters import create_draft, create_issues, create_messages, create_subscriptions
from portal.demo.library import create_publications
from portal.demo.mandates import create_answers
from portal.demo.money import create_dues
from portal.demo.open_letters import create_open_issues
from portal.demo.organisations import create_organisations
from portal.demo.outside import create_documents, create_partners
from portal.demo.people import create_others, create_secretary
from portal.demo.readers import create_choices
from portal.demo.reports import create_batches
from portal.demo.scale import multiply
from portal.demo.spreadsheets import create_import
from portal.demo.threads import create_threads
from portal.lib import changes
from portal.loading import load_network
from portal.models import NetworkIdentity

ADDRESS = "1 Example Street, 1000 Example"


@transaction.atomic
def build(*, scale: int = 1) -> dict[str, int]:
    """Make what is missing of the demonstration network, and say how many rows of each kind."""
    load_network()
    give_address()
    secretary = create_secretary()
    created = {
        "organisations": create_organisations(secretary),
        "facets": choose_facets(),
        "own members": create_own_members(secretary),
        "people": create_others(),
        "applications": create_applications(secretary),
        "advice": create_advice(),
        "publications": create_publications(),
        "editorial life": create_editorial(secretary),
        "events": create_events(),
        "activities": create_activities(),
        "emerging issues": create_emerging_issues(secretary),
        "issues of newsletters": create_issues(secretary)
        + create_draft(secretary)
        + create_open_issues(secretary),
        "subscriptions": create_subscriptions(),
        "axes followed": create_choices(secretary),
        "messages": create_messages(),
        "threads": create_threads(secretary),
        "documents for members": create_documents(secretary),
        "partners": create_partners(secretary),
        "invoices": create_dues(secretary),
        "work of the desk": create_desk_work(secretary),
        "answers": create_answers(secretary),
        "imports": create_import(secretary),
        "batches of reports": create_batches(secretary),
    }
    for kind, count in multiply(scale).items():
        created[kind] += count
    return created


def give_address():
    """A postal address for the foot of letters, unless the network has one."""
    identity = NetworkIdentity.objects.get(pk=1)
    if not identity.postal_address:
        identity.postal_address = ADDRESS
        identity.save()
        changes.announce(identity)
