"""WSGI entry point of the production server."""

import os

from django.core.wsgi import get_wsgi_application

from core.web.warm_up import warm_up

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.production")

application = get_wsgi_application()
warm_up(application)

from core import background  # noqa: E402 - its models need the settings

background.start()
