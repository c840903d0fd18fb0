"""The stylesheets: one small file each, true references, made anew without a build."""

import gzip
import os
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.templatetags.static import static

from portal.lib import styles

ROOT = Path(settings.BASE_DIR)
COMPONENTS = sorted((ROOT / "templates" / "components").glob("*.html"))
STYLES = ROOT / "static" / "css"
NAMED = re.compile(r"""["']([\w/]+\.html)["']""")


@pytest.fixture
def own_sources(tmp_path, settings):
    """A checkout of a few sources, and a finder that has not made anything yet."""
    settings.BASE_DIR, settings.VAR_DIR = tmp_path, tmp_path / "var"
    folder = tmp_path / "static" / "css"
    (folder / "components").mkdir(parents=True)
    (folder / "print").mkdir()
    (folder / "tokens.css").write_text(":root { --ink: #1d1a33; }\n")
    (folder / "components" / "a.css").write_text('.a { background: url("../../img/a.svg"); }\n')
    (folder / "print" / "page.css").write_text("@page { margin: 16mm; }\n")
    return folder


# -- What the browser gets -------------------------------------------------------------------------


def test_the_stylesheet_of_all_pages_is_within_seven_kilobytes():
    assert len(gzip.compress(styles.joined("css/portal.css").encode(), 9)) <= 7 * 1024


@pytest.mark.parametrize("bundle", styles.BUNDLES)
def test_every_reference_of_a_bundle_leads_to_a_file(bundle):
    references = re.findall(r'url\("([^"]+)"\)', styles.joined(bundle))
    found = [
        finders.find(os.path.normpath(Path(bundle).parent / reference)) for reference in references
    ]
    assert None not in found
    assert not any(reference.startswith(("http", "/")) for reference in references)


@pytest.mark.parametrize("bundle", styles.BUNDLES)
def test_squeezing_leaves_whole_rules(bundle):
    css = styles.joined(bundle)
    assert css.count("{") == css.count("}")
    assert "/*" not in css


def test_squeezing_keeps_what_a_space_means():
    css = '.a > b :hover { margin: 0 auto; width: calc(1rem + 2px) } .b::before { content: ": "; }'
    assert styles.squeezed(css) == (
        '.a > b :hover{margin:0 auto;width:calc(1rem + 2px)}.b::before{content:": "}'
    )


@pytest.mark.parametrize(
    "page", [("css/portal.css",), ("css/portal.css", "css/desk.css"), ("css/back_room.css",)]
)
def test_every_name_of_a_colour_or_size_is_defined(page):
    css = "".join(styles.joined(bundle) for bundle in page)
    used = set(re.findall(r"var\((--[a-z0-9-]+)", css))
    assert used - set(re.findall(r"(--[a-z0-9-]+):", css)) == set()


def test_the_public_pages_do_not_pay_for_the_desk(client, db):
    assert "desk.css" not in client.get("/en/").content.decode()


def test_print_uses_nothing_that_the_renderer_lacks():
    """WeasyPrint refuses a range of weights, and knows no custom properties of a page's mode."""
    css = styles.joined("css/print.css")
    assert "var(" not in css
    assert re.findall(r"font-weight:\d+ \d+", css) == []
    assert ".woff2" not in css


def printed_templates() -> set[Path]:
    """Those that begin a printed document, and all that these name, or a tag does."""
    root = ROOT / "templates"
    apps = ("portal", "publications", "programme", "members", "regions")
    tags = [path for app in apps for path in (ROOT / app).rglob("templatetags/*.py")]
    found, next_ones = set(), {root / "base_print.html"}
    next_ones |= {path for path in root.rglob("*.html") if "base_print.html" in path.read_text()}
    next_ones |= {root / name for tag in tags for name in NAMED.findall(tag.read_text())}
    while next_ones:
        found |= next_ones
        named = {root / name for path in next_ones for name in NAMED.findall(path.read_text())}
        next_ones = {path for path in named if path.is_file()} - found
    return found


def test_print_has_no_rule_that_nothing_uses():
    """What somebody wrote has footnotes; the contents have levels by number; what is fitted for
    paper keeps some words together."""
    words = set(re.findall(r"[\w-]+", " ".join(path.read_text() for path in printed_templates())))
    sheets = " ".join(path.read_text() for path in styles.parts("css/print.css"))
    selectors = " ".join(re.findall(r"([^{}]+)\{", re.sub(r"/\*.*?\*/|@[^{]+", "", sheets)))
    classes = set(re.findall(r"\.([a-z][\w-]*)", selectors))
    assert classes - words == {"footnotes", "level-3", "together"}


def test_bundles_are_collected_under_hashed_names(collected_static):
    for bundle in styles.BUNDLES:
        name = static(bundle).removeprefix(settings.STATIC_URL)
        assert re.fullmatch(r"css/[a-z_]+\.[0-9a-f]{12}\.css", name)
        assert (collected_static / f"{name}.gz").exists()
    css = (collected_static / static("css/fonts.css").removeprefix(settings.STATIC_URL)).read_text()
    assert re.search(r"alegreya\.[0-9a-f]{12}\.woff2", css)


# -- How it is made --------------------------------------------------------------------------------


def test_the_bundle_follows_its_sources(own_sources):
    finder = styles.BundleFinder()
    bundle = Path(finder.find("css/portal.css"))
    assert bundle.read_text() == ':root{--ink:#1d1a33}\n.a{background:url("../img/a.svg")}\n'
    (own_sources / "components" / "b.css").write_text(".b { color: red; }")
    assert ".b{color:red}" in Path(finder.find("css/portal.css")).read_text()
    (own_sources / "components" / "a.css").unlink()
    assert Path(finder.find("css/portal.css")).read_text() == (
        ":root{--ink:#1d1a33}\n.b{color:red}\n"
    )


def test_an_unchanged_bundle_is_left_alone(own_sources):
    finder = styles.BundleFinder()
    bundle = Path(finder.find("css/portal.css"))
    os.utime(bundle, (1, 1))
    finder.find("css/portal.css")
    assert bundle.stat().st_mtime == 1
    assert [path.name for path in bundle.parent.iterdir()] == ["portal.css"]


def test_the_finder_answers_for_bundles_alone(own_sources):
    finder = styles.BundleFinder()
    assert finder.find("css/tokens.css") == []
    assert finder.find("css/print.css", find_all=True) == [str(finder.folder / "css" / "print.css")]
    assert [name for name, _storage in finder.list([])] == list(styles.BUNDLES)


# -- Components ------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", COMPONENTS, ids=lambda path: path.stem)
def test_a_component_names_its_style(path):
    """“CSS: x.css, y.css” in its opening comment, or “CSS: none”."""
    opening = re.match(
        r"\s*(?:\{#.*?#\}|\{% comment %\}.*?\{% endcomment %\})", path.read_text(), re.S
    )
    named = re.search(r"CSS: ((?:[a-z_]+\.css(?:, )?)+|none)", opening[0])
    assert named, f"{path.name} does not name its style"
    files = [] if named[1] == "none" else named[1].split(", ")
    kept = {
        path.name
        for place in ("components", "desk", "print")
        for path in (STYLES / place).iterdir()
    }
    assert set(files) - kept == set()


def test_no_inline_style_in_the_drawings():
    """The content security policy would drop it: colours come by class or attribute."""
    sources = [ROOT / "portal" / "lib" / name for name in ("marks.py", "charts.py", "maps.py")]
    assert [path.name for path in sources if re.search(r"\bstyle\s*=", path.read_text())] == []
