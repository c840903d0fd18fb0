"""Every setting of the portal, in one file, from the environment.

Development and production read the same variables (see .env.example). Production fails
loudly when something that must be decided is missing; development has a default for all.
"""

import secrets
from pathlib import Path

import environ
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env", overwrite=False)

# -- What kind of installation this is ----------------------------------------------------

PRODUCTION = env.bool("PRODUCTION", default=False)
DEBUG = env.bool("DEBUG", default=False)
# The demonstration network: example organisations, visible logins, and no mail leaves.
DEMONSTRATION = env.bool("DEMONSTRATION", default=not PRODUCTION)
VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var"))).resolve()


def required(name: str) -> str:
    """The variable's value. Raises ImproperlyConfigured when production lacks it."""
    value = env.str(name, default="")
    if PRODUCTION and not value:
        raise ImproperlyConfigured(f"{name} must be set when PRODUCTION is true (see .env.example)")
    return value


def development_secret() -> str:
    """A secret made once for this folder, so that sessions survive a restart."""
    path = VAR_DIR / "secret_key"
    if not path.exists():
        VAR_DIR.mkdir(parents=True, exist_ok=True)
        path.write_text(secrets.token_urlsafe(50))
        path.chmod(0o600)
    return path.read_text().strip()


if PRODUCTION and (DEBUG or DEMONSTRATION):
    raise ImproperlyConfigured("PRODUCTION excludes DEBUG and DEMONSTRATION")

SECRET_KEY = required("SECRET_KEY") or development_secret()
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
SITE_URL = (required("SITE_URL") or f"http://localhost:{env.int('PORT', default=8000)}").rstrip("/")
SITE_HOST = SITE_URL.split("://", 1)[1].split("/", 1)[0]
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[]) or (
    [SITE_HOST.split(":", 1)[0]] if PRODUCTION else ["localhost", "127.0.0.1", "[::1]"]
)
CSRF_TRUSTED_ORIGINS = [SITE_URL]

# -- Applications: each imports only from what stands below it -----------------------------

INSTALLED_APPS = [
    "portal",
    "publications",
    "programme",
    "members",
    "regions",
    "portal.lib",
    "modeltranslation",
    "simple_history",
    "csp",
    "django_prose_editor",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.sitemaps",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
]

MIDDLEWARE = [
    "portal.health.HealthMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "portal.middleware.CompressionMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    # Below what compresses and compares, above all that reads session, language or database.
    "portal.page_cache.PageCacheMiddleware",
    "csp.middleware.CSPMiddleware",
    "portal.middleware.CachePolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "portal.middleware.AddressLanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "portal.middleware.ClosedByDefaultMiddleware",
    "portal.middleware.SecondFactorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
# What the next release does by itself: an address typed without a scheme is https.
FORMS_URLFIELD_ASSUME_HTTPS = True

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "portal.lib.indentation.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.context.page",
            ],
        },
    },
]

# -- Databases, cache, queue ----------------------------------------------------------------

DATABASE_URL = required("DATABASE_URL") or f"sqlite:///{VAR_DIR / 'portal.sqlite3'}"
DATABASES = {"default": env.db_url_config(DATABASE_URL)}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # WAL and IMMEDIATE let the web server and the worker write side by side: a writer waits
    # for its turn at BEGIN instead of failing half way through.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": (
            "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA foreign_keys=ON;"
        ),
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 600
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    # PostgreSQL would translate the search's statement into machine code each time, which takes
    # ten times as long as to carry it out.
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("options", "-c jit=off")

REDIS_URL = required("REDIS_URL")
# Begins every key, so that several portals or a test run can share one server.
REDIS_PREFIX = env.str("REDIS_PREFIX", default="portal")
if REDIS_URL:
    CACHES = {
        "default": {
            "BACKEND": "portal.lib.cache.SharedRedisCache",
            "LOCATION": REDIS_URL,
            "KEY_PREFIX": REDIS_PREFIX,
        }
    }
else:
    # Shared by the processes of one machine, which rate limits need and local memory is not.
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
            "LOCATION": VAR_DIR / "cache",
        }
    }

