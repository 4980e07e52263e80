"""Settings of the portal. Everything that differs between two installations is read from the environment."""

import os
import sys
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import environ
from babel.numbers import get_currency_precision
from csp.constants import NONE, SELF
from django.conf.global_settings import LANGUAGES as ALL_LANGUAGES
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import to_locale

from mlmportal import env

env.refuse_unknown(os.environ)

BASE_DIR = Path(__file__).resolve().parent.parent
TESTING = "pytest" in sys.modules
MODE = env.choice("PORTAL_MODE", "demo", {"demo", "development", "production"})
PRODUCTION = MODE == "production"
DEBUG = MODE == "development"
VAR = Path(env.text("PORTAL_VAR", str(BASE_DIR / "var")))

SITE_URL = env.text("PORTAL_SITE_URL", "http://localhost:8000").rstrip("/")
if not SITE_URL.startswith(("https://", "http://")) or (PRODUCTION and not SITE_URL.startswith("https://")):
    raise ImproperlyConfigured(
        f"PORTAL_SITE_URL must be an address (https:// in production), not {SITE_URL!r}"
    )

SECRET_KEY = env.secret("PORTAL_SECRET_KEY")
if not SECRET_KEY:
    if PRODUCTION:
        raise ImproperlyConfigured("PORTAL_SECRET_KEY or PORTAL_SECRET_KEY_FILE is needed in production")
    SECRET_KEY = "not-a-secret-" + "demo-and-development-only-" * 3
# What seals the entries of the audit trail; behind it those that did before, which still verify.
AUDIT_KEYS = [
    env.secret("PORTAL_AUDIT_KEY") or SECRET_KEY,
    *env.secret_lines("PORTAL_AUDIT_KEY_FALLBACKS"),
]
ALLOWED_HOSTS = env.words(
    "PORTAL_ALLOWED_HOSTS", "" if PRODUCTION else "localhost,127.0.0.1,[::1],testserver"
)
CSRF_TRUSTED_ORIGINS = [SITE_URL]

# The company this portal belongs to.
COMPANY_NAME = env.text("PORTAL_COMPANY", "Linden & Rye")
# Stands on invoices; lines are parted by semicolons.
COMPANY_ADDRESS = env.lines("PORTAL_COMPANY_ADDRESS")
# To whom buyers transfer what an order costs, and within how many days; the demo's account is the usual example.
COMPANY_BANK = env.bank("PORTAL_BANK", "Linden & Rye BV; BE68 5390 0754 7034" if MODE == "demo" else "")
PAY_DAYS = env.number("PORTAL_PAY_DAYS", 14, least=1)
# How many days after shipping a buyer may ask to return goods.
RETURN_DAYS = env.number("PORTAL_RETURN_DAYS", 14)
COMPANY_CURRENCY = env.text("PORTAL_CURRENCY", "EUR")
# Whoever answers for a month is told of statement items over this: whole units of the currency, kept in minor units.
LARGE_ITEM = env.number("PORTAL_LARGE_ITEM", 10_000) * 10 ** get_currency_precision(COMPANY_CURRENCY)
# Where the company sells: these countries come first wherever one is chosen.
COMPANY_MARKETS = env.countries("PORTAL_MARKETS", "" if PRODUCTION else "BE,NL,FR,DE,LU,IT")
COMPANY_LOCALE = env.text("PORTAL_LOCALE", "en_IE")
COMPANY_TIME_ZONE = env.text("PORTAL_TIME_ZONE", "Europe/Brussels")
try:
    ZoneInfo(COMPANY_TIME_ZONE)
except (ZoneInfoNotFoundError, ValueError) as error:
    raise ImproperlyConfigured(f"PORTAL_TIME_ZONE is not a time zone: {COMPANY_TIME_ZONE!r}") from error

INSTALLED_APPS = [
    "mlmportal.apps.PortalAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_htmx",
    "mptt",
    "common",
    "distributors",
    "sales",
    "commissions",
    "mlmportal",
]

