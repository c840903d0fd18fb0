"""OAI-PMH 2.0: the six verbs, every error, and a harvest by a real client."""

import datetime
import re
from urllib.parse import urlencode

import pytest
from django.utils import timezone
from lxml import etree
from sickle import Sickle
from sickle.iterator import OAIResponseIterator
from sickle.oaiexceptions import NoRecordsMatch

from publications import publishing
from publications.harvesting import records, requests
from publications.harvesting.requests import Selection
from publications.models import Publication
from tests.factories import create_axis, create_publication, create_region

pytestmark = pytest.mark.django_db
NS = {"o": "http://www.openarchives.org/OAI/2.0/", "dc": "http://purl.org/dc/elements/1.1/"}


def asked(client, method="get", **query) -> etree._Element:
    if "since" in query:
        query["from"] = query.pop("since")
    answer = client.get("/oai", query) if method == "get" else client.post("/oai", query)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/xml; charset=utf-8"
    assert not answer.cookies
    root = etree.fromstring(answer.content)
    assert root.find("o:responseDate", NS) is not None
    return root


def fault(root) -> str:
    found = root.findall("o:error", NS)
    return found[0].get("code") if found else ""


def identifiers(root) -> list[str]:
    return [node.text for node in root.iterfind(".//o:header/o:identifier", NS)]


@pytest.mark.parametrize("method", ["get", "post"])
def test_the_archive_says_who_it_is(client, method):
    create_publication()
    root = asked(client, method, verb="Identify")
    told = {node.tag.split("}")[1]: node.text for node in root.find("o:Identify", NS)}
    assert told["baseURL"] == "http://localhost:8000/oai"
    assert (told["protocolVersion"], told["deletedRecord"]) == ("2.0", "persistent")
    assert told["granularity"] == "YYYY-MM-DDThh:mm:ssZ"


def test_its_formats_and_sets(client):
    create_region("R8"), create_axis(3)
    found = create_publication()
    formats = asked(client, verb="ListMetadataFormats")
    assert [n.text for n in formats.iterfind(".//o:metadataPrefix", NS)] == ["oai_dc"]
    of_one = asked(
        client, verb="ListMetadataFormats", identifier=f"oai:localhost:{found.dashed_symbol}"
    )
    assert fault(of_one) == ""
    sets = [n.text for n in asked(client, verb="ListSets").iterfind(".//o:setSpec", NS)]
    assert {"region:R8", "axis:3", "kind:report"} <= set(sets)


def test_a_record_has_titles_in_their_languages(client):
    found = create_publication(regions=[create_region("R8")], axes=[create_axis(3)])
    root = asked(
        client,
        verb="GetRecord",
        metadataPrefix="oai_dc",
        identifier=f"oai:localhost:{found.dashed_symbol}",
    )
    lang = "{http://www.w3.org/XML/1998/namespace}lang"
    titles = [(n.get(lang), n.text) for n in root.iterfind(".//dc:title", NS)]
    assert titles == [("fr", found.title_fr), ("en", found.title_en)]
    sets = [n.text for n in root.iterfind(".//o:setSpec", NS)]
    assert sets == ["region:R8", "axis:3", "kind:report"]


@pytest.mark.parametrize(
    ("set_spec", "expected"),
    [("region:R8", {"P-2026-01"}), ("axis:3", {"P-2026-02"}), ("kind:speech", {"P-2026-02"})],
)
def test_a_set_holds_what_it_says(client, set_spec, expected):
    create_publication(symbol="P/2026/01", regions=[create_region("R8")])
    create_publication(symbol="P/2026/02", axes=[create_axis(3)], kind="speech")
    root = asked(client, verb="ListIdentifiers", metadataPrefix="oai_dc", set=set_spec)
    assert {one.split(":")[2] for one in identifiers(root)} == expected


def test_what_was_never_public_is_not_there_and_what_was_is_deleted(client):
    withdrawn, hidden = create_publication(), create_publication()
    never = [
        create_publication(state="draft"),
        create_publication(access="secretariat"),
        create_publication(state="scheduled"),
    ]
    publishing.withdraw(withdrawn)
    hidden.access = "secretariat"
    hidden.save()
    root = asked(client, verb="ListRecords", metadataPrefix="oai_dc")
    states = {
        node.find("o:identifier", NS).text.split(":")[2]: node.get("status")
        for node in root.iterfind(".//o:header", NS)
    }
    assert states == {withdrawn.dashed_symbol: "deleted", hidden.dashed_symbol: "deleted"}
    assert root.find(".//o:metadata", NS) is None
    for publication in never:
        identifier = f"oai:localhost:{publication.dashed_symbol}"
        root = asked(client, verb="GetRecord", metadataPrefix="oai_dc", identifier=identifier)
        assert fault(root) == "idDoesNotExist"


