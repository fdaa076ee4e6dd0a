"""Settings of Ashi. Safe by default; every switch is an environment variable (see .env.example)."""

from __future__ import annotations

import os
from pathlib import Path

import dj_database_url
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from clinic import environment

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(environment.text("ASHI_VAR", str(BASE_DIR / "var")))

DEBUG = environment.flag("DJANGO_DEBUG")
ASHI_DEMO = environment.flag("ASHI_DEMO")  # demo accounts may sign in
HTTPS = environment.flag("ASHI_HTTPS", default=True)  # off only for a server on this machine without TLS
SECRET_KEY = environment.secret_key(VAR_DIR)
# the clinic's own points and rules on top of treatments/knowledge (docs/clinical.md); named but missing is a fault
ASHI_KNOWLEDGE = environment.file("ASHI_KNOWLEDGE", VAR_DIR / "knowledge.toml")
# a folder of complaint packs beside those of treatments/knowledge/complaints, each in a folder of its own
ASHI_COMPLAINTS = environment.folder("ASHI_COMPLAINTS", VAR_DIR / "complaints")
if VAR_DIR.is_dir() and VAR_DIR.stat().st_mode & 0o077 and VAR_DIR.stat().st_uid == os.getuid():
    VAR_DIR.chmod(0o700)  # created by an older version: the database in it was readable by everyone on this machine
ALLOWED_HOSTS = environment.words("ASHI_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = environment.words("ASHI_ORIGINS")
# used in every link that leaves the site; empty in development and in the demo: what the browser asked for
ASHI_BASE_URL = environment.web_address("ASHI_BASE_URL", next((o for o in CSRF_TRUSTED_ORIGINS if "*" not in o), ""))

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",  # the list of keys that allauth draws
    "django.contrib.admin",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_htmx",
    "csp",
    "phonenumber_field",
    "clinic.audit",
    "clinic.people",
    "clinic.outbox",
    "clinic.scheduling",
    "intake",
    "treatments",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",  # before the policy: that is for pages, not for files
    "clinic.lib.policy.PolicyMiddleware",
    # pages and feeds shrink to a tenth; it pads each with random bytes, and Django masks the CSRF token anew for each,
    # so that the length of a response reveals nothing about the secrets in it (BREACH)
    "django.middleware.gzip.GZipMiddleware",
    "clinic.audit.caller.CallerMiddleware",
    "clinic.lib.site.SiteMiddleware",
    "clinic.people.language.PatientLanguageMiddleware",
    "clinic.people.middleware.PlainTextMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "clinic.people.middleware.AccessMiddleware",
    "clinic.people.middleware.ClinicMiddleware",
]

ROOT_URLCONF = "clinic.urls"
WSGI_APPLICATION = "clinic.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "clinic.lib.lean_templates.Loader",
                    ["django.template.loaders.filesystem.Loader", "django.template.loaders.app_directories.Loader"],
                )
            ],
            "builtins": ["clinic.people.templatetags.icons"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "clinic.people.context.clinic_and_permissions",
            ],
        },
    }
]
FORM_RENDERER = "clinic.lib.widgets.Renderer"

# --- database -----------------------------------------------------------------------------------
# PgBouncer in transaction mode gives each transaction another session: nothing may outlive a transaction in it
PGBOUNCER = environment.flag("ASHI_PGBOUNCER")
DATABASES = {
    "default": dj_database_url.parse(
        environment.text("DATABASE_URL", f"sqlite:///{VAR_DIR / 'ashi.sqlite3'}"),
        conn_max_age=60,
        conn_health_checks=True,
        disable_server_side_cursors=PGBOUNCER,
    )
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    VAR_DIR.mkdir(parents=True, exist_ok=True)
    # IMMEDIATE: two writers queue instead of failing half-way. FULL: NORMAL loses acknowledged commits on power loss.
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; "
        # without it "INSERT OR REPLACE" removes rows in spite of the DELETE guards
        "PRAGMA recursive_triggers=ON; "
        # kB of pages that a connection keeps; each thread has one. With half of it the board takes a tenth more time
        "PRAGMA cache_size=-1024;",
    }
elif DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql":
    if not PGBOUNCER:  # it accepts no such options at the start of a session; the role has them (docs/growing.md)
        # Anyone waiting longer gets a 503, instead of everyone waiting behind one session that holds a lock.
        statement_seconds = environment.number("ASHI_STATEMENT_SECONDS", 20)  # 0, no limit: for migrations
        DATABASES["default"].setdefault("OPTIONS", {}).setdefault(
            "options",
            f"-c lock_timeout={5 if statement_seconds else 0}s -c statement_timeout={statement_seconds}s "
            "-c idle_in_transaction_session_timeout=120s",
        )
else:
    raise ImproperlyConfigured("DATABASE_URL must start with sqlite:// or postgres://.")
# Django's engines, except that audit events are written last in each transaction
DATABASES["default"]["ENGINE"] = f"clinic.audit.backends.{DATABASES['default']['ENGINE'].rpartition('.')[2]}"
# the location this process serves: each has its own chain of audit events, and waits for none of the others
AUDIT_CHAIN = environment.number("ASHI_LOCATION", 1)
if not 1 <= AUDIT_CHAIN < 2**15:
    raise ImproperlyConfigured("ASHI_LOCATION must be a number from 1 to 32767.")
