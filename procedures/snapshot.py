"""The full content of one legal version of a procedure, as it is kept for ever in ``ProcedureVersion.snapshot``."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any, Final, Self

from procedures.jsonable import decode, encode
from procedures.parts import Case, ChannelPart, Decision, Flags, LegalBasis, Paper, Result, StepGroup

NO_FLAGS: Final = Flags()


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """Every official field of a procedure. Codes are those of ``procedures.choices``; texts are NFC."""

    core_code: str
    title: str
    local_code: str = ""
    short_title: str = ""
    summary: str = ""
    keywords: tuple[str, ...] = ()
    field: str = ""
    field_code: str = ""
    levels: tuple[str, ...] = ()
    kind: str = ""
    audiences: tuple[str, ...] = ()
    decision: Decision | None = None
    service_level: str = ""
    channels: tuple[ChannelPart, ...] = ()
    cases: tuple[Case, ...] = ()
    steps: tuple[StepGroup, ...] = ()
    results: tuple[Result, ...] = ()
    legal_bases: tuple[LegalBasis, ...] = ()
    implementing_agencies: tuple[str, ...] = ()
    competent_authority: str = ""
    authorized_agency: str = ""
    coordinating_agencies: tuple[str, ...] = ()
    reception_address: str = ""
    requirements: str = ""
    related_codes: tuple[str, ...] = ()
    flags: Flags = NO_FLAGS
    same_day: bool = False

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Read what ``to_json`` wrote; ``RecordError`` where it does not fit."""
        return decode(cls, data)

    def to_json(self) -> dict[str, Any]:
        """Return JSON types; equal snapshots give equal JSON."""
        data: dict[str, Any] = encode(self)
        return data

    @property
    def digest(self) -> str:
        """Return the SHA-256 of the canonical JSON: the identity of this content."""
        text = json.dumps(self.to_json(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def papers(self) -> list[Paper]:
        """Return the papers of all cases in order."""
        return [paper for case in self.cases for paper in case.papers]
