"""The papers of a dossier: forms 01, 02 and 03 of TT 03/2025/TT-VPCP, Phụ lục I, for citizens and the desk alike.

They are always written in Vietnamese, whatever language the page is read in.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import segno
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from core import pdf
from core.display import clock_in_words, day_in_words
from core.worktime import phrase
from forms_app.builder import applicant
from forms_app.builder.presenting import present
from forms_app.builder.schema import FormSchema
from forms_app.dossiers.deadlines import CHANNEL_OF_SOURCE, DeadlineRule
from forms_app.dossiers.models import Dossier, DossierEvent, SupplementRequest
from forms_app.dossiers.selectors.attached import filed_by_field
from forms_app.dossiers.transitions import Action, Status
from procedures.choices import FeeKind
from procedures.parts import Fee
from procedures.presentation.fees import fee_note, fee_text
from procedures.snapshot import Snapshot

LAW: Final = "TT 03/2025/TT-VPCP"
KINDS: Final = {FeeKind.CHARGE: "Phí", FeeKind.DUTY: "Lệ phí"}
RECEIPT: Final = "mau-01"
SUPPLEMENT: Final = "mau-02"
REFUSAL: Final = "mau-03"


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper that exists for a dossier: ``key`` is its address, ``label`` its link."""

    key: str
    label: str | Promise


def available(dossier: Dossier) -> list[Paper]:
    """Return the papers that the dossier has, newest kind last; one query."""
    received = dossier.accepted_at is not None
    first = (
        gettext_lazy("Receipt and appointment (form 01)")
        if received
        else gettext_lazy("Confirmation of filing")
    )
    found = [Paper(RECEIPT, first)]
    for request in dossier.supplement_requests.all():
        label = _("Supplement request %(number)s (form 02)") % {"number": request.number}
        found.append(Paper(f"{SUPPLEMENT}-{request.number}", label))
    if dossier.status == Status.REFUSED:
        found.append(Paper(REFUSAL, gettext_lazy("Refusal (form 03)")))
    return found


def paper_pdf(dossier: Dossier, key: str, *, link: str) -> bytes:
    """Return the PDF of paper ``key``; ``LookupError`` where the dossier has no such paper.

    ``link`` is the absolute address behind the QR code: where the bearer follows the dossier with its code.
    """
    if key not in {paper.key for paper in available(dossier)}:
        raise LookupError(f"dossier {dossier.pk} has no paper {key!r}")
    template = key[: len(RECEIPT)]
    with override("vi"):
        return pdf.render(template, _MAKERS[template](dossier, key, link))


def _qr(link: str) -> str:
    out = io.BytesIO()
    segno.make(link, error="m", micro=False).save(out, kind="svg", border=1)
    return out.getvalue().decode()


def _event(dossier: Dossier, action: Action, at: datetime | None = None) -> DossierEvent | None:
    """Return the event that made the paper: the one of the moment ``at`` where an act can happen twice."""
    found = dossier.events.filter(action=action)
    return (found.filter(at=at) if at else found).order_by("-sequence").first()


def _head(dossier: Dossier, at: datetime, officer: str) -> dict[str, Any]:
    """Return what every paper carries: the administrative head, the applicant, who signs."""
    agency = dossier.agency
    return {
        "code": dossier.code,
        "agency": agency.name,
        "parent": agency.parent.name if agency.parent else "",
        "number": "",
        "place": agency.unit.name if agency.unit else "",
        "day": day_in_words(at),
        "subtitle": "",
        "rows": [
            ["Họ và tên người nộp", dossier.applicant_name],
            ["Địa chỉ", dossier.address],
            ["Số điện thoại", dossier.phone],
            ["Email", dossier.email],
            ["Số định danh cá nhân", dossier.applicant_id_masked],
            ["Nộp thay cho", str(dossier.answers.get(applicant.ON_BEHALF_OF) or "")],
            ["Nội dung yêu cầu giải quyết", dossier.procedure_version.title],
        ],
        "terms": [],
        "notes": [],
        "applicant": dossier.applicant_name,
        "officer": officer,
    }


def _papers_handed_in(dossier: Dossier) -> list[dict[str, str]]:
    """Return the uploaded papers under the names that the form asked them by."""
    if dossier.form_version is None:
        return []
    schema = FormSchema.from_json(dossier.form_version.schema)
    steps = present(schema, dossier.answers, filed_by_field(dossier.attachments.all()))
    return [
        {"name": field.label, "count": str(len(field.files)), "kind": "Bản điện tử"}
        for step in steps
        for field in step.fields
        if field.files
    ]