def test_a_members_text_gives_no_file(client):
    reserved = create_publication(access="members", body_fr="<p>Corps</p>")
    root = asked(client, verb="ListRecords", metadataPrefix="oai_dc")
    assert reserved.title_fr in etree.tostring(root, encoding="unicode")
    assert "Corps" not in etree.tostring(root, encoding="unicode")
    assert "Reserved for members" in [n.text for n in root.iterfind(".//dc:rights", NS)]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({}, "badVerb"),
        ({"verb": "Nothing"}, "badVerb"),
        ({"verb": "GetRecord"}, "badArgument"),
        ({"verb": "GetRecord", "metadataPrefix": "oai_dc"}, "badArgument"),
        ({"verb": "Identify", "x": "y"}, "badArgument"),
        ({"verb": "ListRecords"}, "badArgument"),
        ({"verb": "ListRecords", "metadataPrefix": "marc"}, "cannotDisseminateFormat"),
        ({"verb": "ListRecords", "metadataPrefix": "oai_dc", "since": "yesterday"}, "badArgument"),
        ({"verb": "ListRecords", "metadataPrefix": "oai_dc", "since": "2026-13-01"}, "badArgument"),
        (
            {
                "verb": "ListRecords",
                "metadataPrefix": "oai_dc",
                "since": "2026-01-01",
                "until": "2026-02-01T00:00:00Z",
            },
            "badArgument",
        ),
        (
            {
                "verb": "ListRecords",
                "metadataPrefix": "oai_dc",
                "since": "2026-02-01",
                "until": "2026-01-01",
            },
            "badArgument",
        ),
        (
            {"verb": "ListRecords", "metadataPrefix": "oai_dc", "until": "1999-01-01"},
            "noRecordsMatch",
        ),
        ({"verb": "ListRecords", "metadataPrefix": "oai_dc", "set": "x:y"}, "noRecordsMatch"),
        (
            {"verb": "ListRecords", "metadataPrefix": "oai_dc", "resumptionToken": "x"},
            "badArgument",
        ),
        ({"verb": "ListRecords", "resumptionToken": "x"}, "badResumptionToken"),
        ({"verb": "ListRecords", "resumptionToken": "W10"}, "badResumptionToken"),
        ({"verb": "ListSets", "resumptionToken": "x"}, "badResumptionToken"),
        (
            {"verb": "GetRecord", "metadataPrefix": "oai_dc", "identifier": "oai:localhost:P-1-1"},
            "idDoesNotExist",
        ),
        (
            {"verb": "GetRecord", "metadataPrefix": "oai_dc", "identifier": "\x00"},
            "idDoesNotExist",
        ),
        ({"verb": "ListMetadataFormats", "identifier": "x"}, "idDoesNotExist"),
    ],
)
def test_each_fault_has_its_code(client, query, code):
    create_publication()
    root = asked(client, **query)
    assert fault(root) == code
    told = root.find("o:request", NS)
    assert bool(told.attrib) == (code not in ("badVerb", "badArgument"))


def test_a_repeated_argument_is_one_too_many(client):
    answer = client.get("/oai?verb=Identify&verb=Identify")
    assert fault(etree.fromstring(answer.content)) == "badVerb"
    answer = client.get("/oai?verb=ListSets&x=1&x=2")
    assert fault(etree.fromstring(answer.content)) == "badArgument"


def test_a_day_until_includes_its_last_second():
    until, _form = requests.moment("2026-11-27", ends=True)
    assert until == datetime.datetime(2026, 11, 27, 23, 59, 59, 999999, tzinfo=datetime.UTC)
    assert requests.moment("9999-12-31", ends=True)[0].year == 9999


def test_a_token_leads_on_and_says_everything_itself():
    chosen = Selection(since=timezone.now(), set_spec="region:R8")
    after = (timezone.now(), 7)
    assert requests.resumed(requests.token(chosen, after)) == Selection(
        since=chosen.since, set_spec="region:R8", after=after
    )


@pytest.mark.slow
def test_the_number_of_queries_does_not_grow(client, django_assert_num_queries):
    create_publication(regions=[create_region("R8")], axes=[create_axis(3)])
    query = urlencode({"verb": "ListRecords", "metadataPrefix": "oai_dc"})
    client.get(f"/oai?{query}")
    for _ in range(2):
        with django_assert_num_queries(7):
            client.get(f"/oai?{query}")
        for _more in range(2):
            create_publication(regions=[create_region("R8")], axes=[create_axis(3)])


class ThroughClient(Sickle):
    """The harvester of sickle, with Django's client in the place of the network."""

    def __init__(self, client):
        super().__init__("http://localhost:8000/oai")
        self.client = client

    def harvest(self, **kwargs):
        from sickle.response import OAIResponse  # noqa: PLC0415  only here

        answer = self.client.get("/oai", kwargs)
        answer.text = answer.content.decode()
        return OAIResponse(answer, params=kwargs)


