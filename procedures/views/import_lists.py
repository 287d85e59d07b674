"""How the rows of an import are listed: filters, lines of the table, lines of the report."""

from __future__ import annotations

from typing import Any, Final

from django.db.models import Q
from django.utils.translation import gettext_lazy

from procedures.imports.record import FIELD_LABELS
from procedures.models import ImportRow

_REMARK: Final = ~Q(remark="")
# Rows for which a person still has to decide whether they are applied.
SELECTABLE: Final = Q(
    outcome__in=["created", "updated"], state__in=["planned", "failed"], record__isnull=False
)
# Value of the address parameter, condition, label.
FILTERS: Final = {
    "": (
        ~Q(outcome="unchanged") | Q(needs_attention=True) | _REMARK,
        gettext_lazy("All with changes or remarks"),
    ),
    "can-xem": (
        Q(needs_attention=True) | Q(outcome="refused", foreign=False) | _REMARK,
        gettext_lazy("To be reviewed"),
    ),
    "moi": (Q(outcome="created"), gettext_lazy("New")),
    "thay-doi": (Q(outcome="updated"), gettext_lazy("Changed")),
    "tu-choi": (Q(outcome="refused"), gettext_lazy("Refused")),
    "ngoai-muc": (Q(foreign=True), gettext_lazy("Outside your sections")),
    "khong-doi": (Q(outcome="unchanged"), gettext_lazy("Unchanged")),
    "bo-chon": (Q(selected=False), gettext_lazy("Not selected")),
    "da-ap-dung": (Q(state=ImportRow.State.APPLIED), gettext_lazy("Applied")),
    "chua-ap-dung": (SELECTABLE, gettext_lazy("Not applied yet")),
    "loi": (Q(state=ImportRow.State.FAILED), gettext_lazy("Failed")),
}
OUTCOMES: Final = {
    "created": gettext_lazy("new"),
    "updated": gettext_lazy("changed"),
    "unchanged": gettext_lazy("unchanged"),
    "refused": gettext_lazy("refused"),
}


def row_line(row: ImportRow) -> dict[str, Any]:
    """Return ``row`` as the table shows it."""
    changes = [
        {**change, "label": FIELD_LABELS.get(change["name"], change["name"])} for change in row.changes
    ]
    return {
        "row": row,
        "outcome": OUTCOMES[row.outcome],
        "changes": changes,
        "selectable": row.outcome in {"created", "updated"} and row.state in {"planned", "failed"},
        "settled": row.state not in {"planned", "queued"},
    }


def report_cells(row: ImportRow, common: list[str]) -> tuple[object, ...]:
    """Return the cells of ``row`` in the report; ``common``: concerns of all rows."""
    changes = [
        f"{change['label']}: {change['before']} → {change['after']}" for change in row_line(row)["changes"]
    ]
    concerns = [*common, *row.concerns] if row.outcome in {"created", "updated"} else row.concerns
    return (
        row.number, OUTCOMES[row.outcome], row.get_state_display(), row.code, row.title, row.place, row.message,
        "; ".join(concerns), "\n".join(changes), row.remark,
    )  # fmt: skip
