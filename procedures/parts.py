"""The parts of a procedure as plain values: what a record brings, what a snapshot keeps (DOMAIN 1.1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Fee:
    """One charge or fee of one channel. ``amount`` None: not a fixed sum, ``note`` says how it is found."""

    kind: str = "le_phi"
    amount: Decimal | None = None
    currency: str = "VND"
    note: str = ""
    exemption: str = ""
    legal_number: str = ""


@dataclass(frozen=True, slots=True)
class ChannelPart:
    """One way to hand in, with its own time limit and fees. ``time_value`` None: ``time_note`` says all there is."""

    channel: str
    time_value: int | None = None
    time_unit: str = ""
    time_note: str = ""
    fees: tuple[Fee, ...] = ()


@dataclass(frozen=True, slots=True)
class Template:
    """A blank form (mẫu đơn, tờ khai). ``path``: where the list says it lies; ``form``, ``size``: our own copy."""

    name: str
    path: str = ""
    form: int | None = None
    size: int = 0


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper of the dossier (thành phần hồ sơ). A note has neither originals nor copies."""

    name: str
    kind: str = "nop"
    originals: int = 0
    copies: int = 0
    required: bool = True
    result_code: str = ""
    templates: tuple[Template, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """A case (trường hợp) with the papers it asks for; the title is empty where there is only one."""

    title: str = ""
    papers: tuple[Paper, ...] = ()


@dataclass(frozen=True, slots=True)
class StepGroup:
    """The steps (trình tự thực hiện) of one case, in order."""

    case: str = ""
    items: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """What the citizen gets (kết quả), with its national code where known."""

    name: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class LegalBasis:
    """A legal document that the procedure stands on (căn cứ pháp lý)."""

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
    """Yes-or-no facts that agencies publish on their notice boards."""

    nganh_doc: bool = False
    noi_bo: bool = False
    mot_cua: bool = False
    bcci_in: bool = False
    bcci_out: bool = False
    dac_thu: bool = False
