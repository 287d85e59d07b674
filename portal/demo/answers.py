"""Believable answers to the questions of a form, by field type and by the id of the question."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random
from typing import Any, Final

from accounts.models import AdminUnit
from forms_app.builder import applicant
from forms_app.builder.field_types import registry
from forms_app.builder.schema import Choice, FieldSpec, FormSchema
from portal.demo.persona import ADULT, ROLES, YEAR, Persona, Role
from portal.demo.sources import full_name

SATURDAY: Final = 5
# How many days before filing a date lies, by the end of its question's id; the first that fits counts.
DAYS_BEFORE: Final = (
    ("registered_date", 2 * YEAR, 15 * YEAR),
    ("death_date", 3, 6),
    ("burial_date", 1, 2),
    ("pickup_date", -9, -3),
    ("start_date", -30, -5),
)
CAPITAL: Final = (2, 30)  # ten million đồng
OPTIONAL_ANSWERED: Final = 0.4
# How much likelier than the others an answer is, and how likely a yes.
WEIGHTS: Final = {
    **dict.fromkeys(("kinh", "viet_nam", "cha", "me", "ban_than"), 60),
    **dict.fromkeys(("chua_ket_hon", "ca_nhan", "gia_dinh", "con"), 24),
    **dict.fromkeys(("khac", "ong_ba", "nguoi_than", "nguoi_nuoi_duong", "dai_dien"), 1),
    "cha_me": 0,  # our people are too young to bury a child of seventy
}
WEIGHT: Final = 4
YES: Final = {"parents_married": 0.9, "tax_notice_same": 0.9}
SELDOM_YES: Final = 0.1
# Whose part the person who files plays, by what they say they are.
SPEAKS_OF_SELF: Final = {("subject", "ban_than"), ("father", "cha"), ("mother", "me")}
COUPLE: Final = {"groom", "bride"}
OPPOSITE: Final = {"nam": "nu", "nu": "nam"}
# Who says so of themselves must be of that sex.
SAID_BY: Final = {"cha": "nam", "me": "nu"}
# A question that makes sense after certain answers to another one only; then it is answered.
ASKED_AFTER: Final[dict[str, tuple[str, set[Any]]]] = {
    "marital_paper": ("marital_status", {"dang_co", "da_ly_hon", "vo_chong_da_mat"}),
    "father": ("parents_married", {True}),
    "marriage_certificate": ("parents_married", {True}),
    "tax_address": ("tax_notice_same", {False}),
    "members": ("owner_kind", {"ho_gia_dinh"}),
    "payee_org": ("payee_kind", {"to_chuc"}),
    "bank_account": ("pay_by", {"tai_khoan"}),
}
# Asked of those without an identification number or about times past: our people leave it out.
LEFT_OUT: Final = ("_nationality", "_ethnicity", "period_from", "period_to")
DECIDED_FIRST: Final = {"yes_no": 0, "choice": 1}


@dataclass(slots=True)
class Answerer:
    """Answers for one dossier filed on ``day`` by ``person`` who lives in ``commune``."""

    chance: Random
    day: date
    person: Any
    commune: AdminUnit
    samples: Mapping[str, Any]
    _given: dict[str, Any] = field(default_factory=dict)
    _cast: dict[str, Persona] = field(default_factory=dict)

    def answers(self, schema: FormSchema) -> dict[str, Any]:
        """Return an answer to every question but files, in their order; optional ones are sometimes left out."""
        questions = [spec for spec in schema.fields.values() if spec.type != "file"]
        self._cast["applicant"] = self._draw(Role(ADULT), self.person)
        for spec in sorted(questions, key=lambda spec: DECIDED_FIRST.get(spec.type, 2)):
            if self._answers(spec):
                self._given[spec.id] = self._answer(spec)
        self._given.update(self._applicant())
        return {spec.id: self._given[spec.id] for spec in questions if self._said(spec)}

    def _said(self, spec: FieldSpec) -> bool:
        return spec.id in self._given and (spec.required or self._given[spec.id] != "")

    def _answers(self, spec: FieldSpec) -> bool:
        if spec.required:
            return True
        if spec.id.endswith(LEFT_OUT):
            return False
        for start, (other, wanted) in ASKED_AFTER.items():
            if spec.id.startswith(start):
                return self._given.get(other) in wanted
        return self._role(spec) is not None or self.chance.random() < OPTIONAL_ANSWERED

    def _applicant(self) -> dict[str, Any]:
        return {
            applicant.FULL_NAME: full_name(self.person),
            applicant.CITIZEN_ID: self._cast["applicant"].citizen_id,
            applicant.PHONE: f"0900{self.chance.randint(0, 999_999):06d}",
            applicant.EMAIL: "",
            applicant.ON_BEHALF_OF: "",
        }

    def _answer(self, spec: FieldSpec) -> Any:
        by_type: dict[str, Callable[[FieldSpec], Any]] = {
            "address": lambda _spec: self._address(),
            "choice": self._choice,
            "many_choices": lambda spec: [choice.value for choice in spec.choices],
            "yes_no": lambda spec: self.chance.random() < YES.get(spec.id, SELDOM_YES),
            "date": self._date,
            "number": self._number,
            "phone": lambda _spec: f"0900{self.chance.randint(0, 999_999):06d}",
            "email": lambda _spec: "",
        }
        of_person = self._of_person(spec)
        return by_type.get(spec.type, self._text)(spec) if of_person is None else of_person

    def _role(self, spec: FieldSpec) -> str | None:
        start = spec.id.split("_")[0]
        return start if start in ROLES else None

    def _of_person(self, spec: FieldSpec) -> Any:
        """Return what the question asks of somebody's person; None where it asks something else."""
        part = self._role(spec)
        if part is None:
            return None
        person = self._persona(part)
        facts = {
            "name": person.name,
            "birth_date": person.born.isoformat(),
            "sex": person.sex,
            "citizen_id": person.citizen_id,
        }
        return facts.get(spec.id.removeprefix(f"{part}_"))

    def _persona(self, part: str) -> Persona:
        if part not in self._cast:
            self._cast[part] = self._cast["applicant"] if self._is_applicant(part) else self._stranger(part)
        return self._cast[part]

    def _is_applicant(self, part: str) -> bool:
        if part in COUPLE:
            return ROLES[part].sex == self.person["sex"]
        return (part, self._given.get("relation")) in SPEAKS_OF_SELF

    def _stranger(self, part: str) -> Persona:
        role = ROLES[part]
        if part == "child":
            parent = self._persona("father" if self._given.get("parents_married") else "mother")
            return self._draw(role).in_family(parent)
        if self._given.get("relation") == "vo_chong":
            role = replace(role, sex=OPPOSITE[self.person["sex"]])
        return self._draw(role)

    def _draw(self, role: Role, who: Mapping[str, Any] | None = None) -> Persona:
        known = {person.given for person in self._cast.values()}
        return Persona.draw(chance=self.chance, day=self.day, role=role, who=who, unlike=known)

    def _choice(self, spec: FieldSpec) -> str:
        fitting: list[Choice] = [
            choice
            for choice in spec.choices
            if SAID_BY.get(choice.value, self.person["sex"]) == self.person["sex"]
        ]
        weights = [WEIGHTS.get(choice.value, WEIGHT) for choice in fitting]
        return self.chance.choices(fitting, weights=weights)[0].value

    def _text(self, spec: FieldSpec) -> str:
        samples = self.samples["answers"].get(spec.id, {})
        if isinstance(samples, dict):  # by the answer to another question
            samples = samples.get(str(self._given.get(samples.get("by", ""))), samples.get("else", []))
        return str(self.chance.choice(samples)) if samples else ""

    def _address(self) -> Any:
        hamlet = self.chance.choice(self.samples["hamlets"])
        parts = {"province": str(self.commune.parent_id), "commune": str(self.commune.pk), "detail": hamlet}
        return registry.get("address").to_answer(parts)

    def _date(self, spec: FieldSpec) -> str:
        near, far = next(((a, b) for end, a, b in DAYS_BEFORE if spec.id.endswith(end)), (10, YEAR))
        day = self.day - timedelta(days=self.chance.randint(near, far))
        ahead = day > self.day and day.weekday() >= SATURDAY
        return (day + timedelta(days=2) if ahead else day).isoformat()

    def _number(self, spec: FieldSpec) -> str:
        if spec.id == "capital":
            return str(self.chance.randint(*CAPITAL) * 10_000_000)
        least = int(spec.options.get("min", 1))
        return str(least + (self.chance.random() < SELDOM_YES))
