"""What the tests run with: the same, with fixed keys, mail kept in memory and no manifest of files."""

import os
import tempfile

KEY = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
os.environ.setdefault("SECRET_KEY", "only-for-tests-" + KEY)
os.environ.setdefault("ACTOR_KEY", KEY)
os.environ.setdefault("FIELD_KEYS", f"1:{KEY}")
os.environ.setdefault("SEAL_KEYS", f"1:{KEY}")
os.environ.setdefault("DATABASE_URL", "postgres://tester@localhost/practice")
os.environ.setdefault("DATA_DIR", tempfile.gettempdir() + "/caseload-tests")

from config.settings.base import *  # noqa: E402
from config.settings.base import STORAGES  # noqa: E402

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = True
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