MIDDLEWARE = [
    # First those that only add headers: no answer leaves without them, not even a refusal of what follows.
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "mlmportal.middleware.LastResort",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "common.reader.in_their_form",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "common.once.one_page",
    "mlmportal.middleware.seen_lately",
    "mlmportal.middleware.no_store",
    "mlmportal.middleware.who",
    "mlmportal.middleware.in_good_standing",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "mlmportal.urls"
WSGI_APPLICATION = "mlmportal.wsgi.application"
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
                "mlmportal.context.portal",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "common.templatetags.portal",
            ],
        },
    },
]
FORM_RENDERER = "common.forms.Renderer"

# --- database -------------------------------------------------------------------------------------------------
DATABASE_URL = env.secret("DATABASE_URL") or f"sqlite:///{VAR / 'portal.sqlite3'}"
DATABASES = {"default": environ.Env.db_url_config(DATABASE_URL)}
_engine = DATABASES["default"].get("ENGINE", "")
if _engine == "django.db.backends.sqlite3":
    # WAL and IMMEDIATE: writers queue instead of failing; recursive_triggers: INSERT OR REPLACE meets the
    # triggers that guard final rows.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL;PRAGMA foreign_keys=ON;"
        # A test database need not survive a power cut.
        f"PRAGMA synchronous={'OFF' if TESTING else 'FULL'};"
        "PRAGMA recursive_triggers=ON;PRAGMA temp_store=MEMORY;",
    }
    # In-memory test databases cannot be shared by threads of their own connection: a file can.
    DATABASES["default"]["TEST"] = {"NAME": f"{DATABASES['default']['NAME']}.test"}
    VAR.mkdir(parents=True, exist_ok=True)
elif _engine == "django.db.backends.postgresql":
    DATABASES["default"]["CONN_MAX_AGE"] = 60
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
else:
    raise ImproperlyConfigured("DATABASE_URL must name a PostgreSQL or an SQLite database")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- broker and cache: Redis wakes workers and counts attempts; nothing is kept only there, and without it the
# portal goes on ------------------------------------------------------------------------------------------------
REDIS_URL = env.secret("REDIS_URL")
if REDIS_URL and not REDIS_URL.startswith(("redis://", "rediss://", "unix://")):
    raise ImproperlyConfigured("REDIS_URL must start with redis://, rediss:// or unix://")
CACHES: dict[str, dict[str, Any]]
if REDIS_URL:
    CACHES = {"default": {"BACKEND": "common.cache.EnduringRedisCache", "LOCATION": REDIS_URL}}
else:
    # Django would keep 300 entries. A page of a great team asks for some dozens of names of what lies on the shelf, and
    # everybody who is signed in has a size of team and counted attempts: a name that is culled is gathered again, from
    # the whole run. More would cost: they are counted whenever one is written.
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.db.DatabaseCache",
            "LOCATION": "cache_entries",
            "OPTIONS": {"MAX_ENTRIES": 20_000, "CULL_FREQUENCY": 10},
        }
    }

CELERY_BROKER_URL = REDIS_URL or "memory://"
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_TRACK_STARTED = True
CELERY_WORKER_MAX_TASKS_PER_CHILD = 200
# Long enough for the longest close; less than half of how long the broker waits before it sends a message again.
CELERY_TASK_TIME_LIMIT = 7_000
# Told to end, a worker finishes what it does, for so many seconds; what was not finished is taken up by another.
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 30.0
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = (
    {
        "visibility_timeout": 4 * 3600,
        "unacked_restore_interval": 10,
        "unacked_restore_throttle": 1,
        "socket_timeout": 30,
        "socket_keepalive": True,
        "health_check_interval": 10,
    }
    if REDIS_URL
    else {}
)
CELERY_TIMEZONE = "UTC"

