"""What an import did, or would do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

FACTS: Final = {
    "local_code": _("local code"),
    "title": _("name"),
    "short_title": _("short title"),
    "summary": _("summary"),
    "keywords": _("keywords"),
    "field": _("field"),
    "field_code": _("code of the field"),
    "ministry": _("ministry in charge"),
    "levels": _("level of government"),
    "kind": _("kind of procedure"),
    "audiences": _("who may ask for it"),
    "decision": _("publication decision"),
    "service_level": _("online level"),
    "level_2011": _("online level of 2011"),
    "level_2022": _("online level of 2022"),
    "channels": _("channels"),
    "cases": _("papers"),
    "steps": _("steps"),
    "results": _("results"),
    "legal_bases": _("legal bases"),
    "implementing_agencies": _("carried out by"),
    "competent_authority": _("competent authority"),
    "authorized_agency": _("authorised agency"),
    "coordinating_agencies": _("coordinating agencies"),
    "reception_address": _("where dossiers are received"),
    "requirements": _("requirements and conditions"),
    "related_codes": _("related procedures"),
    "flags": _("marks"),
    "same_day": _("done on the day"),
    "status": _("status"),
}


class Outcome(StrEnum):
    """What became of a row."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One procedure of the file. ``detail``: why it was refused, or which facts changed; ``note``: what became of
    facts that an editor had written by hand."""

    outcome: Outcome
    row: int
    code: str = ""
    title: str = ""
    detail: str = ""
    note: str = ""

    @property
    def words(self) -> str:
        """Return all that is to be said of the row."""
        return "; ".join(part for part in (self.detail, self.note) if part)


@dataclass(slots=True)
class ImportReport:
    """All lines, in the order of the file."""

    lines: list[Line] = field(default_factory=list)

    def of(self, *outcomes: Outcome) -> list[Line]:
        """Return the lines with one of ``outcomes``."""
        return [line for line in self.lines if line.outcome in outcomes]

    def shown(self) -> list[Line]:
        """Return the lines that somebody has to read: all but those where nothing changed and nothing was kept back."""
        return [line for line in self.lines if line.outcome != Outcome.UNCHANGED or line.note]

    def counts(self) -> dict[str, int]:
        """Return the number of lines of each outcome."""
        found = Counter(line.outcome for line in self.lines)
        return {outcome.value: found[outcome] for outcome in Outcome}

    def summary(self) -> str:
        """Return ``created=416 updated=0 unchanged=0 refused=0``."""
        return " ".join(f"{name}={count}" for name, count in self.counts().items())

    def to_json(self, limit: int = 500) -> dict[str, Any]:
        """Return the counts and ``limit`` of the lines that are shown, those first that ask for a decision.

        ``left_out``: how many have no room. A refusal in row 5,000 of a national list must not be one of them.
        """
        shown = self.shown()
        chosen = sorted_lines(sorted(shown, key=_urgency)[:limit])
        return {
            "counts": self.counts(),
            "lines": [_plain(line) for line in chosen],
            "left_out": len(shown) - len(chosen),
        }


def _urgency(line: Line) -> int:
    """Refused rows first, then those that touch what an editor wrote, changed ones, new ones."""
    if line.outcome == Outcome.REFUSED:
        return 0
    if line.note:
        return 1
    return 2 if line.outcome == Outcome.UPDATED else 3


def facts_text(names: Iterable[str]) -> str:
    """Return the facts of a record by the names that the editor knows: ``kênh nộp, căn cứ pháp lý``."""
    return ", ".join(str(FACTS.get(name, name)) for name in names)


def _plain(line: Line) -> dict[str, Any]:
    return {
        "outcome": line.outcome.value,
        "row": line.row,
        "code": line.code,
        "title": line.title,
        "detail": line.words,
    }


def sorted_lines(lines: Iterable[Line]) -> list[Line]:
    """Return the lines in the order of the file."""
    return sorted(lines, key=lambda line: line.row)
