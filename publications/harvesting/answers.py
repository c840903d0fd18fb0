"""The answers of the protocol as XML."""

import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.http import QueryDict
from django.utils import timezone
from lxml import etree

from portal.lib import network
from portal.lib.feeds import clean
from portal.lib.links import absolute
from publications.harvesting import records, requests
from publications.harvesting.requests import Fault, Selection
from publications.metadata import dublin_core
from publications.metadata.record import record_of
from publications.models import Publication

OAI = "http://www.openarchives.org/OAI/2.0/"
SCHEMA = f"{OAI} {OAI}OAI-PMH.xsd"
IDENTIFIER = "http://www.openarchives.org/OAI/2.0/oai-identifier"
PATH = "/oai"
# Faults after which the request is not told again: it was no request of the protocol.
UNTOLD = ("badVerb", "badArgument")


def answer(query: QueryDict) -> bytes:
    """The whole answer to a request, errors of the protocol included."""
    root = etree.Element(f"{{{OAI}}}OAI-PMH", nsmap={None: OAI, "xsi": dublin_core.XSI})
    root.set(f"{{{dublin_core.XSI}}}schemaLocation", SCHEMA)
    add(root, "responseDate", stamp(timezone.now()))
    request = add(root, "request", absolute(PATH))
    try:
        given = requests.arguments(query)
        told = VERBS[given["verb"]](given)
    except Fault as fault:
        if fault.code not in UNTOLD:
            tell(request, query)
        add(root, "error", str(fault)).set("code", fault.code)
    else:
        tell(request, query)
        root.append(told)
    return etree.tostring(root, xml_declaration=True, encoding="utf-8")


def tell(request: etree._Element, query: QueryDict):
    for name, value in query.items():
        request.set(name, clean(value))


def host() -> str:
    return urlsplit(settings.SITE_URL).hostname or "localhost"


def identifier(publication: Publication) -> str:
    return f"oai:{host()}:{publication.dashed_symbol}"


def stamp(moment: datetime.datetime) -> str:
    return moment.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def add(parent: etree._Element, name: str, text: str = "") -> etree._Element:
    child = etree.SubElement(parent, f"{{{OAI}}}{name}")
    if text:
        child.text = clean(text)
    return child


# -- The six verbs ---------------------------------------------------------------------------------


def identify(given: dict[str, str]) -> etree._Element:
    told = etree.Element(f"{{{OAI}}}Identify")
    identity = network.current()
    add(told, "repositoryName", identity.name("en"))
    add(told, "baseURL", absolute(PATH))
    add(told, "protocolVersion", "2.0")
    add(told, "adminEmail", identity.reply_to or identity.sender)
    add(told, "earliestDatestamp", stamp(records.earliest()))
    add(told, "deletedRecord", "persistent")
    add(told, "granularity", "YYYY-MM-DDThh:mm:ssZ")
    description = etree.SubElement(
        add(told, "description"), f"{{{IDENTIFIER}}}oai-identifier", nsmap={None: IDENTIFIER}
    )
    description.set(f"{{{dublin_core.XSI}}}schemaLocation", f"{IDENTIFIER} {IDENTIFIER}.xsd")
    for name, text in (
        ("scheme", "oai"),
        ("repositoryIdentifier", host()),
        ("delimiter", ":"),
        ("sampleIdentifier", f"oai:{host()}:P-2026-14"),
    ):
        etree.SubElement(description, f"{{{IDENTIFIER}}}{name}").text = text
    return told


def list_metadata_formats(given: dict[str, str]) -> etree._Element:
    if "identifier" in given:
        records.find(given["identifier"], host=host())
    told = etree.Element(f"{{{OAI}}}ListMetadataFormats")
    form = add(told, "metadataFormat")
    add(form, "metadataPrefix", "oai_dc")
    add(form, "schema", dublin_core.SCHEMA)
    add(form, "metadataNamespace", dublin_core.OAI_DC)
    return told


def list_sets(given: dict[str, str]) -> etree._Element:
    if "resumptionToken" in given:
        raise Fault("badResumptionToken", "The list of sets is given whole.")
    told = etree.Element(f"{{{OAI}}}ListSets")
    for spec, name in records.all_sets():
        one = add(told, "set")
        add(one, "setSpec", spec)
        add(one, "setName", name)
    return told


def get_record(given: dict[str, str]) -> etree._Element:
    found = records.find(given["identifier"], host=host())
    requests.known_prefix(given["metadataPrefix"])
    told = etree.Element(f"{{{OAI}}}GetRecord")
    told.append(record(found))
    return told


def list_records(given: dict[str, str]) -> etree._Element:
    return listed(given, "ListRecords", record)


def list_identifiers(given: dict[str, str]) -> etree._Element:
    return listed(given, "ListIdentifiers", header)


def listed(given: dict[str, str], verb: str, written) -> etree._Element:
    if "resumptionToken" in given:
        chosen = requests.resumed(given["resumptionToken"])
    else:
        requests.known_prefix(given["metadataPrefix"])
        chosen = requests.selection(given)
    part = records.part_of(chosen)
    if not part.rows:
        if chosen.after:
            raise Fault("badResumptionToken", "The list has ended since.")
        raise Fault("noRecordsMatch", "No record matches.")
    told = etree.Element(f"{{{OAI}}}{verb}")
    for row in part.rows:
        told.append(written(row))
    if part.after or chosen.after:
        end_of(told, chosen, part)
    return told


def end_of(told: etree._Element, chosen: Selection, part: records.Part):
    """The token that leads on; an empty one ends a list that was given in parts."""
    add(told, "resumptionToken", requests.token(chosen, part.after) if part.after else "")


def header(publication: Publication) -> etree._Element:
    told = etree.Element(f"{{{OAI}}}header")
    if not publication.is_announced:
        told.set("status", "deleted")
    add(told, "identifier", identifier(publication))
    add(told, "datestamp", stamp(publication.changed_at))
    for spec in records.sets_of(publication):
        add(told, "setSpec", spec)
    return told


def record(publication: Publication) -> etree._Element:
    told = etree.Element(f"{{{OAI}}}record")
    told.append(header(publication))
    if publication.is_announced:
        add(told, "metadata").append(dublin_core.element(record_of(publication)))
    return told


VERBS = {
    "Identify": identify,
    "ListMetadataFormats": list_metadata_formats,
    "ListSets": list_sets,
    "GetRecord": get_record,
    "ListRecords": list_records,
    "ListIdentifiers": list_identifiers,
}
