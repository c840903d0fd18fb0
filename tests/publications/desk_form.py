"""What the form of a publication at the desk sends, and what it answers."""

LIST = "/en/secretariat/publications/"


def page_of(publication, act="", base=LIST):
    return f"{base}{publication.dashed_symbol}/{act}"


def typed(**values) -> dict:
    """What the form of a new publication sends: a French report of the world."""
    names = ("title", "summary", "body", "state")
    empty = {f"{name}_{code}": "" for name in names for code in ("fr", "en", "es")}
    rest = {
        "title_fr": "Rapport (exemple)",
        "original_language": "fr",
        "symbol": "P/2026/14",
        "kind": "report",
        "authors": "",
        "published_on": "2026-03-01",
        "access": "public",
        "level": "world",
        "licence": "CC BY 4.0",
    }
    return empty | rest | values


def as_stored(publication, **values) -> dict:
    """What the form sends when nothing but these values is changed."""
    names = ("title", "summary", "body")
    texts = {
        f"{name}_{code}": publication.own_text(name, code)
        for name in names
        for code in ("fr", "en", "es")
    }
    states = {f"state_{code}": state for code, state in publication.languages()}
    rest = {
        "symbol": publication.symbol,
        "kind": publication.kind,
        "published_on": publication.published_on.isoformat(),
        "access": publication.access,
        "regions": [region.pk for region in publication.regions.all()],
        "axes": [axis.pk for axis in publication.axes.all()],
    }
    return typed(**texts | states | rest | values)


def errors_of(answer) -> list[str]:
    assert answer.status_code == 200
    return sorted(answer.context["form"].errors)
