"""Settings that hold everywhere. What differs by machine comes from the environment (django-environ)."""

from pathlib import Path

import environ
from django.utils.translation import gettext_lazy as _

from config.settings.sign_in import *
from core.field_keys import history_key, read_keys

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parents[2]
DATA_DIR = Path(env.str("DATA_DIR", str(BASE_DIR / "var")))

SECRET_KEY = env.str("SECRET_KEY")
DEBUG = False
DEMO = env.bool("DEMO", False)
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1"])
PUBLIC_URL = env.str("PUBLIC_URL", "http://localhost:8000").rstrip("/")

# Who is acting is signed with this key; PostgreSQL keeps a copy that only its own function can read.
ACTOR_KEY = bytes.fromhex(env.str("ACTOR_KEY"))
# Keys of sealed text: "1:<64 hex digits>,2:…"; all of them open, the one in use seals.
FIELD_KEYS = read_keys(env.str("FIELD_KEYS"))
FIELD_KEY_IN_USE = env.int("FIELD_KEY_IN_USE", max(FIELD_KEYS))
# The digests that stand for sealed text in history outlive the first field key, so its successor is kept apart.
HISTORY_KEY = bytes.fromhex(env.str("HISTORY_KEY", "")) or history_key(FIELD_KEYS)

# Keys that sign the seals of history, written like FIELD_KEYS; the web has none, and needs none.
SEAL_KEYS = read_keys(env.str("SEAL_KEYS")) if env.str("SEAL_KEYS", "") else {}
# Where the head of each seal goes, outside the database: a file, mail addresses (once a day), a command that
# is given it on its standard input (docs/operations.md).
SEAL_HEADS_FILE = Path(env.str("SEAL_HEADS_FILE", str(DATA_DIR / "heads.log")))
SEAL_HEADS_MAIL: list[str] = env.list("SEAL_HEADS_MAIL", default=[])
SEAL_HEADS_COMMAND = env.str("SEAL_HEADS_COMMAND", "")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "csp",
    "django_htmx",
    "django_include_bootstrap",
    "lucide",
    "pgtrigger",
    "pghistory",
    "django_linear_migrations",
    "core",
    "accounts",
    "caseload",
    "referrals",
    "endings",
    "reminders",
    "desk",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "core.middleware.ReachMiddleware",
    "core.middleware.OccasionMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "core.middleware.ReadsOnlyOnGetMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "core.middleware.NoStoreMiddleware",
    "core.middleware.ActingMiddleware",
    "accounts.middleware.PersonMiddleware",
    "accounts.presence.PresenceMiddleware",
    "desk.waiting.WaitingMiddleware",
    "accounts.presence.SignInMiddleware",
    "accounts.sign_in.gate.SecondFactorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.OnceMiddleware",
    "accounts.drafts.DraftMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
FORM_RENDERER = "core.rendering.FaceRenderer"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "desk.navigation.navigation",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "core.templatetags.ui",
                "accounts.templatetags.drafts",
            ],
        },
    }
]

DATABASES = {
    "default": {
        **env.db_url("DATABASE_URL"),
        "ENGINE": "core.backend",
        "ATOMIC_REQUESTS": True,
        "CONN_MAX_AGE": 0,
        "DISABLE_SERVER_SIDE_CURSORS": False,
    }
}
# History's triggers are put in place after `migrate`, all at once: as steps of migrations each of the
# hundred and fifty would rebuild the whole state of models, a minute in all (docs/adr/0001-foundation.md).
PGTRIGGER_MIGRATIONS = False
PGTRIGGER_INSTALL_ON_MIGRATE = True
PGHISTORY_CREATED_AT_FUNCTION = "clock_timestamp()"  # seals know what came after them by its clock
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- sessions; how people sign in stands in config/settings/sign_in.py ------------------------------
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_HTTPONLY = False
CSRF_USE_SESSIONS = True
CSRF_FAILURE_VIEW = "desk.views.errors.csrf_failure"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# --- languages, dates ------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("pl", _("Polish")), ("nl", _("Dutch")), ("it", _("Italian"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["core.formats"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# --- files -----------------------------------------------------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", str(DATA_DIR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
MEDIA_ROOT = DATA_DIR / "uploads"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000  # a plan of 300 clients is one form

# --- mail, queue -----------------------------------------------------------------------------------
EMAIL_CONFIG = env.email_url("EMAIL_URL", default=f"filemail://{DATA_DIR / 'mail'}")
vars().update(EMAIL_CONFIG)
EMAIL_FILE_PATH = str(DATA_DIR / "mail")
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "practice@localhost")
BOUNCES_TO = env.str("BOUNCES_TO", "")  # the envelope's sender, whose mailbox feeds `record_bounce`
# Who may read /metrics: whoever sends this as a bearer token. Without it there is no such page.
METRICS_TOKEN = env.str("METRICS_TOKEN", "")
CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", "memory://")

# --- headers ---------------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "object-src": ["'none'"],
        "manifest-src": ["'self'"],
    }
}
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# --- where shared test data stands; unset, the sets that may not be shipped are skipped aloud -------
SHARED_DATA = Path(env.str("SHARED_DATA", str(BASE_DIR.parent / "shared" / "data")))

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "core.logs.Wordless",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
}
