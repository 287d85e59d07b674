"""What an uploaded file really is. No database and no storage here: bytes in, a verdict out."""

from forms_app.dossiers.inspection.verdict import Inspected, Limits, inspect

__all__ = ["Inspected", "Limits", "inspect"]
