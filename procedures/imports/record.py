"""The normalised record: what every file format yields and the format of the demo data."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain, groupby
from typing import Any, Final, Self

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.text import clean
from core.worktime import TimeUnit
from procedures import codes
from procedures.choices import (
    AudienceCode,
    Channel,
    DocumentKind,
    FeeKind,
    Level,
    ProcedureKind,
    ServiceLevel,
    Status,
)
from procedures.filing_links import is_on_national_portal
from procedures.snapshot import RecordError, Snapshot, decode, encode, normalise_texts
from procedures.value_objects import (
    Case,
    ChannelDetails,
    Decision,
    LegalBasis,
    ListedBlankForm,
    RequiredDocument,
    Result,
    StepGroup,
)

# The fields that an editor can change on the page or in the list of procedures.
TRACKED: Final = (*(one.name for one in dataclasses.fields(Snapshot) if one.name != "core_code"), "status")
MAX_AMOUNT: Final = 10**12  # more than any fee, within the column
MAX_TIME: Final = 10_000
MAX_COUNT: Final = 32_767
MAX_URL: Final = 500
FIELD_LABELS: Final = {
    "local_code": gettext_lazy("local code"),
    "title": gettext_lazy("name"),
    "short_title": gettext_lazy("short title"),
    "summary": gettext_lazy("summary"),
    "keywords": gettext_lazy("keywords"),
    "field": gettext_lazy("field"),
    "field_code": gettext_lazy("field code"),
    "ministry": gettext_lazy("ministry in charge"),
    "levels": gettext_lazy("level of government"),
    "kind": gettext_lazy("kind of procedure"),
    "audiences": gettext_lazy("eligible applicants"),
    "decision": gettext_lazy("publication decision"),
    "service_level": gettext_lazy("online service level"),
    "level_2011": gettext_lazy("online service level of 2011"),
    "level_2022": gettext_lazy("online service level of 2022"),
    "channels": gettext_lazy("channels"),
    "cases": gettext_lazy("required documents"),
    "steps": gettext_lazy("steps"),
    "results": gettext_lazy("results"),
    "legal_bases": gettext_lazy("legal bases"),
    "implementing_agencies": gettext_lazy("carried out by"),
    "competent_authority": gettext_lazy("competent authority"),
    "authorized_agency": gettext_lazy("authorised agency"),
    "coordinating_agencies": gettext_lazy("coordinating agencies"),
    "reception_address": gettext_lazy("where dossiers are received"),
    "requirements": gettext_lazy("requirements and conditions"),
    "related_codes": gettext_lazy("related procedures"),
    "flags": gettext_lazy("features of the procedure"),
    "same_day": gettext_lazy("done on the same day"),
    "status": gettext_lazy("status"),
    "national_url": gettext_lazy("address on the national portal"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcedureRecord(Snapshot):
    """A procedure from a file. ``section_agency``: slug of an agency; empty: found from the other facts.

    ``ministry``: whose field it is, if two ministries use the same name; ``publisher``: the agency that
    makes it public. ``status`` empty: the file does not say.
    """

    section_agency: str = ""
    ministry: str = ""
    publisher: str = ""
    level_2011: int | None = None
    level_2022: str = ""
    status: str = ""
    national_url: str = ""

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Build and check a record; ``RecordError`` names the place and the fault."""
        record = decode(cls, _expand_short_forms(data))
        record.check()
        return record

    def to_json(self) -> dict[str, Any]:
        data: dict[str, Any] = encode(self)
        return data

    @classmethod
    def of(cls, content: Snapshot, **facts: Any) -> Self:
        """Return a record with the content of a snapshot and additional ``facts``."""
        values = {item.name: getattr(content, item.name) for item in dataclasses.fields(Snapshot)}
        return cls(**{**values, **facts})

    @property
    def is_local(self) -> bool:
        """Return True for a record of the province: with a local code or a decision of a People's Committee (UBND)."""
        return bool(self.local_code or (self.decision and "UBND" in self.decision.number.upper()))

    @property
    def fingerprint(self) -> str:
        """Return the SHA-256 of what belongs to this procedure alone.

        The ministry and code of its field and the facts of its decision are shared: another row of the same file may
        just have filled them in.
        """
        decision = Decision(number=self.decision.number) if self.decision else None
        own = dataclasses.replace(self, ministry="", field_code="", decision=decision)
        text = json.dumps(own.to_json(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def fingerprints(self, *, excluded: frozenset[str] = frozenset()) -> dict[str, str]:
        """Return the fingerprints of the tracked fields by field name (``ImportedFacts``)."""
        return {name: fingerprint(name, getattr(self, name)) for name in TRACKED if name not in excluded}

    def check(self) -> None:
        """Raise ``RecordError`` for a missing title, an invalid code, an unknown choice or a number out of range."""
        try:
            core = codes.core_code(self.core_code)
        except ValueError as error:
            raise RecordError(f"core_code: {error}") from error
        if core != self.core_code:
            raise RecordError("core_code: " + _("write it as %(code)s") % {"code": core})
        if not clean(self.title):
            raise RecordError("title: " + _("the name is missing"))
        if self.national_url and not is_on_national_portal(self.national_url):
            raise RecordError("national_url: " + _("This is not an address of the national portal."))
        for path, value, allowed in self._choice_values():
            if value and value not in allowed:
                message = _("“%(value)s” is not one of %(allowed)s")
                raise RecordError(
                    f"{path}: " + message % {"value": value[:40], "allowed": ", ".join(allowed)}
                )
        for path, number, least, most in self._bounded_numbers():
            if number is not None and not least <= number <= most:
                message = _("%(value)s is not between %(least)s and %(most)s")
                raise RecordError(f"{path}: " + message % {"value": number, "least": least, "most": most})
        fees = chain.from_iterable(channel.fees for channel in self.channels)
        if any(fee.amount is not None and fee.amount != round(fee.amount, 2) for fee in fees):
            raise RecordError("channels.fees.amount: " + _("at most two decimal places"))

    def _bounded_numbers(self) -> list[tuple[str, Decimal | int | None, int, int]]:
        found: list[tuple[str, Decimal | int | None, int, int]] = [("level_2011", self.level_2011, 1, 4)]
        for channel in self.channels:
            found.append(("channels.time_value", channel.time_value, 0, MAX_TIME))
            found += [("channels.fees.amount", fee.amount, 0, MAX_AMOUNT) for fee in channel.fees]
        return found

    def _choice_values(self) -> list[tuple[str, str, list[str]]]:
        found = [
            ("kind", self.kind, ProcedureKind.values),
            ("service_level", self.service_level, ServiceLevel.values),
            ("level_2022", self.level_2022, ServiceLevel.values),
            ("status", self.status, Status.values),
        ]
        found += [("levels", level, Level.values) for level in self.levels]
        found += [("audiences", audience, AudienceCode.values) for audience in self.audiences]
        for channel in self.channels:
            found.append(("channels.channel", channel.channel, Channel.values))
            found.append(("channels.time_unit", channel.time_unit, TimeUnit.values))
            found += [("channels.fees.kind", fee.kind, FeeKind.values) for fee in channel.fees]
        found += [
            ("cases.documents.kind", document.kind, DocumentKind.values) for document in self.documents()
        ]
        return found


def fingerprint(name: str, value: Any) -> str:
    """Return 16 hex digits for the value of a field.

    For a decision only the number counts, since the rest is filled in later.
    """
    content = value.number if name == "decision" and value else encode(value)
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def field_labels(names: Iterable[str]) -> str:
    """Return the labels of fields as editors know them: ``kênh nộp, căn cứ pháp lý``."""
    return ", ".join(str(FIELD_LABELS.get(name, name)) for name in names)


def _expand_short_forms(data: Any) -> Any:
    """Accept ``blank_form_name`` of a document as the short way to write its only blank form."""
    if not isinstance(data, dict):
        return data
    data = dict(data)
    cases = data.get("cases")
    if isinstance(cases, list):
        data["cases"] = [_expand_case(case) for case in cases]
    return data


def _expand_case(case: Any) -> Any:
    if not isinstance(case, dict) or not isinstance(case.get("documents"), list):
        return case
    return {**case, "documents": [_expand_document(document) for document in case["documents"]]}


def _expand_document(document: Any) -> Any:
    if not isinstance(document, dict) or "blank_form_name" not in document:
        return document
    name = document["blank_form_name"]
    rest = {key: value for key, value in document.items() if key != "blank_form_name"}
    return {**rest, "blank_forms": [{"name": name}]} if name and not rest.get("blank_forms") else rest


def map_blank_forms(
    cases: Iterable[Case], change: Callable[[ListedBlankForm], ListedBlankForm]
) -> tuple[Case, ...]:
    """Return ``cases`` with ``change`` applied to every blank form of their documents."""
    return tuple(
        dataclasses.replace(
            case,
            documents=tuple(
                dataclasses.replace(document, blank_forms=tuple(map(change, document.blank_forms)))
                for document in case.documents
            ),
        )
        for case in cases
    )


def normalise(record: ProcedureRecord) -> ProcedureRecord:
    """Return ``record`` without empty parts, choices in order, texts normalised and truncated to the column lengths.

    What a form shows in one line has no line breaks, as a browser would drop them.
    """
    normal = dataclasses.replace(
        record,
        title=clean(record.title),
        local_code=_normalised_local_code(record),
        decision=_normalised_decision(record.decision),
        field=_one_line(record.field, 250),
        field_code=_one_line(record.field_code, 20) if record.field else "",
        ministry=_one_line(record.ministry, 120) if record.field else "",
        short_title=_one_line(record.short_title, 200),
        summary=record.summary[:500],
        keywords=_normalised_lines(record.keywords),
        implementing_agencies=_normalised_lines(record.implementing_agencies),
        coordinating_agencies=_normalised_lines(record.coordinating_agencies),
        related_codes=_normalised_lines(record.related_codes),
        levels=tuple(level for level in Level.values if level in record.levels),
        audiences=tuple(sorted(set(record.audiences))),
        channels=tuple(_normalised_channel(channel) for channel in record.channels),
        cases=tuple(case for case in map(_normalised_case, record.cases) if case.title or case.documents),
        steps=_normalised_steps(record.steps),
        results=tuple(Result(name=r.name, code=_one_line(r.code, 30)) for r in record.results if r.name),
        legal_bases=tuple(
            _normalised_basis(basis) for basis in record.legal_bases if basis.number or basis.title
        ),
    )
    return normalise_texts(normal)


def _one_line(text: str, most: int) -> str:
    """Return ``text`` on one line, truncated to ``most`` characters."""
    return clean(text)[:most].rstrip()


def _normalised_local_code(record: ProcedureRecord) -> str:
    """Return the local code if it is valid and belongs to this procedure."""
    try:
        core, local = codes.split(record.local_code)
    except ValueError:
        return ""
    return local if core == record.core_code else ""


def _normalised_lines(items: tuple[str, ...]) -> tuple[str, ...]:
    """Return each item once and on one line, because the catalogue stores one per line."""
    return tuple(dict.fromkeys(line for item in items if (line := clean(item))))


def _normalised_decision(decision: Decision | None) -> Decision | None:
    """Truncate texts to the column lengths and drop URLs that are not http(s)."""
    if decision is None or not decision.number.strip():
        return None
    url = (
        decision.url
        if decision.url.startswith(("https://", "http://")) and len(decision.url) <= MAX_URL
        else ""
    )
    number, agency = _one_line(decision.number, 80), _one_line(decision.agency, 200)
    return dataclasses.replace(decision, number=number, agency=agency, url=url)


def _normalised_channel(channel: ChannelDetails) -> ChannelDetails:
    fees = tuple(
        dataclasses.replace(
            fee,
            currency=_one_line(fee.currency, 3) or "VND",
            legal_number=_one_line(fee.legal_number, 120),
        )
        for fee in channel.fees
    )
    timed = bool(channel.time_value and channel.time_unit)
    return dataclasses.replace(
        channel,
        time_value=channel.time_value if timed else None,
        time_unit=channel.time_unit if timed else "",
        fees=fees,
    )


def _normalised_case(case: Case) -> Case:
    return dataclasses.replace(
        case, documents=tuple(_normalised_document(document) for document in case.documents if document.name)
    )


def _normalised_document(document: RequiredDocument) -> RequiredDocument:
    blank_forms = tuple(
        ListedBlankForm(name=name, path=_one_line(one.path, 400), own_copy=one.own_copy, size=one.size)
        for one in document.blank_forms
        if (name := _one_line(one.name, 300))
    )
    return dataclasses.replace(
        document,
        originals=min(max(document.originals, 0), MAX_COUNT),
        copies=min(max(document.copies, 0), MAX_COUNT),
        result_code=_one_line(document.result_code, 30),
        blank_forms=blank_forms,
    )


def _normalised_steps(groups: tuple[StepGroup, ...]) -> tuple[StepGroup, ...]:
    filled = [group for group in groups if any(group.items)]
    return tuple(
        StepGroup(case=case, items=tuple(item for item in chain.from_iterable(g.items for g in same) if item))
        for case, same in groupby(filled, key=lambda group: group.case)
    )


def _normalised_basis(basis: LegalBasis) -> LegalBasis:
    return dataclasses.replace(
        basis, number=_one_line(basis.number, 200), issuer=_one_line(basis.issuer, 250)
    )
