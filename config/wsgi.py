"""What gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application

from core.standing import serve_under_policies

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.production")

application = get_wsgi_application()
serve_under_policies()
