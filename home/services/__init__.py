"""Change the portal's own pages."""

from home.services.starting import start_site

__all__ = ["start_site"]