@pytest.mark.slow
def test_a_harvester_reads_the_whole_archive_in_parts(client, monkeypatch):
    monkeypatch.setattr(records, "PER_PART", 3)
    for number in range(1, 8):
        create_publication(symbol=f"P/2026/{number:02d}", state="published")
    gone = Publication.objects.get(symbol="P/2026/03")
    publishing.withdraw(gone)
    harvester = ThroughClient(client)
    found = list(harvester.ListRecords(metadataPrefix="oai_dc"))
    assert len(found) == 7
    assert [one.header.identifier for one in found if one.deleted] == [
        f"oai:localhost:{gone.dashed_symbol}"
    ]
    assert {one.metadata["identifier"][1] for one in found if not one.deleted} == {
        f"P/2026/{number:02d}" for number in (1, 2, 4, 5, 6, 7)
    }
    parts = ThroughClient(client)
    parts.iterator = OAIResponseIterator
    assert len(list(parts.ListIdentifiers(metadataPrefix="oai_dc"))) == 3
    assert harvester.Identify().repositoryName
    assert {one.setSpec for one in harvester.ListSets()} >= {"kind:report"}
    with pytest.raises(NoRecordsMatch):
        harvester.ListRecords(metadataPrefix="oai_dc", until="1999-01-01")


def test_what_changes_during_a_harvest_is_met_again(client, monkeypatch):
    for number in range(1, 6):
        create_publication(symbol=f"P/2026/{number:02d}")
    monkeypatch.setattr(records, "PER_PART", 2)
    first = records.part_of(Selection())
    moved = first.rows[0]
    moved.title_en = "Another"
    moved.save()
    monkeypatch.setattr(records, "PER_PART", 10)
    rest = records.part_of(Selection(after=first.after))
    assert [row.symbol for row in rest.rows] == [
        "P/2026/03",
        "P/2026/04",
        "P/2026/05",
        moved.symbol,
    ]


# -- The schemas ---------------------------------------------------------------------------------

# What each element holds and in which order, as the schema of OAI-PMH 2.0 has it; a star ends what
# may be missing or come several times.
CHILDREN = {
    "GetRecord": "record",
    "ListRecords": "record* resumptionToken*",
    "ListIdentifiers": "header* resumptionToken*",
    "ListSets": "set* resumptionToken*",
    "ListMetadataFormats": "metadataFormat*",
    "Identify": "repositoryName baseURL protocolVersion adminEmail* earliestDatestamp "
    "deletedRecord granularity compression* description*",
    "record": "header metadata* about*",
    "header": "identifier datestamp setSpec*",
    "metadataFormat": "metadataPrefix schema metadataNamespace",
    "set": "setSpec setName setDescription*",
}
WRITTEN = {
    "datestamp": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ",
    "responseDate": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ",
    "earliestDatestamp": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ",
    "setSpec": r"[A-Za-z0-9\-_.!~*'()]+(:[A-Za-z0-9\-_.!~*'()]+)*",
    "identifier": r"[a-z]+:\S+",
    "metadataPrefix": r"[A-Za-z0-9\-_.!~*'()]+",
    "adminEmail": r"\S+@(\S+\.)+\S+",
}
DUBLIN_CORE = {
    *("title", "creator", "subject", "description", "publisher", "contributor", "date", "type"),
    *("format", "identifier", "source", "language", "relation", "coverage", "rights"),
}


@pytest.mark.parametrize(
    "query",
    [
        "verb=Identify",
        "verb=ListSets",
        "verb=ListMetadataFormats",
        "verb=ListIdentifiers&metadataPrefix=oai_dc",
        "verb=ListRecords&metadataPrefix=oai_dc",
        "verb=GetRecord&metadataPrefix=oai_dc&identifier=oai:localhost:P-2026-14",
        "verb=GetRecord&metadataPrefix=oai_dc&identifier=oai:localhost:P-2026-99",
        "verb=ListRecords&resumptionToken=none",
        "verb=None",
        "",
    ],
)
def test_every_answer_keeps_the_schema(client, query):
    regions, axes = [create_region("R8")], [create_axis(3)]
    create_publication(symbol="P/2026/14", regions=regions, axes=axes)
    gone = create_publication(symbol="P/2026/15", regions=regions)
    publishing.withdraw(gone)
    root = etree.fromstring(client.get(f"/oai?{query}").content)
    said = " ".join(local(child) for child in root)
    verbs = "|".join(CHILDREN)
    assert re.fullmatch(rf"responseDate request( error)+|responseDate request ({verbs})", said)
    for element in root.iter(f"{{{NS['o']}}}*"):
        name, parent = local(element), element.getparent()
        if name in CHILDREN:
            allowed = [
                f"(?:{one[:-1]} )*" if one.endswith("*") else f"{one} "
                for one in CHILDREN[name].split()
            ]
            assert re.fullmatch("".join(allowed), "".join(f"{local(child)} " for child in element))
        if name in WRITTEN:
            assert re.fullmatch(WRITTEN[name], element.text), name
        if name == "record":
            is_deleted = element.find("o:header", NS).get("status") == "deleted"
            assert is_deleted == (element.find("o:metadata", NS) is None)
        if name == "error":
            assert parent is root
            assert len(root) == 3
    for element in root.iter(f"{{{NS['dc']}}}*"):
        assert local(element) in DUBLIN_CORE
        assert element.text.strip()
        assert len(element) == 0


def local(element) -> str:
    return etree.QName(element).localname
