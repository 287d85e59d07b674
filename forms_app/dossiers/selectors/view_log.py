"""Read the view log of a dossier: who viewed what and when (Law 91/2025/QH15, NĐ 356/2025/NĐ-CP).

Officers' names are read by the head and the inspector of the agency; the citizen reads the agency's name.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Count, Max
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forms_app.dossiers.models import Attachment, Dossier, ViewLogEntry

#: Values of ``ViewLogEntry.target`` other than files (``file_target``) and printed forms (their key, ``mau-01``).
DOSSIER: Final = "dossier"
CITIZEN_ID: Final = "citizen_id"
LOOKUP_KEY: Final = "lookup_key"
CONTENTS: Final = "contents"
DATA: Final = "data"
RETENTION: Final = "retention"
VIEW_LOG: Final = "view_log"
SUPPLEMENT: Final = "supplement"
WITHDRAWAL: Final = "withdrawal"
RECEIPT: Final = "receipt"
_FILE: Final = "file "
_PRINTED_FORM: Final = "mau-"
_CONFIRMATION: Final = "mau-01"
_TEXTS: Final = {
    DOSSIER: gettext_lazy("opened the dossier"),
    CITIZEN_ID: gettext_lazy("viewed the full ID number"),
    LOOKUP_KEY: gettext_lazy("viewed or printed the new lookup key"),
    CONTENTS: gettext_lazy("read the answers"),
    DATA: gettext_lazy("downloaded all data"),
    RETENTION: gettext_lazy("read how long the dossier is kept"),
    VIEW_LOG: gettext_lazy("read who viewed the dossier"),
    SUPPLEMENT: gettext_lazy("opened the supplement request"),
    WITHDRAWAL: gettext_lazy("opened the form for withdrawing"),
    RECEIPT: gettext_lazy("opened the receipt after submitting"),
}
MAX_ENTRIES: Final = 200


@dataclass(frozen=True, slots=True)
class ViewLogEntryRow:
    """One entry of the log in words. ``officer`` and ``agency`` are empty for views by the citizen."""

    at: datetime
    officer: str
    agency: str
    target: str


@dataclass(frozen=True, slots=True)
class AgencyViews:
    """Number of views of a dossier by officers of one agency, and the time of the last one."""

    agency: str
    times: int
    last: datetime


def file_target(attachment: Attachment) -> str:
    """Return the value of ``ViewLogEntry.target`` for ``attachment``."""
    return f"{_FILE}{attachment.pk}"


def entries_of(dossier: Dossier) -> list[ViewLogEntry]:
    """Return the newest entries, at most 200, with officer and agency. One query."""
    return list(dossier.view_log.select_related("actor", "agency")[:MAX_ENTRIES])


def views_by_agency(dossier: Dossier) -> list[AgencyViews]:
    """Return the agencies whose officers opened the dossier, the latest first. One query."""
    by_agency = (
        dossier.view_log.exclude(actor=None)
        .exclude(target=VIEW_LOG)
        .order_by()
        .values(name=Coalesce("agency__name", "dossier__agency__name"))
        .annotate(times=Count("pk"), last=Max("at"))
        .order_by("-last")
    )
    return [AgencyViews(row["name"], row["times"], row["last"]) for row in by_agency]


def describe_entries(
    dossier: Dossier,
    entries: Iterable[ViewLogEntry],
    files: Iterable[Attachment],
    *,
    for_citizen: bool = False,
) -> list[ViewLogEntryRow]:
    """Return ``entries`` in words; ``files`` are the dossier's, for their names.

    The citizen does not read the name of a revoked result, which may be that of another person.
    """
    revoked = _("revoked result")
    names = {
        file_target(file): revoked if for_citizen and file.revoked_at else file.original_name
        for file in files
    }
    return [
        ViewLogEntryRow(
            at=entry.at,
            officer=entry.actor.get_full_name() if entry.actor else "",
            agency=(entry.agency or dossier.agency).name if entry.actor else "",
            target=_describe(entry.target, names, received=_was_received(dossier, entry.at)),
        )
        for entry in entries
    ]


def target_texts(entries: Iterable[ViewLogEntry]) -> dict[int, str]:
    """Return what each of ``entries`` viewed, in words, by its id. They come with their dossiers.

    One query for the names of all files.
    """
    found = list(entries)
    keys = [entry.target.removeprefix(_FILE) for entry in found if entry.target.startswith(_FILE)]
    files = Attachment.objects.filter(pk__in=[key for key in keys if key.isdigit()])
    names = {f"{_FILE}{pk}": name for pk, name in files.values_list("pk", "original_name")}
    return {
        entry.pk: _describe(entry.target, names, received=_was_received(entry.dossier, entry.at))
        for entry in found
    }


def _was_received(dossier: Dossier, at: datetime) -> bool:
    """Return True if form 01 existed at this time: until acceptance its address gives a mere confirmation."""
    return dossier.accepted_at is not None and dossier.accepted_at <= at


def _describe(target: str, names: dict[str, str], *, received: bool) -> str:
    if target == _CONFIRMATION and not received:
        return _("opened the confirmation of submission")
    if text := _TEXTS.get(target):
        return str(text)
    if target.startswith(_FILE):
        return _("downloaded “%(name)s”") % {"name": names.get(target, target.removeprefix(_FILE))}
    return _("opened printed form %(number)s") % {"number": target.removeprefix(_PRINTED_FORM)[:2]}
