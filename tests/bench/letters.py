"""What a letter costs: mails a second with the durable ledger, beside two floors.

    python -m tests.bench.letters [--readers 3000] [--rounds 5]

The mails go to Postfix's smtp-sink. The database is a PostgreSQL server of this run's own that
writes through to the disk as in production, or the one of DATABASE_URL (to be thrown away). Each
round sends the same letter to the same readers three ways, one after the other:

- ours: recipients frozen, claimed and settled one by one;
- a bare loop: `EmailMessage` and `smtplib` over one connection, nothing written down;
- django-newsletter 1.2.1's way: three templates, two queries of articles and one of attachments,
  `EmailMultiAlternatives` and a connection for each mail.

What a hundred thousand readers and a million cost is told by `tests.bench.letters_at_scale`.
"""

import argparse
import contextlib
import datetime
import io
import os
import smtplib
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path

from tests import servers

# The floors send to so many of the readers: what each mail costs does not depend on their number.
FLOOR_READERS = 300
ROOT = Path(__file__).resolve().parents[2]
LANGUAGES = ("fr", "en", "es")
PARAGRAPH = {
    "fr": "L’aide à domicile s’étend aux zones rurales : « un droit », dit l’étude, qui compare "
    "neuf régions et décrit les écarts d’accès d’un quartier à l’autre. ",
    "en": "Home care reaches the countryside: “a right”, says the study, which compares nine "
    "regions and describes how access differs from one district to the next. ",
    "es": "La ayuda a domicilio llega al campo: «un derecho», dice el estudio, que compara nueve "
    "regiones y describe las diferencias de acceso entre barrios. ¿Mañana? ",
}


# -- Servers ---------------------------------------------------------------------------------------


def sink_program() -> str | None:
    found = subprocess.run(
        [ROOT / "setup/smtp-sink.sh"], capture_output=True, text=True, check=False
    )
    if found.returncode:
        print(found.stderr.strip())
        return None
    return found.stdout.strip()


@contextlib.contextmanager
def smtp_sink() -> Iterator[int]:
    """Postfix's sink on a free port. Raises servers.ServerMissing."""
    program = sink_program()
    if program is None:
        raise servers.ServerMissing("smtp-sink is missing")
    port = servers.free_port()
    user = ("-u", "nobody") if os.getuid() == 0 else ()
    with subprocess.Popen([program, *user, "-m", "64", f"127.0.0.1:{port}", "128"]) as sink:
        try:
            while not servers.listening(port):
                time.sleep(0.02)
            yield port
        finally:
            sink.terminate()


@contextlib.contextmanager
def ground() -> Iterator[None]:
    """Django on a database of this run's own, and mail that goes to the sink."""
    with contextlib.ExitStack() as stack:
        port = stack.enter_context(smtp_sink())
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="portal-letters-"))
        address = os.environ.get("DATABASE_URL") or stack.enter_context(
            servers.private_postgresql(durable=True)
        )
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "portal.settings",
            "VAR_DIR": folder,
            "DATABASE_URL": address,
            "REDIS_URL": "",
            "DEBUG": "false",
            "DEMONSTRATION": "false",
            "PRODUCTION": "false",
            "EMAIL_URL": f"smtp://127.0.0.1:{port}",
            "LOG_LEVEL": "ERROR",
            "SECRET_KEY": "only-for-measuring-" + "x" * 40,
        }
        import django  # noqa: PLC0415  the environment comes first

        django.setup()
        from django.core.management import call_command  # noqa: PLC0415

        call_command("migrate", verbosity=0, stdout=io.StringIO())
        yield


# -- A letter and its readers ----------------------------------------------------------------------


def new_letter():
    """The letter of a region with its publications and events, in three languages."""
    from tests import factories as make  # noqa: PLC0415  the models must be set up first

    make.create_network()
    letter = make.create_newsletter(make.create_region("R8"))
    for place in range(6):
        texts = {f"title_{code}": f"{PARAGRAPH[code][:60]} {place}" for code in LANGUAGES}
        texts |= {f"summary_{code}": PARAGRAPH[code] * 2 for code in LANGUAGES}
        make.create_publication(
            regions=[letter.region], published_on=datetime.date(2026, 8, 1 + place), **texts
        )
    return letter


def new_readers(letter, number: int):
    """So many confirmed readers, a third for each language."""
    from django.utils import timezone  # noqa: PLC0415
    from django.utils.crypto import get_random_string  # noqa: PLC0415

    from publications.models import Subscriber, Subscription  # noqa: PLC0415

    now = timezone.now()
    for first in range(0, number, 10_000):
        rows = Subscriber.objects.bulk_create(
            Subscriber(
                email=f"reader-{place}@d{place % 500}.example.org",
                language=LANGUAGES[place % 3],
                token=get_random_string(40),
                confirmed_at=now,
            )
            for place in range(first, min(first + 10_000, number))
        )
        Subscription.objects.bulk_create(
            Subscription(subscriber=row, newsletter=letter, confirmed_at=now) for row in rows
        )


def new_issue(letter, period: str):
    """An issue of the letter whose sending has begun, as after a press of the button."""
    from django.utils import timezone  # noqa: PLC0415

    from publications.models.newsletters import IssueState  # noqa: PLC0415
    from publications.newsletters import drafting, sending  # noqa: PLC0415

    issue = letter.issues.first() or drafting.draft(letter, period_of(period))
    issue.deliveries.all().delete()
    issue.state, issue.sending_since = IssueState.SENDING, timezone.now()
    issue.save()
    started = time.perf_counter()
    sending.freeze(issue)
    issue.frozen_in = time.perf_counter() - started
    return issue


