"""The periods of a procedure as readers see them: during which days the same law applied.

Versions are never changed (docs/architecture.md#rule-2), so undoing an import or cancelling an end leaves versions
that were never in force, and neighbours with the same content. Readers see neither (ADR 230).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from procedures.models import ProcedureVersion, PublicationDecision
from procedures.snapshot import Snapshot

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Period:
    """One or more versions without a gap, under one decision and with the same law; ``version`` is the last of them.

    ``first``: the version with which it began. Both days are included; without ``valid_to`` it is in force. ``end``:
    the first day on which the procedure no longer applies. ``current``: the version in force, if it is one of them; a
    later one with the same law may be waiting.
    """

    version: ProcedureVersion
    first: ProcedureVersion
    end: date | None = None
    current: ProcedureVersion | None = None

    @property
    def number(self) -> int:
        """Return the number of the version in force, otherwise of the last one."""
        return (self.current or self.version).number

    @property
    def decision(self) -> PublicationDecision | None:
        """Return the decision of all its versions."""
        return self.version.decision

    @property
    def valid_from(self) -> date:
        """Return the day from which the content applies."""
        return self.first.valid_from

    def includes(self, version: ProcedureVersion) -> bool:
        """Return True if ``version`` is one of its versions."""
        return self.first.number <= version.number <= self.version.number

    @property
    def valid_to(self) -> date | None:
        """Return the last day; None if it is open."""
        return last_day(self.version, self.end)


def end_of(versions: Sequence[ProcedureVersion]) -> date | None:
    """Return the first day on which the procedure of ``versions`` no longer applies; None without an end.

    Two queries unless the procedure and its end were read with the versions.
    """
    ending = getattr(versions[0].procedure, "ending", None) if versions else None
    return ending.day if ending else None


def was_in_force(version: ProcedureVersion, end: date | None) -> bool:
    """Return True if ``version`` is or was in force on some day before ``end``."""
    return not version.never_in_force and (end is None or version.valid_from < end)


def last_day(version: ProcedureVersion, end: date | None) -> date | None:
    """Return the last day of ``version``, which the end of its procedure may bring forward; None if it is open.

    A closed version is never changed (docs/architecture.md#rule-2), so an end on an earlier day leaves its dates
    unchanged.
    """
    if end is None or (version.valid_to is not None and version.valid_to < end):
        return version.valid_to
    return end - DAY


def periods(versions: Sequence[ProcedureVersion], end: date | None = None) -> tuple[Period, ...]:
    """Return the periods of the ``versions`` of one procedure, newest first; none extends beyond ``end``.

    One query, and only for neighbours under one decision whose content differs: it reads that content.
    """
    held = sorted((one for one in versions if was_in_force(one, end)), key=lambda one: one.number)
    pairs = list(pairwise(held))
    contents = _contents(
        {one.pk for pair in pairs if _touch(*pair) and pair[0].digest != pair[1].digest for one in pair}
    )
    found: list[Period] = []
    for version in held:
        before = found[-1] if found else None
        if before and _touch(before.version, version) and _says_the_same(before.version, version, contents):
            found[-1] = Period(version=version, first=before.first, end=end)
        else:
            found.append(Period(version=version, first=version, end=end))
    return tuple(reversed(found))


def _touch(one: ProcedureVersion, following: ProcedureVersion) -> bool:
    """Return True if ``following`` begins the day after ``one`` under the same decision."""
    same = one.decision_id == following.decision_id
    return same and one.valid_to is not None and following.valid_from == one.valid_to + DAY


def _says_the_same(one: ProcedureVersion, following: ProcedureVersion, contents: dict[int, Snapshot]) -> bool:
    if one.digest == following.digest:
        return True
    return contents[one.pk].has_the_law_of(contents[following.pk])


def _contents(keys: set[int]) -> dict[int, Snapshot]:
    if not keys:
        return {}
    rows = ProcedureVersion.objects.filter(pk__in=keys).values_list("pk", "snapshot")
    return {pk: Snapshot.from_json(body) for pk, body in rows}
