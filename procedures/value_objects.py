"""The parts of a procedure as plain values, for records and snapshots (docs/domain.md#procedure-fields)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final

from procedures.choices import DocumentKind, FeeKind

# Metadata of a field: its key in JSON, if the records of the national portal use another name.
JSON_KEY: Final = "json_key"


@dataclass(frozen=True, slots=True)
class Fee:
    """A fee of a channel. ``amount`` None: there is no fixed amount, and ``note`` says how it is determined."""

    kind: str = FeeKind.ADMINISTRATIVE_FEE.value
    amount: Decimal | None = None
    currency: str = "VND"
    note: str = ""
    exemption: str = ""
    legal_number: str = ""

    @property
    def is_charged(self) -> bool:
        """Return True unless the amount is zero; an amount that is not fixed is charged."""
        return self.amount is None or self.amount > 0


@dataclass(frozen=True, slots=True)
class ChannelDetails:
    """A channel with its processing time and fees. ``time_value`` None: only ``time_note`` describes the time."""

    channel: str
    time_value: int | None = None
    time_unit: str = ""
    time_note: str = ""
    fees: tuple[Fee, ...] = ()


@dataclass(frozen=True, slots=True)
class ListedBlankForm:
    """A blank form (mẫu đơn, tờ khai): its path in the national list, key and size in bytes of our own copy."""

    name: str
    path: str = ""
    own_copy: int | None = None
    size: int = 0


@dataclass(frozen=True, slots=True)
class RequiredDocument:
    """A required document (thành phần hồ sơ). A note has neither originals nor copies."""

    name: str
    kind: str = DocumentKind.SUBMIT.value
    originals: int = 0
    copies: int = 0
    required: bool = True
    result_code: str = ""
    blank_forms: tuple[ListedBlankForm, ...] = ()

    @property
    def is_note(self) -> bool:
        """Return True for a note among the documents, with nothing to hand in."""
        return self.kind == DocumentKind.NOTE

    @property
    def is_shown_only(self) -> bool:
        """Return True for a document that is only presented (xuất trình)."""
        return self.kind == DocumentKind.SHOW


@dataclass(frozen=True, slots=True)
class Case:
    """A case (trường hợp) with its required documents; the title is empty if there is only one case."""

    title: str = ""
    documents: tuple[RequiredDocument, ...] = ()


@dataclass(frozen=True, slots=True)
class StepGroup:
    """The steps (trình tự thực hiện) of one case, in order."""

    case: str = ""
    items: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """A result (kết quả), with its national code if known."""

    name: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class LegalBasis:
    """A legal document on which the procedure is based (căn cứ pháp lý)."""

    number: str = ""
    title: str = ""
    date: date | None = None
    issuer: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """The decision that publishes the procedure (quyết định công bố)."""

    number: str
    date: date | None = None
    agency: str = ""
    summary: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Flags:
    """Yes-or-no facts that agencies publish about a procedure."""

    is_vertical: bool = field(default=False, metadata={JSON_KEY: "nganh_doc"})
    is_internal: bool = field(default=False, metadata={JSON_KEY: "noi_bo"})
    at_one_stop: bool = field(default=False, metadata={JSON_KEY: "mot_cua"})
    post_in: bool = field(default=False, metadata={JSON_KEY: "bcci_in"})
    post_out: bool = field(default=False, metadata={JSON_KEY: "bcci_out"})
    is_special: bool = field(default=False, metadata={JSON_KEY: "dac_thu"})
