"""Believable answers to the questions of a form, by field type and by the id of the question."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any, Final

from accounts.models import AdminUnit
from forms_app.builder import applicant
from forms_app.builder.field_types import registry
from forms_app.builder.schema import FieldSpec, FormSchema
from portal.demo.sources import full_name, people

YEAR: Final = 365
# How many days before filing a date lies, by the end of its question's id; the first that fits counts.
DAYS_BEFORE: Final = (
    ("deceased_birth_date", 70 * YEAR, 90 * YEAR),
    ("child_birth_date", 4, 50),
    ("birth_date", 22 * YEAR, 45 * YEAR),
    ("registered_date", 2 * YEAR, 15 * YEAR),
    ("death_date", 3, 6),
    ("burial_date", 1, 2),
    ("pickup_date", -9, -3),
)
BIRTH_YEARS: Final = (1985, 2002)
CAPITAL: Final = (20, 300)  # million đồng
OPTIONAL_ANSWERED: Final = 0.4


@dataclass(slots=True)
class Answerer:
    """Answers for one dossier filed on ``day`` by ``person`` who lives in ``commune``."""

    chance: Random
    day: date
    person: Any
    commune: AdminUnit
    samples: Mapping[str, Any]

    def answers(self, schema: FormSchema) -> dict[str, Any]:
        """Return an answer to every question but files; optional ones are sometimes left out."""
        wanted = [spec for spec in schema.fields.values() if spec.type != "file" and self._answers(spec)]
        return {**{spec.id: self._answer(spec) for spec in wanted}, **self._applicant()}

    def _answers(self, spec: FieldSpec) -> bool:
        return spec.required or self.chance.random() < OPTIONAL_ANSWERED

    def _applicant(self) -> dict[str, Any]:
        return {
            applicant.FULL_NAME: full_name(self.person),
            applicant.PHONE: f"0900{self.chance.randint(0, 999_999):06d}",
            applicant.EMAIL: "",
            applicant.ON_BEHALF_OF: "",
        }

    def _answer(self, spec: FieldSpec) -> Any:
        by_type: dict[str, Callable[[FieldSpec], Any]] = {
            "address": lambda _spec: self._address(),
            "citizen_id": lambda _spec: self._citizen_id(),
            "choice": lambda spec: self.chance.choice(spec.choices).value,
            "many_choices": lambda spec: [choice.value for choice in spec.choices],
            "yes_no": lambda _spec: self.chance.random() < OPTIONAL_ANSWERED,
            "date": self._date,
            "number": self._number,
        }
        return by_type.get(spec.type, self._text)(spec)

    def _text(self, spec: FieldSpec) -> str:
        if spec.id in self.samples["answers"]:
            return str(self.chance.choice(self.samples["answers"][spec.id]))
        return full_name(self.chance.choice(people()["pool"]))

    def _address(self) -> Any:
        hamlet = self.chance.choice(self.samples["hamlets"])
        parts = {"province": str(self.commune.parent_id), "commune": str(self.commune.pk), "detail": hamlet}
        return registry.get("address").to_answer(parts)

    def _citizen_id(self) -> str:
        sex = self.chance.choice("01")
        return f"096{sex}{self.chance.randint(60, 99)}000{self.chance.randint(0, 999):03d}"

    def _date(self, spec: FieldSpec) -> str:
        near, far = next(((a, b) for end, a, b in DAYS_BEFORE if spec.id.endswith(end)), (10, YEAR))
        return (self.day - timedelta(days=self.chance.randint(near, far))).isoformat()

    def _number(self, spec: FieldSpec) -> str:
        if spec.id.endswith("birth_year"):
            return str(self.chance.randint(*BIRTH_YEARS))
        if spec.id == "capital":
            return str(self.chance.randint(*CAPITAL) * 1_000_000)
        least = int(spec.options.get("min", 1))
        return str(self.chance.randint(least, least + 1))
