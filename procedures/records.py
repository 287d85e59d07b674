"""The normalised record: what every importer produces and the demo data are written in.

A record is a snapshot plus what only an import needs: the section it belongs to and the levels of 2011 and 2022.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, Self

from django.utils.translation import gettext as _

from core.text import clean
from core.worktime.units import TimeUnit
from procedures import codes
from procedures.choices import (
    AudienceCode,
    Channel,
    FeeKind,
    Level,
    PaperKind,
    ProcedureKind,
    ServiceLevel,
    Status,
)
from procedures.jsonable import RecordError, decode, encode
from procedures.snapshot import Snapshot

MAX_AMOUNT: Final = 10**12  # more than any fee, within the column
MAX_TIME: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcedureRecord(Snapshot):
    """One procedure from a file. ``section_agency`` is an agency's slug; empty: found from the other facts.

    ``ministry``: which ministry's field it is, where two use one name; ``publisher``: the agency that
    makes it public. ``status`` empty: the file does not say.
    """

    section_agency: str = ""
    ministry: str = ""
    publisher: str = ""
    level_2011: int | None = None
    level_2022: str = ""
    status: str = ""

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Read a record and check it; ``RecordError`` says where and what."""
        record = decode(cls, _modern(data))
        record.check()
        return record

    def to_json(self) -> dict[str, Any]:
        data: dict[str, Any] = encode(self)
        return data

    @classmethod
    def of(cls, content: Snapshot, **facts: Any) -> Self:
        """Return the record that says what ``content`` says, and ``facts``."""
        said = {item.name: getattr(content, item.name) for item in dataclasses.fields(Snapshot)}
        return cls(**{**said, **facts})

    def check(self) -> None:
        """Raise ``RecordError`` for a missing title, an unreadable code, a word in no closed list, an odd number."""
        try:
            core = codes.core_code(self.core_code)
        except ValueError as error:
            raise RecordError(f"core_code: {error}") from error
        if core != self.core_code:
            raise RecordError("core_code: " + _("write it as %(code)s") % {"code": core})
        if not clean(self.title):
            raise RecordError("title: " + _("no name"))
        for path, value, allowed in self._closed():
            if value and value not in allowed:
                message = _("“%(value)s” is not one of %(allowed)s")
                raise RecordError(
                    f"{path}: " + message % {"value": value[:40], "allowed": ", ".join(allowed)}
                )
        for path, number, least, most in self._bounded():
            if number is not None and not least <= number <= most:
                message = _("%(value)s is not between %(least)s and %(most)s")
                raise RecordError(f"{path}: " + message % {"value": number, "least": least, "most": most})

        for channel in self.channels:
            if any(fee.amount is not None and fee.amount != round(fee.amount, 2) for fee in channel.fees):
                raise RecordError("channels.fees.amount: " + _("two decimals at most"))

    def _bounded(self) -> list[tuple[str, Decimal | int | None, int, int]]:
        found: list[tuple[str, Decimal | int | None, int, int]] = [("level_2011", self.level_2011, 1, 4)]
        for channel in self.channels:
            found.append(("channels.time_value", channel.time_value, 0, MAX_TIME))
            found += [("channels.fees.amount", fee.amount, 0, MAX_AMOUNT) for fee in channel.fees]
        return found

    def _closed(self) -> list[tuple[str, str, list[str]]]:
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
        found += [("cases.papers.kind", paper.kind, PaperKind.values) for paper in self.papers()]
        return found


def _modern(data: Any) -> Any:
    """Accept ``template_name`` of a paper as the short way to write its one template."""
    if not isinstance(data, dict):
        return data
    data = dict(data)
    cases = data.get("cases")
    if isinstance(cases, list):
        data["cases"] = [_modern_case(case) for case in cases]
    return data


def _modern_case(case: Any) -> Any:
    if not isinstance(case, dict) or not isinstance(case.get("papers"), list):
        return case
    return {**case, "papers": [_modern_paper(paper) for paper in case["papers"]]}


def _modern_paper(paper: Any) -> Any:
    if not isinstance(paper, dict) or "template_name" not in paper:
        return paper
    name = paper["template_name"]
    rest = {key: value for key, value in paper.items() if key != "template_name"}
    return {**rest, "templates": [{"name": name}]} if name and not rest.get("templates") else rest
