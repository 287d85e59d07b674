"""A plain Wagtail page and a plain table, which the portal's own are compared with."""