# Public pages are kept whole until the data changes, and made anew at each multiple of so many
# seconds for what the clock alone changes; 0 keeps none. Memory is in megabytes a process.
PAGE_SECONDS = env.int("PAGE_SECONDS", default=300)
PAGE_MEMORY = env.int("PAGE_MEMORY", default=32)
# How long a shared cache in front of the portal may answer by itself. Only with a way to tell it
# of changes: addresses that are sent PURGE, or a function of yours that is called.
SHARED_SECONDS = env.int("SHARED_SECONDS", default=0)
PURGE_URLS = env.list("PURGE_URLS", default=[])
PURGE_CALL = env.str("PURGE_CALL", default="")
if SHARED_SECONDS and not (PURGE_URLS or PURGE_CALL):
    raise ImproperlyConfigured("SHARED_SECONDS needs PURGE_URLS or PURGE_CALL")

CELERY_BROKER_URL = REDIS_URL or "filesystem://localhost//"
CELERY_BROKER_TRANSPORT_OPTIONS = (
    {
        # A row in our tables is the truth and Celery the bell, but a bell should not be lost:
        # unacknowledged messages come back soon after the longest task could have ended.
        "visibility_timeout": 3600,
        "unacked_restore_interval": 2,
        "unacked_restore_throttle": 1,
        "global_keyprefix": f"{REDIS_PREFIX}-queue:",
    }
    if REDIS_URL
    else {
        "data_folder_in": str(VAR_DIR / "queue"),
        "data_folder_out": str(VAR_DIR / "queue"),
        "control_folder": str(VAR_DIR / "queue-control"),
        "store_processed": False,
        "polling_interval": 0.1,
    }
)
if not REDIS_URL:
    for folder in ("queue", "queue-control"):
        (VAR_DIR / folder).mkdir(parents=True, exist_ok=True)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 200
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_TIME_LIMIT = 900
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "schedule")
# Each task asks "what is due and not yet done?", so a missed run heals by itself.
CELERY_BEAT_SCHEDULE = {
    "heartbeat": {"task": "portal.heartbeat", "schedule": 30.0},
    "requeue-stale-reports": {"task": "publications.requeue_stale_reports", "schedule": 60.0},
    "requeue-stale-imports": {"task": "members.requeue_stale_imports", "schedule": 60.0},
    "send-due-issues": {"task": "publications.send_due_issues", "schedule": 60.0},
    "leave-due-issues": {"task": "publications.leave_due_issues", "schedule": 60.0},
    "check-outside-links": {"task": "publications.check_outside_links", "schedule": 300.0},
    "release-due-texts": {"task": "publications.release_due_texts", "schedule": 60.0},
    "read-due-files": {"task": "publications.read_due_files", "schedule": 60.0},
    "tell-of-translations": {"task": "publications.tell_of_translations", "schedule": 300.0},
    "note-appearances": {"task": "publications.note_appearances", "schedule": 300.0},
    "send-digests": {"task": "publications.send_digests", "schedule": crontab(minute=15)},
    "forget-unconfirmed": {
        "task": "publications.forget_unconfirmed",
        "schedule": crontab(minute=50, hour=3),
    },
    "send-axis-digests": {
        "task": "publications.send_axis_digests",
        "schedule": 300.0,
    },
    "read-bounces": {"task": "publications.read_bounces", "schedule": 300.0},
    "draft-due-issues": {
        "task": "publications.draft_due_issues",
        "schedule": crontab(minute="*/10"),
    },
    "due-reports": {
        "task": "publications.request_due_reports",
        "schedule": crontab(minute=40, hour="*/6"),
    },
    "expire-reports": {
        "task": "publications.expire_reports",
        "schedule": crontab(minute=20, hour=3),
    },
    "members": {"task": "members.do_what_is_due", "schedule": crontab(minute=20)},
    "send-notices": {"task": "members.send_notices", "schedule": 60.0},
    "clear-unused-pictures": {
        "task": "portal.clear_unused_pictures",
        "schedule": crontab(minute=50, hour=2),
    },
    "measure-open-data": {
        "task": "portal.measure_open_data",
        "schedule": crontab(minute=50, hour=2),
    },
    "requeue-stale-draftings": {"task": "portal.requeue_stale_draftings", "schedule": 60.0},
    "remind-translators": {"task": "portal.remind_translators", "schedule": crontab(minute=50)},
    "make-light-editions": {"task": "portal.make_light_editions", "schedule": 120.0},
    "make-whole-texts": {"task": "portal.make_whole_texts", "schedule": 120.0},
    "make-light-libraries": {
        "task": "portal.make_light_libraries",
        "schedule": crontab(minute=20),
    },
    "repair-shelves": {
        "task": "publications.repair_shelves",
        "schedule": crontab(minute=10, hour=2),
    },
    "repair-member-counts": {
        "task": "members.repair_counts",
        "schedule": crontab(minute=20, hour=2),
    },
    "repair-search-index": {
        "task": "portal.repair_search_index",
        "schedule": crontab(minute=30, hour=2),
    },
    "forget-old-reads": {
        "task": "portal.forget_old_reads",
        "schedule": crontab(minute=50, hour=2),
    },
    "forget-text-files": {
        "task": "portal.forget_text_files",
        "schedule": crontab(minute=55, hour=2),
    },
}

