"""A look of the who-viewed log in words: for the citizen and for those who watch over the officers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _

from forms_app.dossiers.models import Attachment, Dossier, ViewLog

DOSSIER: Final = "dossier"
CITIZEN_ID: Final = "citizen_id"
_FILE: Final = "file "
_PAPER: Final = "mau-"


@dataclass(frozen=True, slots=True)
class Look:
    """One line of the log. ``officer`` is empty where the citizen looked."""

    at: datetime
    officer: str
    agency: str
    what: str


def of_file(attachment: Attachment) -> str:
    """Return what the log keeps when ``attachment`` is opened."""
    return f"{_FILE}{attachment.pk}"


def told(dossier: Dossier, looks: Iterable[ViewLog], files: Iterable[Attachment]) -> list[Look]:
    """Return ``looks`` in words; ``files`` are those of the dossier."""
    names = {of_file(file): file.original_name for file in files}
    return [
        Look(
            at=look.at,
            officer=look.actor.get_full_name() if look.actor else "",
            agency=(look.agency or dossier.agency).name if look.actor else "",
            what=_what(look.what, names),
        )
        for look in looks
    ]


def _what(what: str, names: dict[str, str]) -> str:
    if what == DOSSIER:
        return _("opened the dossier")
    if what == CITIZEN_ID:
        return _("saw the ID number in full")
    if what.startswith(_FILE):
        return _("downloaded “%(name)s”") % {"name": names.get(what, what.removeprefix(_FILE))}
    return _("opened the paper on form %(number)s") % {"number": what.removeprefix(_PAPER)[:2]}
