"""Texts on the page of an import about its result, its progress, and what was undone."""

from __future__ import annotations

from typing import Final

from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from procedures.imports.jobs import Progress
from procedures.imports.report import Outcome
from procedures.models import ImportRow, ImportUpload

_REMARK: Final = ~Q(remark="")
# Not those whose content the catalogue already has.
_OUTDATED: Final = (
    _REMARK & Q(state=ImportRow.State.PLANNED) & ~Q(outcome=Outcome.UNCHANGED.value, needs_attention=False)
)


def result_text(found: ImportUpload) -> str:
    """Return ``Đã nhập 3 thủ tục mới, cập nhật 1 thủ tục; 2 dòng không đổi, 1 dòng bị từ chối, 0 dòng bỏ chọn.``"""
    done = Q(state__in=[ImportRow.State.APPLIED, ImportRow.State.UNDONE])
    counts = found.rows.aggregate(
        created=Count("pk", filter=done & Q(outcome="created")),
        updated=Count("pk", filter=done & Q(outcome="updated")),
        unchanged=Count("pk", filter=Q(outcome="unchanged")),
        refused=Count("pk", filter=Q(outcome="refused")),
        left_out=Count("pk", filter=Q(state=ImportRow.State.LEFT_OUT)),
        failed=Count("pk", filter=Q(state=ImportRow.State.FAILED)),
        outdated=Count("pk", filter=_OUTDATED),
    )
    texts = [
        _(
            "Imported %(created)d new procedures and changed %(updated)d; %(unchanged)d rows unchanged, "
            "%(refused)d refused, %(left_out)d not selected."
        )
        % counts
    ]
    if number := counts["failed"]:
        text = ngettext(
            "%(number)d row could not be written.", "%(number)d rows could not be written.", number
        )
        texts.append(text % {"number": number})
    if number := counts["outdated"]:
        text = ngettext(
            "%(number)d row was not applied because the catalogue has changed since the preview.",
            "%(number)d rows were not applied because the catalogue has changed since the preview.",
            number,
        )
        texts.append(text % {"number": number})
    return " ".join(texts)


def progress_text(found: Progress) -> str:
    """Return ``Đã xử lý 3 trên 5 dòng.``"""
    return _("%(done)d of %(total)d rows done.") % {"done": found.done, "total": found.total}


def undone_text(found: ImportUpload) -> str:
    """Return ``Đã hoàn tác 3 dòng. Giữ nguyên 1 dòng …``; empty if undoing was never started."""
    kept = Q(state=ImportRow.State.APPLIED) & _REMARK
    counts = found.rows.aggregate(
        undone=Count("pk", filter=Q(state=ImportRow.State.UNDONE)), kept=Count("pk", filter=kept)
    )
    texts = []
    if number := counts["undone"]:
        texts.append(
            ngettext("%(number)d row was undone.", "%(number)d rows were undone.", number)
            % {"number": number}
        )
    if number := counts["kept"]:
        text = ngettext(
            "%(number)d row stays because other data depends on it; its remark says which.",
            "%(number)d rows stay because other data depends on them; their remarks say which.",
            number,
        )
        texts.append(text % {"number": number})
    return " ".join(texts)