def _receipt(dossier: Dossier, key: str, link: str) -> dict[str, Any]:
    accepted = dossier.accepted_at
    event = _event(dossier, Action.ACCEPT)
    data = _head(dossier, accepted or dossier.submitted_at, event.actor_name if event else "")
    data["qr"], data["papers"] = _qr(link), _papers_handed_in(dossier)
    if accepted is None:
        return data | {
            "title": "Giấy xác nhận đã nộp hồ sơ",
            "subtitle": "(đã nộp, chờ tiếp nhận)",
            "form": "",
            "terms": [
                ["Thời gian nộp", clock_in_words(dossier.submitted_at)],
                ["Nơi tiếp nhận", dossier.agency.name],
            ],
            "notes": ["Thời hạn giải quyết tính từ khi cơ quan tiếp nhận hồ sơ hợp lệ."],
        }
    rule = DeadlineRule.from_json(dossier.deadline_rule)
    return data | {
        "title": "Giấy tiếp nhận hồ sơ và hẹn trả kết quả",
        "form": f"Mẫu số 01 ({LAW})",
        "terms": [
            ["Thời gian giải quyết theo quy định", _limit(rule)],
            ["Thời gian nhận hồ sơ", clock_in_words(accepted)],
            [
                "Thời gian trả kết quả",
                # As promised on the day; where the promise moved since, the new day stands beside it.
                clock_in_words(dossier.original_due_at)
                if dossier.original_due_at
                else "Không có ngày hẹn trả",
            ],
            ["Hẹn lại ngày trả kết quả", _moved(dossier)],
            ["Số bộ hồ sơ", "01"],
            ["Phí, lệ phí", _fees(dossier)],
            ["Nơi nhận kết quả", dossier.agency.name],
            ["Hình thức nhận kết quả", dossier.get_result_delivery_display()],
        ],
        "notes": ["Mang theo giấy này khi nhận kết quả. Quét mã QR để theo dõi hồ sơ."],
    }


def _moved(dossier: Dossier) -> str:
    due = dossier.due_at
    return clock_in_words(due) if due and due != dossier.original_due_at else ""


def _fees(dossier: Dossier) -> str:
    """Return the fees of the channel the dossier came by, with who is exempt (DOMAIN 1.1: never the sum alone)."""
    snapshot = Snapshot.from_json(dossier.procedure_version.snapshot)
    channel = CHANNEL_OF_SOURCE[Dossier.Source(dossier.source)]
    fees = [fee for part in snapshot.channels if part.channel == channel for fee in part.fees]
    if not fees:
        return "Không thu"
    return "; ".join(_fee(fee) for fee in fees)


def _fee(fee: Fee) -> str:
    told = ", ".join(part.rstrip(".") for part in (fee_text(fee), fee_note(fee)) if part)
    charged = fee.amount is None or fee.amount > 0
    kind = f"{KINDS[FeeKind(fee.kind)]} " if charged and fee.amount is not None else ""
    exempt = f" (miễn, giảm: {fee.exemption.rstrip('.')})" if fee.exemption and charged else ""
    return f"{kind}{told}{exempt}"


def _limit(rule: DeadlineRule) -> str:
    if rule.value is None:
        return "Không có ngày hẹn trả"
    return "Trong ngày" if rule.same_day_cutoff else phrase(rule.value, rule.unit)


def _supplement(dossier: Dossier, key: str, link: str) -> dict[str, Any]:
    number = int(key.rsplit("-", 1)[1])
    request: SupplementRequest = dossier.supplement_requests.get(number=number)
    event = _event(dossier, Action.REQUEST_SUPPLEMENT, request.asked_at)
    officer, until = event.actor_name if event else "", request.citizen_deadline
    return _head(dossier, request.asked_at, officer) | {
        "title": "Phiếu yêu cầu bổ sung, hoàn thiện hồ sơ",
        "form": f"Mẫu số 02 ({LAW})",
        "number": f"{request.number}/HDHS",
        "items": [
            {"name": item["label"], "count": item.get("count", ""), "note": item.get("note", "")}
            for item in request.items
        ],
        "reason": request.reason,
        "terms": [
            ["Bổ sung trước", clock_in_words(until) if until else ""],
            ["Người liên hệ", ", ".join(filter(None, (officer, dossier.agency.name)))],
        ],
        "notes": [
            "Bổ sung tại trang theo dõi hồ sơ hoặc tại nơi tiếp nhận. Trong lúc chờ, thời hạn giải quyết tạm dừng."
        ],
    }


def _refusal(dossier: Dossier, key: str, link: str) -> dict[str, Any]:
    event = _event(dossier, Action.REFUSE)
    assert event is not None, "a refused dossier has the event of its refusal"  # noqa: S101
    return _head(dossier, event.at, event.actor_name) | {
        "title": "Phiếu từ chối tiếp nhận giải quyết hồ sơ",
        "form": f"Mẫu số 03 ({LAW})",
        "reason": event.note,
        "notes": ["Ông/bà có thể nộp lại hồ sơ bất cứ lúc nào."],
    }


_MAKERS: Final[dict[str, Callable[[Dossier, str, str], dict[str, Any]]]] = {
    RECEIPT: _receipt,
    SUPPLEMENT: _supplement,
    REFUSAL: _refusal,
}
