"""What the settings read while tests run. A pytest plugin, loaded before the settings are.

The suite runs with the settings of a production installation except for what stands here and
in `conftest.py`. DATABASE_URL and REDIS_URL are honoured when they are set:

    pytest                                               SQLite, filesystem queue
    DATABASE_URL=postgres://postgres@127.0.0.1:5432/postgres \\
    REDIS_URL=redis://127.0.0.1:6379/9 pytest            PostgreSQL, Redis

The named PostgreSQL database is only connected to: tests make one of their own beside it, named
for the process, so that two suites on one server never meet. Keys in Redis carry a prefix of
this process, and are deleted at the end.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

# One folder a process: xdist's workers and two suites side by side share nothing.
VAR_DIR = Path(tempfile.mkdtemp(prefix="portal-tests-"))
(VAR_DIR / "static").mkdir()
# Also the end of the name of the PostgreSQL database and the prefix of the keys in Redis.
OWN_NAME = f"{os.getpid()}_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"


def _remove_var_dir(owner: int = os.getpid()) -> None:
    # A forked child runs the same exit functions; only the owner may clear up.
    if os.getpid() == owner:
        shutil.rmtree(VAR_DIR, ignore_errors=True)


atexit.register(_remove_var_dir)

# A developer's shell or .env must not change a test's result: every variable that the settings
# read is set here, or removed to take its default.
os.environ.update(
    {
        "CHECK_OUTSIDE_LINKS": "false",
        "VAR_DIR": str(VAR_DIR),
        "DATABASE_URL": os.environ.get("DATABASE_URL", ""),
        "REDIS_URL": os.environ.get("REDIS_URL", ""),
        "REDIS_PREFIX": f"test-{OWN_NAME}",
        "PRODUCTION": "false",
        "DEBUG": "false",
        "DEMONSTRATION": "false",
        "SECRET_KEY": "only-for-tests-" + "x" * 50,
        "SECRET_KEY_FALLBACKS": "",
        "SITE_URL": "http://localhost:8000",
        "PORT": "8000",
        "ALLOWED_HOSTS": "",
        "EMAIL_URL": "smtp://127.0.0.1:1",
        "DEFAULT_FROM_EMAIL": "council@example.org",
        "SERVER_EMAIL": "council@example.org",
        "ADMINS": "",
        "BOUNCE_ADDRESS": "",
        "BOUNCE_MAILBOX": "",
        "MAIL_EVENTS_SECRET": "",
        "MAIL_EVENTS_KEY": "",
        "NEWSLETTER_RATE": "0",
        "NEWSLETTER_DOMAIN_RATE": "0",
        "TRUSTED_PROXIES": "0",
        # Tests write the tally down themselves.
        "READS_EVERY": "0",
        "MACHINE_TRANSLATION": "",
        "PAGE_SECONDS": "300",
        "PAGE_MEMORY": "32",
        "SHARED_SECONDS": "0",
        "PURGE_URLS": "",
        "PURGE_CALL": "",
        "READS_KEPT_DAYS": "1100",
        "REPORT_SECONDS": "60",
        "REPORT_MEGABYTES": "600",
        "REPORTS_S3_BUCKET": "",
        "JSON_LOGS": "false",
        "LOG_LEVEL": "INFO",
        # Playwright keeps an event loop in the main thread, in which Django would refuse to
        # touch the database.
        "DJANGO_ALLOW_ASYNC_UNSAFE": "true",
    }
)