def period_of(text: str):
    from publications.models.periods import Period  # noqa: PLC0415

    return Period.parse(text)


# -- Three ways ------------------------------------------------------------------------------------


def ours(issue) -> int:
    from publications.newsletters import sending  # noqa: PLC0415

    return sending.deliver(issue, seconds=600)


def bare(issue) -> int:
    """Nothing but the standard library: a message built for each reader, one connection."""
    from django.conf import settings  # noqa: PLC0415

    from portal.lib import mail  # noqa: PLC0415
    from publications.newsletters import copies  # noqa: PLC0415

    written, number = letters(issue), 0
    senders = {code: mail.sender(code) for code in LANGUAGES}
    with smtplib.SMTP(settings.EMAIL_HOST, settings.EMAIL_PORT) as server:
        for pk, email, token, code in readers(issue):
            letter = written[code].addressed(token=token)
            message = EmailMessage()
            message["Subject"], message["From"], message["To"] = (
                letter.subject,
                senders[code],
                email,
            )
            message["Message-ID"] = f"<{pk}@example.org>"
            listed = copies.list_headers(
                issue.newsletter,
                issue.dashed_symbol,
                language=code,
                audience="public",
                token=token,
            )
            for name, value in listed.items():
                message[name] = value
            message.set_content(letter.text)
            message.add_alternative(letter.html, subtype="html")
            server.send_message(message)
            number += 1
    return number


def as_django_newsletter(issue) -> int:
    """What `Submission.submit` of django-newsletter 1.2.1 does for each subscription."""
    from django.core.mail import EmailMultiAlternatives  # noqa: PLC0415
    from django.template import Context, Engine  # noqa: PLC0415

    from portal.lib import mail  # noqa: PLC0415
    from publications.models import Correction, IssueItem  # noqa: PLC0415

    engine = Engine(builtins=["django.templatetags.i18n"])
    templates = {}
    for code, letter in letters(issue).items():
        head, tail = letter.html[:200], letter.html[200:]
        templates[code] = (
            engine.from_string("{{ newsletter.title }} {{ message.subject_fr }}"),
            engine.from_string("{% for a in articles.all %}{{ a.position }}{% endfor %}{{ text }}"),
            engine.from_string(
                head + "{% for a in articles.all %}<h3>{{ a.position }}</h3>{% endfor %}"
                "{{ html|safe }}<a href='{{ site }}/{{ token }}'>"
                '{% translate "Unsubscribe in one click" %}</a>'
            ),
            letter.text,
            tail,
        )
    number = 0
    for _pk, email, token, code in readers(issue):
        subject, text, html, text_of, html_of = templates[code]
        values = {
            "newsletter": issue.newsletter,
            "message": issue,
            "articles": IssueItem.objects.filter(issue=issue),
            "site": "https://example.org",
            "token": token,
            "text": text_of,
            "html": html_of,
        }
        message = EmailMultiAlternatives(
            subject.render(Context(values, autoescape=False)),
            text.render(Context(values, autoescape=False)),
            from_email=mail.sender(code),
            to=[email],
            headers={"List-Unsubscribe": "https://example.org/"},
        )
        list(Correction.objects.filter(publication_id=0))  # its attachments: a query, no row
        message.attach_alternative(html.render(Context(values)), "text/html")
        message.send()
        number += 1
    return number


def letters(issue) -> dict:
    from publications.newsletters import rendering  # noqa: PLC0415

    return {code: rendering.letter(issue, code) for code in LANGUAGES}


def readers(issue) -> Iterator[tuple]:
    columns = ("pk", "subscriber__email", "subscriber__token", "language")
    yield from issue.deliveries.order_by("subscriber").values_list(*columns)[:FLOOR_READERS]


def timed(way: Callable, issue) -> tuple[float, float]:
    """Mails a second by the clock on the wall, and by the CPU time of this process."""
    wall, cpu = time.perf_counter(), time.process_time()
    number = way(issue)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    assert number == min(issue.deliveries.count(), FLOOR_READERS if way is not ours else number)
    return number / wall, number / cpu


def compare(number: int, rounds: int):
    letter = new_letter()
    new_readers(letter, number)
    ways = {
        "ledger and patched bytes": ours,
        "bare EmailMessage + smtplib": bare,
        "django-newsletter's way": as_django_newsletter,
    }
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    for place in range(rounds + 1):
        for name, way in ways.items():
            speed = timed(way, new_issue(letter, "2026-Q3"))
            if place:  # the first round is for warming up
                found[name].append(speed)
    [largest] = {max(len(one.html.encode()) for one in letters(letter.issues.get()).values())}
    print(f"letter of {largest / 1024:.0f} KB of HTML, {number} readers, {rounds} rounds")
    first = found["ledger and patched bytes"]
    for name, speeds in found.items():
        wall, cpu = (statistics.median(column) for column in zip(*speeds, strict=True))
        ratios = [
            statistics.median(a[column] / b[column] for a, b in zip(first, speeds, strict=True))
            for column in (0, 1)
        ]
        print(
            f"{name}: {wall:.0f} mails/s, {cpu:.0f} a second of CPU"
            + (
                f"; ours is {ratios[0]:.1f} and {ratios[1]:.1f} times that"
                if speeds != first
                else ""
            )
        )


def bench_letters():
    """For `make bench`: in a process of its own, since it has a database of its own."""
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    subprocess.run([sys.executable, "-m", __name__], cwd=ROOT, env=environment, check=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--readers", type=int, default=3000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    try:
        with ground():
            compare(options.readers, options.rounds)
    except servers.ServerMissing as error:
        print(f"{error}: letters are not measured")


if __name__ == "__main__":
    main()
