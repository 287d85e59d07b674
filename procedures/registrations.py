"""Register the template contexts of the procedure pages, and what depends on procedures."""

from __future__ import annotations

from core.wagtail import dependants
from procedures.dependants import rows_of_procedures
from procedures.views import pages  # noqa: F401 - registers on import

dependants.register(rows_of_procedures)
