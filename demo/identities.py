"""Invented people whose name, sex, age and citizen ID number are consistent."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random
from typing import Any, Final

from demo.sources import full_name, people

YEAR: Final = 365
ADULT: Final = (22 * YEAR, 45 * YEAR)
# The fourth digit of the citizen ID number: even for men; plus 2 for those born from 2000 (Decree 70/2024).
SEX_DIGIT: Final = {"nam": 0, "nu": 1}
BORN_FROM_2000: Final = 2
# Province digits: Cà Mau was two provinces until 30/6/2025.
PROVINCES: Final = ("096", "096", "095")


@dataclass(frozen=True, slots=True)
class Role:
    """The age range in days and, if determined, the sex of a person in a dossier."""

    age: tuple[int, int] = ADULT
    sex: str = ""


# By the prefix of the field ids about the person.
ROLES: Final = {
    "subject": Role(),
    "groom": Role((22 * YEAR, 38 * YEAR), "nam"),
    "bride": Role((20 * YEAR, 36 * YEAR), "nu"),
    "mother": Role((21 * YEAR, 38 * YEAR), "nu"),
    "father": Role((22 * YEAR, 42 * YEAR), "nam"),
    "child": Role((4, 50)),
    "deceased": Role((68 * YEAR, 92 * YEAR)),
}


@dataclass(frozen=True, slots=True)
class Identity:
    """An invented person; ``sex`` is ``nam`` or ``nu``, as in the forms."""

    name: str
    sex: str
    born: date
    citizen_id: str

    @classmethod
    def draw(
        cls,
        *,
        rng: Random,
        day: date,
        role: Role,
        who: Mapping[str, Any] | None = None,
        unlike: Collection[str] = (),
    ) -> Identity:
        """Return a person of ``role`` on ``day`` whose given names are not in ``unlike``; ``who`` fixes the name."""
        fitting = [
            person
            for person in people()["pool"]
            if role.sex in {"", person["sex"]} and person["middle_given"] not in unlike
        ]
        known = dict(who or rng.choice(fitting))
        born = day - timedelta(days=rng.randint(*role.age))
        return cls(full_name(known), known["sex"], born, citizen_id_number(rng, known["sex"], born))

    def in_family(self, other: Identity) -> Identity:
        """Return the same person with the family name of ``other``."""
        return replace(self, name=f"{other.name.split()[0]} {self.given}")

    @property
    def given(self) -> str:
        """Return the middle and given names."""
        return self.name.split(maxsplit=1)[1]


def citizen_id_number(rng: Random, sex: str, born: date) -> str:
    """Return a consistent citizen ID number; ``000`` after the year marks it as invented."""
    digit = SEX_DIGIT[sex] + (BORN_FROM_2000 if born.year >= 2000 else 0)  # noqa: PLR2004
    return f"{rng.choice(PROVINCES)}{digit}{born.year % 100:02d}000{rng.randint(0, 999):03d}"
