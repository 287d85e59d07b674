"""Plausible answers to the fields of a form, by field type and field id."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random
from typing import Any, Final

from accounts.models import AdministrativeUnit
from demo.identities import ADULT, ROLES, YEAR, Identity, Role
from demo.sources import full_name
from forms_app.builder import applicant, conditions
from forms_app.builder.field_types import registry
from forms_app.builder.schema import Choice, FieldSpec, FormSchema

SATURDAY: Final = 5
# Days between a date and the filing, by the ending of the field id; the first match counts.
DAYS_BEFORE: Final = (
    ("registered_date", 2 * YEAR, 15 * YEAR),
    ("death_date", 3, 6),
    ("burial_date", 1, 2),
    ("pickup_date", -9, -3),
    ("start_date", -30, -5),
)
CAPITAL: Final = (2, 30)  # ten million đồng
OPTIONAL_ANSWERED: Final = 0.4
# Weights of choices, and the probability of a yes.
WEIGHTS: Final = {
    **dict.fromkeys(("kinh", "viet_nam", "cha", "me", "ban_than"), 60),
    **dict.fromkeys(("chua_ket_hon", "ca_nhan", "gia_dinh", "con", "tru_so"), 24),
    **dict.fromkeys(("khac", "ong_ba", "nguoi_than", "nguoi_nuoi_duong", "dai_dien"), 1),
    "cha_me": 0,  # the applicants are too young to have a child of seventy
}
WEIGHT: Final = 4
YES_SHARES: Final = {"parents_married": 0.9}
DEFAULT_YES_SHARE: Final = 0.1
# (Part, relation) pairs in which the applicant is the person asked about.
APPLICANT_PARTS: Final = {("subject", "ban_than"), ("father", "cha"), ("mother", "me")}
COUPLE: Final = {"groom", "bride"}
OPPOSITE: Final = {"nam": "nu", "nu": "nam"}
# Sex of an applicant who chooses this.
SEX_OF_CHOICE: Final = {"cha": "nam", "me": "nu"}
# Optional fields, by prefix, that are answered only after certain answers to another field.
DEPENDS_ON: Final[dict[str, tuple[str, set[Any]]]] = {
    "marital_paper": ("marital_status", {"dang_co", "da_ly_hon", "vo_chong_da_mat"}),
    "father": ("parents_married", {True}),
    "marriage_certificate": ("parents_married", {True}),
}
# Optional fields that never get an answer.
SKIPPED_ENDINGS: Final = ("_nationality", "_ethnicity", "period_from", "period_to")
ANSWER_ORDER: Final = {"yes_no": 0, "choice": 1}


@dataclass(slots=True)
class AnswerGenerator:
    """Answers for one dossier filed on ``day`` by ``person`` who lives in ``commune``."""

    rng: Random
    day: date
    person: Any
    commune: AdministrativeUnit
    samples: Mapping[str, Any]
    _answered: dict[str, Any] = field(default_factory=dict)
    _people: dict[str, Identity] = field(default_factory=dict)

    def answers(self, schema: FormSchema) -> dict[str, Any]:
        """Return answers to all fields except files, in their order; optional ones are sometimes left out."""
        questions = [spec for spec in schema.fields.values() if not registry.get(spec.type).stores_files]
        self._people["applicant"] = self._draw(Role(ADULT), self.person)
        for spec in sorted(questions, key=lambda spec: ANSWER_ORDER.get(spec.type, 2)):
            if self._should_answer(spec):
                self._answered[spec.id] = self._answer(spec)
        self._answered.update(self._applicant())
        return {spec.id: self._answered[spec.id] for spec in questions if self._is_included(spec)}

    def _is_included(self, spec: FieldSpec) -> bool:
        return spec.id in self._answered and (spec.required or self._answered[spec.id] != "")

    def _should_answer(self, spec: FieldSpec) -> bool:
        if not conditions.applies(spec, self._answered):
            return False
        if spec.required:
            return True
        if spec.id.endswith(SKIPPED_ENDINGS):
            return False
        for prefix, (other, answers) in DEPENDS_ON.items():
            if spec.id.startswith(prefix):
                return self._answered.get(other) in answers
        return self._role(spec) is not None or self.rng.random() < OPTIONAL_ANSWERED

    def _applicant(self) -> dict[str, Any]:
        return {
            applicant.FULL_NAME: full_name(self.person),
            applicant.IDENTITY: {"kind": "citizen_id", "number": self._people["applicant"].citizen_id},
            applicant.PHONE: f"0900{self.rng.randint(0, 999_999):06d}",
            applicant.EMAIL: "",
            applicant.ON_BEHALF_OF: "",
        }

    def _answer(self, spec: FieldSpec) -> Any:
        by_type: dict[str, Callable[[FieldSpec], Any]] = {
            "address": lambda _spec: self._address(),
            "choice": self._choice,
            "many_choices": lambda spec: [choice.value for choice in spec.choices],
            "yes_no": lambda spec: self.rng.random() < YES_SHARES.get(spec.id, DEFAULT_YES_SHARE),
            "date": self._date,
            "number": self._number,
            "phone": lambda _spec: f"0900{self.rng.randint(0, 999_999):06d}",
            "email": lambda _spec: "",
        }
        personal = self._personal_answer(spec)
        return by_type.get(spec.type, self._text)(spec) if personal is None else personal

    def _role(self, spec: FieldSpec) -> str | None:
        start = spec.id.split("_")[0]
        return start if start in ROLES else None

    def _personal_answer(self, spec: FieldSpec) -> Any:
        """Return the name, birth date, sex or citizen ID of the person asked about; None for other fields."""
        part = self._role(spec)
        if part is None:
            return None
        person = self._identity(part)
        facts = {
            "name": person.name,
            "birth_date": person.born.isoformat(),
            "sex": person.sex,
            "citizen_id": person.citizen_id,
        }
        return facts.get(spec.id.removeprefix(f"{part}_"))

    def _identity(self, part: str) -> Identity:
        if part not in self._people:
            self._people[part] = (
                self._people["applicant"] if self._is_applicant(part) else self._other_person(part)
            )
        return self._people[part]

    def _is_applicant(self, part: str) -> bool:
        if part in COUPLE:
            return ROLES[part].sex == self.person["sex"]
        return (part, self._answered.get("relation")) in APPLICANT_PARTS

    def _other_person(self, part: str) -> Identity:
        role = ROLES[part]
        if part == "child":
            parent = self._identity("father" if self._answered.get("parents_married") else "mother")
            return self._draw(role).in_family(parent)
        if self._answered.get("relation") == "vo_chong":
            role = replace(role, sex=OPPOSITE[self.person["sex"]])
        return self._draw(role)

    def _draw(self, role: Role, who: Mapping[str, Any] | None = None) -> Identity:
        used = {person.given for person in self._people.values()}
        return Identity.draw(rng=self.rng, day=self.day, role=role, who=who, unlike=used)

    def _choice(self, spec: FieldSpec) -> str:
        fitting: list[Choice] = [
            choice
            for choice in spec.choices
            if SEX_OF_CHOICE.get(choice.value, self.person["sex"]) == self.person["sex"]
        ]
        weights = [WEIGHTS.get(choice.value, WEIGHT) for choice in fitting]
        return self.rng.choices(fitting, weights=weights)[0].value

    def _text(self, spec: FieldSpec) -> str:
        samples = self.samples["answers"].get(spec.id, {})
        if isinstance(samples, dict):  # by the answer to another field
            samples = samples.get(str(self._answered.get(samples.get("by", ""))), samples.get("else", []))
        return str(self.rng.choice(samples)) if samples else ""

    def _address(self) -> Any:
        hamlet = self.rng.choice(self.samples["hamlets"])
        parts = {"province": str(self.commune.parent_id), "commune": str(self.commune.pk), "detail": hamlet}
        return registry.get("address").to_answer(parts)

    def _date(self, spec: FieldSpec) -> str:
        near, far = next(((a, b) for end, a, b in DAYS_BEFORE if spec.id.endswith(end)), (10, YEAR))
        day = self.day - timedelta(days=self.rng.randint(near, far))
        ahead = day > self.day and day.weekday() >= SATURDAY
        return (day + timedelta(days=2) if ahead else day).isoformat()

    def _number(self, spec: FieldSpec) -> str:
        if spec.id == "capital":
            return str(self.rng.randint(*CAPITAL) * 10_000_000)
        least = int(spec.options.get("min", 1))
        return str(least + (self.rng.random() < DEFAULT_YES_SHARE))