# --- accounts -------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "distributors.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_REDIRECT_URL = "home"
LOGIN_URL = "account_login"
ACCOUNT_ADAPTER = "mlmportal.accounts.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "mlmportal.account_forms.LoginForm",
    "add_email": "mlmportal.account_forms.AddEmailForm",
    "reset_password": "mlmportal.account_forms.ResetPasswordForm",
    "reset_password_from_key": "mlmportal.account_forms.ResetPasswordKeyForm",
    "change_password": "mlmportal.account_forms.ChangePasswordForm",
    "set_password": "mlmportal.account_forms.SetPasswordForm",
    "reauthenticate": "mlmportal.account_forms.ReauthenticateForm",
}
MFA_ADAPTER = "mlmportal.accounts.MFAAdapter"
MFA_FORMS = {
    "authenticate": "mlmportal.account_forms.SecondFactorForm",
    "reauthenticate": "mlmportal.account_forms.SecondFactorAgainForm",
    "activate_totp": "mlmportal.account_forms.ActivateAppForm",
    "add_webauthn": "mlmportal.account_forms.AddPasskeyForm",
    "edit_webauthn": "mlmportal.account_forms.RenamePasskeyForm",
}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_CONFIRM_EMAIL_ON_GET = False
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if SITE_URL.startswith("https") else "http"
ALLAUTH_TRUSTED_PROXY_COUNT = env.number("PORTAL_TRUSTED_PROXIES", 0)
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_TOLERANCE = 0 if PRODUCTION else 1
MFA_TOTP_ISSUER = COMPANY_NAME
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION
# The list of sessions shows it; mlmportal.middleware notes it.
USERSESSIONS_TRACK_ACTIVITY = True

# --- security -------------------------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_AGE = 8 * 3600
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = PRODUCTION
if PRODUCTION:
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
    SECURE_HSTS_SECONDS = env.number("PORTAL_HSTS_SECONDS", 31_536_000)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True
    # Health probes come from inside, without TLS.
    SECURE_REDIRECT_EXEMPT = [r"^healthz/"]
    if ALLAUTH_TRUSTED_PROXY_COUNT:
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000

# --- mail, language, files ------------------------------------------------------------------------------------
# The demo keeps its letters in a folder, and shows them at /demo/mail/ to whoever sits before it.
SHOWS_MAIL = MODE == "demo" and not env.secret("EMAIL_URL")
_letters = "filemail://" if SHOWS_MAIL else "consolemail://"
EMAIL_CONFIG = environ.Env.email_url_config(env.secret("EMAIL_URL", _letters))
# What is sent becomes a row of the outbox; a job sends it by the company's mail server.
EMAIL_BACKEND = "common.mail.OutboxBackend"
MAIL_BACKEND = EMAIL_CONFIG["EMAIL_BACKEND"]
EMAIL_HOST, EMAIL_PORT = EMAIL_CONFIG["EMAIL_HOST"] or "", EMAIL_CONFIG["EMAIL_PORT"] or 25
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = (
    EMAIL_CONFIG["EMAIL_HOST_USER"] or "",
    EMAIL_CONFIG["EMAIL_HOST_PASSWORD"] or "",
)
EMAIL_USE_TLS = bool(EMAIL_CONFIG.get("EMAIL_USE_TLS"))
EMAIL_USE_SSL = bool(EMAIL_CONFIG.get("EMAIL_USE_SSL"))
EMAIL_FILE_PATH = str(VAR / "mail") if SHOWS_MAIL else EMAIL_CONFIG["EMAIL_FILE_PATH"]
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.text("PORTAL_MAIL_FROM", f"{COMPANY_NAME} <portal@localhost>")

LANGUAGE_CODE = "en"
LOCALE_PATHS = [BASE_DIR / "locale"]
# A page is in one language: one that the portal itself speaks, as Django's own words alone would make a mixture.
LANGUAGES = [
    (code, name)
    for code, name in ALL_LANGUAGES
    if code == LANGUAGE_CODE or any((LOCALE_PATHS[0] / to_locale(code)).rglob("*.mo"))
]
USE_I18N = USE_TZ = True
TIME_ZONE = COMPANY_TIME_ZONE
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = VAR / "static"
if not PRODUCTION:
    STATIC_ROOT.mkdir(parents=True, exist_ok=True)
WHITENOISE_USE_FINDERS = not PRODUCTION
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
CRISPY_ALLOWED_TEMPLATE_PACKS = CRISPY_TEMPLATE_PACK = "bootstrap5"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {
        "handlers": ["console"],
        "level": env.choice("PORTAL_LOG_LEVEL", "WARNING", {"DEBUG", "INFO", "WARNING", "ERROR"}),
    },
}

if TESTING:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    MAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    EMAIL_FILE_PATH = str(VAR / "no letters of tests")
