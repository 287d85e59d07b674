"""What a dossier costs, as its receipt states it, in Vietnamese (docs/domain.md#fees-and-exemptions).

The procedure version has the fees of the channel, the form the prices of what can be ordered with it. The receipt never
says that something is free if a copy was ordered, or if it is not known what else was asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from forms_app.builder.conditions import is_answered
from forms_app.builder.field_types import registry
from forms_app.builder.schema import FieldSpec, FormSchema
from forms_app.dossiers.models import Dossier
from procedures.choices import FeeKind
from procedures.presentation.channels import exemption_note, fee_note, fee_text
from procedures.value_objects import Fee

KINDS: Final = {FeeKind.SERVICE_FEE: "Phí", FeeKind.ADMINISTRATIVE_FEE: "Lệ phí"}
NOT_CHARGED: Final = "Không thu"
PROCEDURE: Final = "Giải quyết thủ tục"
BEFORE_EXEMPTIONS: Final = "chưa trừ miễn, giảm nếu có"
UNKNOWN_ORDERS: Final = "bản sao hoặc dịch vụ yêu cầu thêm (nếu có) thu theo quy định"
POSTAGE: Final = "cước gửi kết quả qua bưu chính thu riêng"


def fees_of(dossier: Dossier) -> str:
    """Return the fees of the dossier's channel with their exemptions, what was ordered with its price, and postage."""
    fees, priced = dossier.fees, list(_priced_questions(dossier))
    orders = [text for spec in priced if (text := _order(dossier, spec))]
    parts = [fee_line(fee) for fee in fees] or [NOT_CHARGED]
    if not dossier.has_fees:
        if orders:
            parts = [f"{PROCEDURE}: {_continued('; '.join(parts))}"]
        elif not priced and not any(exemption_note(fee) or fee_note(fee) for fee in fees):
            parts.append(UNKNOWN_ORDERS)
    parts += orders
    if dossier.result_delivery == Dossier.Delivery.POST:
        parts.append(POSTAGE)
    return "; ".join(parts)


def fee_line(fee: Fee) -> str:
    """Return a fee with its kind, its note and its exemption."""
    note = fee_note(fee).rstrip(".")
    amount = fee_text(fee).rstrip(".")
    text = ", ".join(part for part in (amount, _continued(note) if amount else note) if part)
    exemption = exemption_note(fee).rstrip(".")
    if not fee.is_charged:
        return f"{text} ({exemption})" if exemption else text
    kind = f"{KINDS[FeeKind(fee.kind)]} " if fee.amount is not None else ""
    return f"{kind}{text} (miễn, giảm: {exemption})" if exemption else f"{kind}{text}"


def _priced_questions(dossier: Dossier) -> Iterator[FieldSpec]:
    """Yield the questions of the dossier's form by which something with a known price is ordered."""
    if dossier.form_version is None:
        return
    for step in FormSchema.from_json(dossier.form_version.schema).steps:
        for spec in step.fields:
            if registry.get(spec.type).unit_price(spec):
                yield spec


def _order(dossier: Dossier, spec: FieldSpec) -> str:
    """Return what was ordered with its price; empty if nothing was."""
    answer = dossier.answers.get(spec.id)
    if not is_answered(answer) or not Decimal(str(answer)):
        return ""
    return f"{spec.label}: {registry.get(spec.type).display(spec, answer)} ({BEFORE_EXEMPTIONS})"


def _continued(text: str) -> str:
    """Return ``text`` as the rest of a sentence; an abbreviation (UBND) keeps its capitals."""
    return text if text[:2].isupper() else f"{text[:1].lower()}{text[1:]}"