if _reports := environment.text("ASHI_REPORTS_DATABASE_URL"):  # a streaming replica (clinic/lib/reports.py)
    DATABASES["reports"] = dj_database_url.parse(_reports, conn_max_age=60, conn_health_checks=True)
    DATABASES["reports"]["TEST"] = {"MIRROR": "default"}
    DATABASE_ROUTERS = ["clinic.lib.reports.Router"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# Holds allauth's counts of sign-in attempts. In the database, because workers share nothing else; large, because a full
# cache drops rows, and with them the counts for someone guessing.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "shared_counts",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

# --- people who sign in -------------------------------------------------------------------------
AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = ["clinic.people.backend.StaffBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 15}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "clinic.people.passwords.GuessableValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "clinic.people.sign_in.StaffAccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"  # the owner makes accounts; nobody signs up
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_EMAIL_NOTIFICATIONS = True  # people are informed if their password or second factor changes
# per account and network (sign_in.py makes the key); for limits per account see guesses.py
ACCOUNT_RATE_LIMITS = {"login_failed": "5/15m/key,100/15m/ip"}
MFA_FORMS = {
    "authenticate": "clinic.people.forms.second_factor.AuthenticateForm",
    "reauthenticate": "clinic.people.forms.second_factor.ReauthenticateForm",
    "authenticate_webauthn": "clinic.people.forms.second_factor.AuthenticateKeyForm",
    "reauthenticate_webauthn": "clinic.people.forms.second_factor.ReauthenticateKeyForm",
}
KNOWN_DEVICE_DAYS = 180
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Ashi"
SESSION_ENGINE = "clinic.people.sessions"
SESSION_COOKIE_AGE = 12 * 60 * 60  # a working day; idle time is judged by AccessMiddleware
SESSION_IDLE_SECONDS = environment.number("ASHI_IDLE_MINUTES", 30) * 60

# --- web ----------------------------------------------------------------------------------------
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_NAME = "__Host-ashi" if HTTPS else "ashi"
CSRF_COOKIE_NAME = "__Host-ashi-csrf" if HTTPS else "ashi-csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "clinic.people.errors.csrf_failure"
SECURE_SSL_REDIRECT = HTTPS and not DEBUG
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
BEHIND_PROXY = environment.flag("ASHI_BEHIND_PROXY")
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
# whose statement of the client address is trusted: without it all visitors would share our proxy's in every limit
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if BEHIND_PROXY else 0
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"  # "no-referrer" makes browsers post forms with Origin: null, and CSRF refuses
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]  # never a file on disk
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
    }
}

# --- static files: ours, and packages' straight from node_modules -------------------------------
STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
NODE_MODULES = BASE_DIR / "node_modules"
VENDOR_FOLDERS = {
    "vendor/bootstrap": NODE_MODULES / ".ashi",  # made of Bootstrap by scripts/install (scripts/bootstrap.scss)
    "vendor/signature_pad": NODE_MODULES / "signature_pad" / "dist",
}
STATICFILES_DIRS = [BASE_DIR / "static", *[(name, path) for name, path in VENDOR_FOLDERS.items() if path.is_dir()]]
WHITENOISE_ALLOW_ALL_ORIGINS = False  # nobody else's page needs our files
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "clinic.lib.static_files.LeanStorage"
    },
}

# --- language, time, mail -----------------------------------------------------------------------
LANGUAGE_CODE = "en-gb"
# languages for patients, each by its own name: one is listed once its catalogue and its knowledge files are complete
LANGUAGES = [("en-gb", "English"), ("es", "Español"), ("zh-hans", "简体中文")]
LANGUAGE_COOKIE_NAME = "__Host-ashi-language" if HTTPS else "ashi-language"  # what a patient chose in this browser
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"  # as stored; people see the clinic's own zone (ClinicMiddleware)
PHONENUMBER_DEFAULT_REGION = environment.text("ASHI_PHONE_REGION", "US")
PHONENUMBER_DB_FORMAT = "E164"
PHONENUMBER_DEFAULT_FORMAT = "INTERNATIONAL"
EMAIL_BACKEND = "clinic.outbox.backend.OutboxBackend"  # every mail is a row first; the worker hands it on to:
ASHI_MAIL_TRANSPORT = (
    "django.core.mail.backends.smtp.EmailBackend"
    if environment.text("EMAIL_HOST")
    else "clinic.outbox.backend.NoServerBackend"
)
EMAIL_TIMEOUT = 10  # seconds for each response of the mail server
EMAIL_HOST = environment.text("EMAIL_HOST", "localhost")
EMAIL_PORT = environment.number("EMAIL_PORT", 587)
EMAIL_HOST_USER = environment.text("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = environment.text("EMAIL_HOST_PASSWORD")
EMAIL_USE_SSL = environment.flag("EMAIL_USE_SSL")
EMAIL_USE_TLS = environment.flag("EMAIL_USE_TLS", default=not EMAIL_USE_SSL)
DEFAULT_FROM_EMAIL = environment.text("ASHI_FROM_EMAIL", "Ashi <no-reply@localhost>")

# The worker next to the server (scripts/worker). The queue only wakes it; the work itself is in the database, and a
# sweep every minute finds what a lost wake-up left behind. So a small file is enough, even with PostgreSQL.
HUEY = {
    "name": "ashi",
    "huey_class": "huey.SqliteHuey",
    "filename": str(VAR_DIR / "worker.sqlite3"),
    "results": False,
    "immediate": False,
}


LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"quiet": {"()": "clinic.logs.QuietFormatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "quiet"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"waitress.queue": {"level": "ERROR"}},  # otherwise reports every request that waits for a thread
}
SILENCED_SYSTEM_CHECKS: list[str] = []
