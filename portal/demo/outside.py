"""Example documents for members, and example partners, donors, research centres and academics."""

import datetime

from django.core.files.base import ContentFile
from django.utils import timezone

from members import documents
from members.documents import Upload
from members.models import Category, Document, Facet, Organisation, Partner, User
from portal.demo.texts import originally, read, texts
from portal.lib import pdf
from regions.models import Country, Region


def create_documents(secretary: User) -> int:
    """The documents for members that are missing, and how many were made."""
    created = 0
    for row in read("outside")["documents"]:
        language = originally(row)
        title = row[language][0]
        if Document.objects.filter(**{f"title_{language}": title}).exists():
            continue
        document = Document(
            original_language=language,
            audience=row["audience"],
            category=Category.objects.filter(code=row.get("category", "")).first(),
            region=Region.objects.filter(code=row.get("region", "")).first(),
            organisation=Organisation.objects.filter(slug=row.get("organisation", "")).first(),
            until=in_days(row["until"]) if "until" in row else None,
            **texts(row, "title"),
        )
        codes = [code for code in row if code in ("fr", "en", "es")]
        uploads = {}
        for code in codes:
            uploads[code if len(codes) > 1 else ""] = printed(row[code][0], code)
        documents.put(document, by=secretary, uploads=uploads)
        created += 1
    return created


def printed(title: str, language: str) -> Upload:
    page = (
        f'<!doctype html><html lang="{language}"><head><title>{title}</title></head>'
        f"<body><h1>{title}</h1></body></html>"
    )
    return documents.judge(ContentFile(pdf.from_html(page), name="example.pdf"))


def create_partners(secretary: User) -> int:
    """The records that are not members that are missing, and how many were made."""
    created = 0
    for row in read("outside")["partners"]:
        values = dict(row)
        if Partner.objects.filter(name=values["name"]).exists():
            continue
        regions = values.pop("regions", [])
        facets = values.pop("facets", [])
        organisations = values.pop("organisations", [])
        country = values.pop("country", None)
        if agreed := values.pop("agreed", None):
            values |= {"is_person": True, "consent_on": in_days(-agreed)}
        partner = Partner.objects.create(
            country=Country.objects.get(code=country) if country else None,
            recorded_by=secretary,
            **values,
        )
        partner.regions.set(Region.objects.filter(code__in=regions))
        partner.facets.set(Facet.objects.filter(code__in=facets))
        partner.organisations.set(Organisation.objects.filter(slug__in=organisations))
        created += 1
    return created


def in_days(days: int) -> datetime.date:
    return timezone.localdate() + datetime.timedelta(days=days)
