"""The editor's form of a procedure page."""

from __future__ import annotations

from typing import Any

from wagtail.admin.forms import WagtailAdminPageForm


class ProcedurePageForm(WagtailAdminPageForm):
    """Asks for the first day in force anew each time.

    The day belongs to one publication. Left in the form from the version before it would date the next one back to the
    same day, and that version would have been in force on no day at all.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        page = kwargs.get("instance")
        if page is not None and self._is_left_over(page):
            kwargs["initial"] = {"effective_from": None, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)

    @staticmethod
    def _is_left_over(page: Any) -> bool:
        if not (page.effective_from and page.procedure_id):
            return False
        return bool(page.procedure.versions.filter(valid_from__gte=page.effective_from).exists())
