"""Pages of filing and following. Thin: they read a request, call a service, show a page."""
