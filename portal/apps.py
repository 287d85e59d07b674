from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules

# What an app registers with itself or with lower apps, one module name per kind (docs/architecture.md).
REGISTRATION_MODULES = (
    "receivers",  # signal receivers
    "handlers",  # outbox handlers
    "search_documents",  # kinds of documents for the search
    "permissions",  # permissions of roles
    "registrations",  # anything else
)


class PortalConfig(AppConfig):
    """The project package: settings, root URLs, Celery."""

    name = "portal"
    label = "portal"

    def ready(self) -> None:
        from portal import checks  # noqa: F401, PLC0415 - registers itself

        autodiscover_modules(*REGISTRATION_MODULES)
