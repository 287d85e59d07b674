"""The periods of a procedure as readers see them: from which day to which the same law held.

Versions are never changed (docs/architecture.md#rule-2), so an import that was undone and an end that was taken back
leave versions that were never in force, and neighbours that say the same. Readers get neither (ADR 230).
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

    ``first``: the one it began with. Both days are included; without ``valid_to`` it is in force.
    """

    version: ProcedureVersion
    first: ProcedureVersion

    @property
    def number(self) -> int:
        """Return the number of the last version."""
        return self.version.number

    @property
    def decision(self) -> PublicationDecision | None:
        """Return the decision of all its versions."""
        return self.version.decision

    @property
    def valid_from(self) -> date:
        """Return the day from which the content applies."""
        return self.first.valid_from

    @property
    def valid_to(self) -> date | None:
        """Return the last day; None if it is open."""
        return self.version.valid_to


def periods(versions: Sequence[ProcedureVersion]) -> tuple[Period, ...]:
    """Return the periods of the ``versions`` of one procedure, newest first.

    One query, and only for neighbours under one decision whose content differs: it reads that content.
    """
    held = sorted((one for one in versions if not one.never_in_force), key=lambda one: one.number)
    pairs = list(pairwise(held))
    contents = _contents(
        {one.pk for pair in pairs if _touch(*pair) and pair[0].digest != pair[1].digest for one in pair}
    )
    found: list[Period] = []
    for version in held:
        before = found[-1] if found else None
        if before and _touch(before.version, version) and _says_the_same(before.version, version, contents):
            found[-1] = Period(version=version, first=before.first)
        else:
            found.append(Period(version=version, first=version))
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
