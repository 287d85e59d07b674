"""Everything that changes a dossier. Other apps import from here."""

from forms_app.dossiers.services.performing import perform

__all__ = ["perform"]
