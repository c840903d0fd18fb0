"""The ground that every test stands on.

What differs from a production installation is all here and in `environment.py`: fast password
hashes, static files without a manifest, jobs carried out at once, mail kept in memory. A test
that needs the real thing asks for it: `worker` (a Celery worker in a process of its own),
`mailbox` (an SMTP server), `collected_static` (hashed and compressed files).
"""

import operator
import sys
from pathlib import Path

import pytest
from allauth.account.internal.flows.login import record_authentication
from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test.signals import storages_changed
from django.utils import translation
from pytest_django.live_server_helper import LiveServer

from portal.lib import pdf, revision
from tests import parts, undefined
from tests.environment import OWN_NAME, VAR_DIR
from tests.mailbox import Mailbox
from tests.worker import Worker, database_address

TESTS = Path(__file__).resolve().parent


def pytest_addoption(parser):
    parts.add_option(parser)


def pytest_configure(config):
    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        # A file, as in production: a worker and a live server open it beside the tests.
        name = str(VAR_DIR / "test.sqlite3")
    else:
        name = f"test_portal_{OWN_NAME}"
        database["CONN_MAX_AGE"] = 0
    database.setdefault("TEST", {})["NAME"] = name
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES["staticfiles"] = {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
    }
    # The models have asked for the storage of their files, and all settings were read with it.
    reset_storages()
    settings.CELERY_TASK_ALWAYS_EAGER = True
    settings.CELERY_TASK_EAGER_PROPAGATES = True
    for engine in settings.TEMPLATES:
        engine["OPTIONS"]["string_if_invalid"] = undefined.Undefined()
    undefined.install()


def pytest_collection_modifyitems(config, items):
    for item in items:
        folder = item.path.relative_to(TESTS).parts[0] if item.path.is_relative_to(TESTS) else ""
        if folder in parts.STAGES:
            item.add_marker(folder)
    if part := config.getoption("part"):
        chosen = parts.chosen(items, part)
        kept = set(chosen)
        config.hook.pytest_deselected(items=[item for item in items if item not in kept])
        items[:] = chosen


@pytest.fixture(scope="session", autouse=True)
def forced_log_ins_are_complete():
    """`client.force_login` stands for the whole log-in: second factor shown, if there is one."""

    def complete(sender, request, user, **_kwargs):
        if not request.path and user.second_factor_since:
            record_authentication(request, user, "mfa", type="totp")

    user_logged_in.connect(complete, weak=False, dispatch_uid="tests.complete")
    yield
    user_logged_in.disconnect(dispatch_uid="tests.complete")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    """Fail also when something on the way swallowed the error of an undefined variable."""
    undefined.found.clear()
    result = yield
    if undefined.found:
        pytest.fail("; ".join(undefined.found))
    return result


@pytest.fixture(autouse=True)
def fresh_state(request):
    """No test sees another's cached pages, rate limits, counted reads or language."""
    from portal import reads  # noqa: PLC0415  the models must be set up first
    from publications.newsletters import restored  # noqa: PLC0415  likewise

    translation.deactivate()
    yield
    cache.clear()
    reads.tally.clear()
    # The database forgets what a test has sent.
    restored.path().unlink(missing_ok=True)
    revision.move()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """In the end nobody is left on the test database, which PostgreSQL would refuse to drop.

    A process that a test has killed may be there still while its last statement is carried out.
    """
    yield
    if connection.vendor != "postgresql":
        return
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT state, query, pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        for state, query, _ in cursor.fetchall():
            print(f"left on the test database: {state}: {query[:300]}", file=sys.stderr)


@pytest.fixture
def another_release(settings, tmp_path):
    """Call it, and printed documents look otherwise, as after a release that changed them."""

    def follows():
        settings.BASE_DIR = tmp_path
        pdf.look.cache_clear()

    yield follows
    pdf.look.cache_clear()


@pytest.fixture
def kept_papers(settings):
    """The keys of the printed papers that are kept for a while, each beginning with a word."""
    backend = "django.core.cache.backends.locmem.LocMemCache"
    settings.CACHES = {"default": {"BACKEND": backend, "LOCATION": "papers"}}
    return lambda word: {key for key in cache._cache if f":{word}:" in key}


@pytest.fixture(scope="session", autouse=True)
def leave_redis_clean():
    yield
    if settings.REDIS_URL:
        import redis  # noqa: PLC0415  not needed on the embedded default

        with redis.Redis.from_url(settings.REDIS_URL) as server:
            for key in server.scan_iter(match=f"*test-{OWN_NAME}*", count=1000):
                server.delete(key)


MANIFEST = {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}


@pytest.fixture(scope="session")
def collected_once():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "STORAGES", {**settings.STORAGES, "staticfiles": MANIFEST})
        reset_storages()
        call_command("collectstatic", interactive=False, verbosity=0)
    reset_storages()


@pytest.fixture
def collected_static(collected_once, settings):
    """Static files as production serves them: hashed names, compressed, from one folder."""
    settings.STORAGES = {**settings.STORAGES, "staticfiles": MANIFEST}
    return Path(settings.STATIC_ROOT)


def reset_storages():
    storages_changed(setting="STORAGES")


@pytest.fixture(scope="session")
def live_server(collected_once):
    """The portal on a free port, static files through WhiteNoise as in production."""
    server = LiveServer("localhost", start=False)
    # Django would serve static and media files itself, before the portal is asked.
    server.thread.static_handler = operator.attrgetter("application")
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def smtp_server():
    with Mailbox() as mailbox:
        yield mailbox


@pytest.fixture
def mailbox(smtp_server, settings):
    """A real SMTP server on a free local port; `mailbox.messages` is what it has received.

    Each message is an `email.message.EmailMessage` with the envelope in `X-Envelope-From` and
    `X-Envelope-To`.
    """
    smtp_server.messages.clear()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = smtp_server.host, smtp_server.port
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    return smtp_server


@pytest.fixture(scope="session")
def running_worker(smtp_server, django_db_setup, django_db_blocker):
    worker = Worker(
        environment={
            "DATABASE_URL": database_address(),
            "EMAIL_URL": f"smtp://{smtp_server.host}:{smtp_server.port}",
        }
    )
    yield worker
    worker.stop()


@pytest.fixture
def worker(running_worker, mailbox, transactional_db, settings):
    """A real Celery worker on the tests' database and queue; its mail goes to `mailbox`.

    It is shared by the tests of one process and started again when a test has ended it.
    """
    from portal.celery import app  # noqa: PLC0415  the application must be set up first

    app.conf.task_always_eager = False
    running_worker.start()
    yield running_worker
    app.conf.task_always_eager = True
