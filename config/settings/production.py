"""What `script/server` and a real server run with."""

from urllib.parse import urlsplit

from config.settings.base import *
from config.settings.base import DATABASES, PUBLIC_URL, env

ON_HTTPS = urlsplit(PUBLIC_URL).scheme == "https"

DATABASES["default"].setdefault("OPTIONS", {})
if env.bool("DATABASE_POOL", True):
    DATABASES["default"]["OPTIONS"]["pool"] = {"min_size": 1, "max_size": 4, "timeout": 10}
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 60

# Plain http is spoken on localhost only, with unprefixed cookies (decision 22).
SECURE_SSL_REDIRECT = ON_HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ON_HTTPS else None
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if ON_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = ON_HTTPS
SECURE_HSTS_PRELOAD = ON_HTTPS
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = ON_HTTPS
SESSION_COOKIE_NAME = "__Host-session" if ON_HTTPS else "session"
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
