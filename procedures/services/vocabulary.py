"""Find or make the rows that records only name: fields, decisions, audiences."""

from __future__ import annotations

from accounts.models import Agency
from core.text import fold, slugify
from procedures.models import Audience, Field, PublicationDecision
from procedures.parts import Decision
from procedures.records import ProcedureRecord


class Vocabulary:
    """Everything is read once; what is missing is made as it is met."""

    def __init__(self) -> None:
        self._fields = list(Field.objects.all())
        self._decisions = {(row.number, row.agency_name): row for row in PublicationDecision.objects.all()}
        self._audiences = {row.code: row for row in Audience.objects.all()}
        self._agencies = {
            fold(name): agency
            for agency in Agency.objects.order_by("-valid_from")
            for name in (agency.name, agency.short_name)
            if name
        }

    def agency(self, name: str) -> Agency | None:
        """Return the agency called ``name``, in full or short."""
        return self._agencies.get(fold(name)) if name else None

    def audiences(self, codes: tuple[str, ...]) -> list[Audience]:
        """Return the audiences with ``codes``."""
        return [self._audiences[code] for code in codes if code in self._audiences]

    def field(self, record: ProcedureRecord) -> Field | None:
        """Return the field of ``record`` by code, by name and ministry, or by its name alone; a new one if unknown."""
        if not record.field:
            return None
        found = self._known_field(record)
        if found is None:
            found = Field.objects.create(
                code=record.field_code, name=record.field, ministry=record.ministry, slug=self._slug(record)
            )
            self._fields.append(found)
        elif self._enrich(found, record):
            found.save(update_fields=["code", "ministry"])
        return found

    def _known_field(self, record: ProcedureRecord) -> Field | None:
        if record.field_code:
            coded = next((row for row in self._fields if row.code == record.field_code), None)
            if coded:
                return coded
        same = [row for row in self._fields if fold(row.name) == fold(record.field)]
        if record.ministry:
            same = [row for row in same if row.ministry in {"", record.ministry}]
        return max(same, key=lambda row: row.ministry == record.ministry, default=None)

    def _enrich(self, row: Field, record: ProcedureRecord) -> bool:
        before = (row.code, row.ministry)
        row.code = row.code or record.field_code
        row.ministry = row.ministry or record.ministry
        return before != (row.code, row.ministry)

    def _slug(self, record: ProcedureRecord) -> str:
        taken = {row.slug for row in self._fields}
        plain = slugify(record.field, max_length=80) or "linh-vuc"
        if plain not in taken:
            return plain
        return next(slug for number in range(2, 1000) if (slug := f"{plain}-{number}") not in taken)

    def decision(self, part: Decision | None) -> PublicationDecision | None:
        """Return the decision, filled up with what ``part`` knows more."""
        if part is None:
            return None
        found = self._decisions.get((part.number, part.agency)) or self._same_number(part)
        if found is None:
            found = PublicationDecision.objects.create(
                number=part.number,
                date=part.date,
                agency_name=part.agency,
                agency=self.agency(part.agency),
                summary=part.summary,
                url=part.url,
            )
        elif self._fill(found, part):
            found.save()
        self._decisions[found.number, found.agency_name] = found
        return found

    def _same_number(self, part: Decision) -> PublicationDecision | None:
        """A number without its agency means the one decision that has it."""
        same = [row for (number, _agency), row in self._decisions.items() if number == part.number]
        unsigned = [row for row in same if not row.agency_name]
        if part.agency:
            return unsigned[0] if unsigned else None
        return same[0] if len(same) == 1 else None

    def _fill(self, row: PublicationDecision, part: Decision) -> bool:
        before = (row.date, row.agency_name, row.summary, row.url)
        row.date = row.date or part.date
        if not row.agency_name and part.agency:
            row.agency_name, row.agency = part.agency, self.agency(part.agency)
        row.summary = row.summary or part.summary
        row.url = row.url or part.url
        return before != (row.date, row.agency_name, row.summary, row.url)