# -- Reads of texts ---------------------------------------------------------------------------

# A tally in the memory of each process is written down every so many seconds; zero never does.
READS_EVERY = env.int("READS_EVERY", default=10)
# So many days of counts are kept; zero keeps them all.
READS_KEPT_DAYS = env.int("READS_KEPT_DAYS", default=1100)

# -- Reports ----------------------------------------------------------------------------------

# So many days the archives of reports made in bulk are kept, and single reports that are not
# certificates; zero keeps these for good. What is gone is made again from the kept figures.
REPORT_ARCHIVE_DAYS = env.int("REPORT_ARCHIVE_DAYS", default=30)
REPORT_FILE_DAYS = env.int("REPORT_FILE_DAYS", default=365)
# What a report may take before it is stopped: seconds of the processor, and megabytes beyond what
# the worker has. Kinds of many pages take several times as much.
REPORT_SECONDS = env.int("REPORT_SECONDS", default=60)
REPORT_MEGABYTES = env.int("REPORT_MEGABYTES", default=600)

# -- Languages ------------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("fr", _("French")), ("en", _("English")), ("es", _("Spanish"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["portal.formats"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
MODELTRANSLATION_DEFAULT_LANGUAGE = "fr"
MODELTRANSLATION_LANGUAGES = ("fr", "en", "es")
MODELTRANSLATION_FALLBACK_LANGUAGES = {
    "default": ("fr", "en", "es"),
    "en": ("fr", "es"),
    "es": ("en", "fr"),
}

# A provider of machine drafts by its dotted path, such as portal.lib.machine.DummyProvider, which
# translates nothing. Off unless somebody chooses one: no text leaves for third parties.
MACHINE_TRANSLATION = env.str("MACHINE_TRANSLATION", default="")

# -- People ---------------------------------------------------------------------------------

AUTH_USER_MODEL = "members.User"
AUTHENTICATION_BACKENDS = [
    "members.accounts.MandateBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "portal:space"
LOGOUT_REDIRECT_URL = "portal:home"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ACCOUNT_ADAPTER = "members.accounts.InvitedOnlyAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_SIGNUP_FORM_CLASS = "members.forms.accounts.InvitedPersonForm"
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_DEFAULT_HTTP_PROTOCOL = SITE_URL.split(":", 1)[0]
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXIES", default=0)
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Council Portal"
# A code that ran out while it was typed is still good, as RFC 6238 (5.2) advises.
MFA_TOTP_TOLERANCE = 1
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION
USERSESSIONS_TRACK_ACTIVITY = False

# -- Files and static ------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "portal.lib.styles.BundleFinder",
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
]
MEDIA_ROOT = VAR_DIR / "files"


def report_storage() -> dict:
    """A bucket of a service that speaks S3, if one is named. The keys are read by boto3 itself."""
    bucket = env.str("REPORTS_S3_BUCKET", default="")
    if not bucket:
        return {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": bucket,
            "endpoint_url": env.str("REPORTS_S3_ENDPOINT", default="") or None,
            "region_name": env.str("REPORTS_S3_REGION", default="") or None,
            "default_acl": "private",
            "querystring_auth": True,
        },
    }


STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    # Files of reports and their archives: with the others, or where workers and web servers on
    # several machines reach them. Always given out by the portal, to those who may see them.
    "reports": report_storage(),
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if DEBUG
            else "portal.lib.styles.HashedStorage"
        )
    },
}
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_KEEP_ONLY_HASHED_FILES = False
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_PERMISSIONS = 0o640
UPLOAD_LIMIT = 20 * 1024 * 1024
# Where the web server in front sends files itself: nginx by the beginning of an internal address,
# Apache and others by their path.
X_ACCEL_PREFIX = env.str("X_ACCEL_PREFIX", default="")
X_SENDFILE = env.bool("X_SENDFILE", default=False)
# The virus scanner's daemon, a path or host:port. Where it is set, no file is kept unchecked.
CLAMD = env.str("CLAMD_SOCKET", default="")

# -- Mail --------------------------------------------------------------------------------------

DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="council@example.org")
SERVER_EMAIL = env.str("SERVER_EMAIL", default=DEFAULT_FROM_EMAIL)
# Where answers to messages come in: reply@example.org receives reply+TOKEN@example.org, and the
# mail server hands each mail to `manage.py receive-mail`. Without it people answer in the portal.
REPLY_ADDRESS = env.str("REPLY_ADDRESS", default="").lower()
# Opens /hooks/mail/… to a mail provider that tells of bounces and complaints, by a password or by
# the key with which it signs what it tells; closed without it.
MAIL_EVENTS_SECRET = env.str("MAIL_EVENTS_SECRET", default="")
MAIL_EVENTS_KEY = env.str("MAIL_EVENTS_KEY", default="")
# Where letters come back to, with a tag for each: bounces+TAG@example.org for bounces@example.org.
# Without it they come back to the sender that readers see.
BOUNCE_ADDRESS = env.str("BOUNCE_ADDRESS", default="").lower()
# The mailbox in which what could not be delivered arrives, see portal.lib.mailboxes; read by the
# schedule and by `manage.py read-bounces`.
BOUNCE_MAILBOX = env.str("BOUNCE_MAILBOX", default="")
ADMINS = [(address, address) for address in env.list("ADMINS", default=[])]
if DEMONSTRATION:
    # Nothing in demonstration mode mails out, whatever EMAIL_URL says.
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = VAR_DIR / "mail"
else:
    vars().update(env.email_url("EMAIL_URL", default="smtp://localhost:25"))
    EMAIL_TIMEOUT = 20

# Whether the worker looks at links to other sites before a letter leaves.
CHECK_OUTSIDE_LINKS = env.bool("CHECK_OUTSIDE_LINKS", default=not DEMONSTRATION)
# Pairs of IP address and port that may be asked though they are not public: for tests alone.
OUTSIDE_LINKS_ALLOWED = frozenset()
# How many letters leave a second, in all and to one domain, from all workers together; 0 is as
# many as the mail server takes.
NEWSLETTER_RATE = env.float("NEWSLETTER_RATE", default=0)
NEWSLETTER_DOMAIN_RATE = env.float("NEWSLETTER_DOMAIN_RATE", default=0)

# -- Security ------------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "font-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 14
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "portal.views.forbidden"
HTTPS = SITE_URL.startswith("https://")
if PRODUCTION and not HTTPS:
    raise ImproperlyConfigured("SITE_URL must begin with https:// when PRODUCTION is true")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
if HTTPS:
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
    SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# -- Logs: one JSON object a line in production, readable lines elsewhere --------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": "pythonjsonlogger.json.JsonFormatter",
            "fmt": "%(asctime)s %(levelname)s %(name)s %(message)s",
        },
        "plain": {"format": "%(levelname)s %(name)s: %(message)s"},
    },
    "filters": {"not_debug": {"()": "django.utils.log.RequireDebugFalse"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "json" if env.bool("JSON_LOGS", default=PRODUCTION) else "plain",
        },
        "mail_admins": {
            "class": "django.utils.log.AdminEmailHandler",
            "level": "ERROR",
            "filters": ["not_debug"],
        },
    },
    "root": {"handlers": ["console", "mail_admins"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        "django": {"handlers": ["console", "mail_admins"], "level": "INFO", "propagate": False},
        "celery": {"level": "INFO"},
        "fontTools": {"level": "ERROR"},
        # What is wrong with a file that somebody sent is told to them.
        "pikepdf": {"level": "ERROR"},
        "weasyprint": {"level": "ERROR"},
    },
}
