"""A family of three layered Django apps: builder < dossiers < desk."""
