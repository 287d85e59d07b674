"""Invented people whose name, sex, age and identification number agree with one another."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random
from typing import Any, Final

from portal.demo.sources import full_name, people

YEAR: Final = 365
ADULT: Final = (22 * YEAR, 45 * YEAR)
# The fourth digit of the number: even for men, and two more for those born from 2000 on (Decree 70/2024).
SEX_DIGIT: Final = {"nam": 0, "nu": 1}
BORN_FROM_2000: Final = 2
# Registered in what is Cà Mau today: two provinces until 30/6/2025.
PROVINCES: Final = ("096", "096", "095")


@dataclass(frozen=True, slots=True)
class Role:
    """How old somebody is who plays a part in a dossier, in days, and of which sex where that is certain."""

    age: tuple[int, int] = ADULT
    sex: str = ""


# By the first word of the ids of the questions about them.
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
class Persona:
    """One invented person; ``sex`` as the forms ask it: ``nam`` or ``nu``."""

    name: str
    sex: str
    born: date
    citizen_id: str

    @classmethod
    def draw(
        cls,
        *,
        chance: Random,
        day: date,
        role: Role,
        who: Mapping[str, Any] | None = None,
        unlike: Collection[str] = (),
    ) -> Persona:
        """Return somebody of ``role`` on ``day`` with none of the given names ``unlike``; ``who`` is known by name."""
        fitting = [
            one
            for one in people()["pool"]
            if role.sex in {"", one["sex"]} and one["middle_given"] not in unlike
        ]
        known = dict(who or chance.choice(fitting))
        born = day - timedelta(days=chance.randint(*role.age))
        return cls(full_name(known), known["sex"], born, number(chance, known["sex"], born))

    def in_family(self, other: Persona) -> Persona:
        """Return the same person with the family name of ``other``."""
        return replace(self, name=f"{other.name.split()[0]} {self.given}")

    @property
    def given(self) -> str:
        """Return the middle and given names."""
        return self.name.split(maxsplit=1)[1]


def number(chance: Random, sex: str, born: date) -> str:
    """Return an identification number that fits; ``000`` after the year marks it as invented."""
    digit = SEX_DIGIT[sex] + (BORN_FROM_2000 if born.year >= 2000 else 0)  # noqa: PLR2004
    return f"{chance.choice(PROVINCES)}{digit}{born.year % 100:02d}000{chance.randint(0, 999):03d}"
