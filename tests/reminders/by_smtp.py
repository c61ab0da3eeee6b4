"""The settings of the tests with mail that really leaves the process (EMAIL_URL)."""

from config.settings.test import *  # noqa: F403 -- settings build on one another

EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_TIMEOUT = 5
