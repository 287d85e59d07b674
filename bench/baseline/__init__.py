"""A plain Wagtail page and a plain table with which the portal's own are compared."""
