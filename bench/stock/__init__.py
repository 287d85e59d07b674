"""A stock Wagtail page and a plain table: what the portal's own are compared with."""
