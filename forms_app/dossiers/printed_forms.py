"""Printed forms 01, 02 and 03 of a dossier (TT 03/2025/TT-VPCP, Phụ lục I), for citizens and the desk alike.

They are always in Vietnamese, whatever the language of the page.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import segno
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from core import pdf
from core.display import date_text, datetime_in_words, day_in_words
from core.worktime import duration_text
from forms_app.builder import applicant
from forms_app.builder.answer_display import answered_steps
from forms_app.builder.field_types.contact import phone_text
from forms_app.builder.field_types.date import stored_date_text
from forms_app.builder.schema import FormSchema
from forms_app.dossiers.deadlines import DeadlineRule
from forms_app.dossiers.fees import fees_of
from forms_app.dossiers.links import lookup_url, public_url
from forms_app.dossiers.models import Attachment, DeadlineSetting, Dossier, DossierEvent, SupplementRequest
from forms_app.dossiers.models.events import CORRECTIONS
from forms_app.dossiers.selectors.dossiers import answer_files_by_field, files_by_field
from forms_app.dossiers.transitions import Action, Clock, Status

TEMPLATES: Final = Path(__file__).parent / "templates" / "dossiers" / "pdf"
LAW: Final = "TT 03/2025/TT-VPCP"
RECEIPT: Final = "mau-01"
SUPPLEMENT: Final = "mau-02"
DECLINE: Final = "mau-03"
_HANDOVER_NOTES: Final[dict[str, str]] = {
    Dossier.Delivery.COUNTER: "Mang theo giấy này khi nhận kết quả.",
    Dossier.Delivery.ELECTRONIC: "Kết quả được trả trên trang theo dõi hồ sơ.",
    Dossier.Delivery.POST: "Kết quả được gửi qua dịch vụ bưu chính.",
}


#: Below the title of the confirmation of a dossier that ended before it was accepted.
_SUBTITLES: Final[dict[int, str]] = {
    Status.DECLINED: "(đã nộp; cơ quan không tiếp nhận, xem Mẫu số 03)",
    Status.WITHDRAWN: "(đã nộp; đã rút trước khi tiếp nhận)",
}


@dataclass(frozen=True, slots=True)
class PrintedForm:
    """One form that exists for a dossier: ``key`` is the last part of its address, ``label`` the text of its link."""

    key: str
    label: str | Promise


@dataclass(frozen=True, slots=True)
class AccessSlip:
    """What the citizen needs to come back, printed for them alone: the key (empty once wiped) and the private link."""

    lookup_key: str
    token: str

    def to_data(self, code: str) -> dict[str, str]:
        """Return the data of the slip for the template."""
        return {
            "code": code,
            "lookup_key": self.lookup_key,
            "qr": _qr(public_url("tracking", self.token)),
            "address": public_url("lookup").partition("://")[2],
        }


def supplement_key(request: SupplementRequest) -> str:
    """Return the key of form 02 for ``request``."""
    return f"{SUPPLEMENT}-{request.number}"


def available(dossier: Dossier) -> list[PrintedForm]:
    """Return the printed forms that the dossier has, in the order of their numbers. Two queries.

    A form 03 that was issued stays, even if the decline was undone; it then says so.
    """
    received = dossier.accepted_at is not None
    first = (
        gettext_lazy("Receipt and appointment (form 01)")
        if received
        else gettext_lazy("Confirmation of submission")
    )
    found = [PrintedForm(RECEIPT, first)]
    # Filtered here, since the desk's page has already read the requests.
    for request in (found for found in dossier.supplement_requests.all() if found.withdrawn_at is None):
        label = _("Supplement request %(number)s (form 02)") % {"number": request.number}
        found.append(PrintedForm(supplement_key(request), label))
    if dossier.status == Status.DECLINED:
        found.append(PrintedForm(DECLINE, gettext_lazy("Notice of decline (form 03)")))
    elif any(event.action == Action.UNDO_DECLINE for event in dossier.events.all()):
        found.append(PrintedForm(DECLINE, gettext_lazy("Notice of decline (form 03), taken back")))
    return found


def render_pdf(dossier: Dossier, key: str, *, slip: AccessSlip | None = None) -> bytes:
    """Return the PDF of the form ``key``; ``LookupError`` if the dossier has no such form.

    Its QR code leads to the lookup page of the dossier. ``slip`` is printed at the end of the receipt.
    """
    if key not in {form.key for form in available(dossier)}:
        raise LookupError(f"dossier {dossier.pk} has no printed form {key!r}")
    template = next(template for template in _DATA if key.startswith(template))
    with override("vi"):
        data = {**_DATA[template](dossier, key), "qr": _qr(lookup_url(str(dossier.code)))}
        if template == RECEIPT:
            data["slip"] = slip.to_data(str(dossier.code)) if slip else None
        return pdf.render(TEMPLATES / f"{template}.typ", data)


def render_slip(dossier: Dossier, slip: AccessSlip) -> bytes:
    """Return the PDF of the slip alone, as it is handed over when a lost key was replaced."""
    with override("vi"):
        data = {
            "slip": slip.to_data(str(dossier.code)),
            "procedure": dossier.procedure_version.title,
            "agency": dossier.agency.name,
            "issued_at": datetime_in_words(dossier.secrets_issued_at),
            "replaced": dossier.secrets_issued_at != dossier.submitted_at,
        }
        return pdf.render(TEMPLATES / "ma-tra-cuu.typ", data)


def _qr(link: str) -> str:
    out = io.BytesIO()
    segno.make(link, error="m", micro=False).save(out, kind="svg", border=1)
    return out.getvalue().decode()


def _event(dossier: Dossier, action: Action, at: datetime | None = None) -> DossierEvent | None:
    """Return the last event of ``action``, or the one at the time ``at`` if an action can happen twice."""
    found = dossier.events.filter(action=action)
    return (found.filter(at=at) if at else found).order_by("-sequence").first()


def _head(dossier: Dossier, at: datetime, officer: str) -> dict[str, Any]:
    """Return what every form contains: the administrative heading, the applicant, the signatures."""
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
            ["Số điện thoại", phone_text(dossier.phone)],
            ["Thư điện tử", dossier.email],
            [applicant.identity_of(dossier.answers).label, dossier.applicant_id_masked],
            ["Nộp thay cho", str(dossier.answers.get(applicant.ON_BEHALF_OF) or "")],
            ["Nội dung yêu cầu giải quyết", dossier.procedure_version.title],
        ],
        "terms": [],
        "notes": [],
        "applicant": dossier.applicant_name,
        "officer": officer,
        "signed": True,
    }


def _documents(dossier: Dossier) -> list[dict[str, str]]:
    """Return the uploaded documents under the labels of their questions, then what came with supplements."""
    files = list(dossier.attachments.order_by("id"))
    supplied = [row for asked in _answered(dossier) for row in _supplied(asked, files)]
    if dossier.form_version is None:
        return supplied
    schema = FormSchema.from_json(dossier.form_version.schema)
    steps = answered_steps(schema, dossier.answers, answer_files_by_field(files))
    filed = [
        {"name": field.label, "count": str(len(field.files)), "kind": _file_kind(field.files)}
        for step in steps
        for field in step.fields
        if field.files
    ]
    return filed + supplied


def _answered(dossier: Dossier) -> list[SupplementRequest]:
    return list(dossier.supplement_requests.exclude(answered_at=None).order_by("number"))


def _supplied(asked: SupplementRequest, files: Sequence[Attachment]) -> list[dict[str, str]]:
    """Return the documents that answered a supplement request, on paper or as files, with the day."""
    assert asked.answered_at is not None, "it was answered"  # noqa: S101
    sent = files_by_field(file for file in files if file.supplement_id == asked.pk)
    rows = []
    for item in asked.items:
        entry, scans = asked.received_items.get(item["id"], {}), sent.get(item["id"], [])
        name = f"{item['label']} (bổ sung ngày {date_text(asked.answered_at)})"
        if entry.get("copy"):
            kind = str(SupplementRequest.CopyKind(entry["copy"]).label)
            rows.append({"name": name, "count": str(entry["count"]), "kind": kind})
        elif scans:
            rows.append({"name": name, "count": str(len(scans)), "kind": _file_kind(scans)})
    return rows


def _file_kind(files: Sequence[Attachment]) -> str:
    """Return the kind of ``files``, and how many of them did not pass the malware scan."""
    refused = sum(file.is_refused for file in files)
    return f"Bản điện tử ({refused} tệp không mở được)" if refused else "Bản điện tử"


def _receipt(dossier: Dossier, key: str) -> dict[str, Any]:
    accepted = dossier.accepted_at
    event = _event(dossier, Action.ACCEPT)
    data = _head(dossier, accepted or dossier.submitted_at, event.actor_name if event else "")
    data["documents"] = _documents(dossier)
    if accepted is None:
        return data | {
            "title": "Giấy xác nhận đã nộp hồ sơ",
            "subtitle": _SUBTITLES.get(dossier.status, "(đã nộp, chờ tiếp nhận)"),
            "form": "",
            "terms": [
                ["Thời gian nộp", datetime_in_words(dossier.submitted_at)],
                ["Nơi tiếp nhận", dossier.agency.name],
                *_appointments(dossier),
            ],
            "notes": [
                "Thời hạn giải quyết tính từ khi cơ quan tiếp nhận hồ sơ hợp lệ.",
                "Giấy này do Cổng lập tự động, không cần chữ ký.",
            ],
            "signed": False,
        }
    rule = DeadlineRule.from_json(dossier.deadline_rule)
    return data | {
        "title": "Giấy tiếp nhận hồ sơ và hẹn trả kết quả",
        "form": f"Mẫu số 01 ({LAW})",
        "terms": [
            ["Thời gian giải quyết theo quy định", _limit(rule)],
            ["Thời gian nhận hồ sơ", datetime_in_words(accepted)],
            [
                "Thời gian trả kết quả",
                # The first due date; a later one is printed next to it.
                datetime_in_words(dossier.original_due_at)
                if dossier.original_due_at
                else "Không có ngày hẹn trả",
            ],
            ["Hẹn lại ngày trả kết quả", _later_due_date(dossier)],
            *_appointments(dossier),
            ["Số bộ hồ sơ", "01"],
            ["Phí, lệ phí", fees_of(dossier)],
            ["Nơi nhận kết quả", dossier.agency.name],
            ["Hình thức nhận kết quả", dossier.get_result_delivery_display()],
        ],
        "notes": [f"{_HANDOVER_NOTES[dossier.result_delivery]} Quét mã QR để theo dõi hồ sơ."],
    }


def _appointments(dossier: Dossier) -> list[list[str]]:
    """Return the days on which the citizen said to come to the desk, under their questions."""
    if dossier.form_version is None:
        return []
    asked = FormSchema.from_json(dossier.form_version.schema).of_type("date")
    return [
        [spec.label, stored_date_text(dossier.answers[spec.id])]
        for spec in asked
        if spec.options.get("appointment") and dossier.answers.get(spec.id)
    ]


def _later_due_date(dossier: Dossier) -> str:
    """Return the due date if it was moved; none for a dossier that ended without a decision."""
    if dossier.status == Status.WITHDRAWN or dossier.outcome == Dossier.Outcome.CLOSED:
        return ""
    due = dossier.due_at
    return datetime_in_words(due) if due and due != dossier.original_due_at else ""


def _limit(rule: DeadlineRule) -> str:
    if rule.value is None:
        return "Không quy định"
    return "Trong ngày" if rule.same_day_cutoff else duration_text(rule.value, rule.unit)


def _supplement(dossier: Dossier, key: str) -> dict[str, Any]:
    number = int(key.rsplit("-", 1)[1])
    request: SupplementRequest = dossier.supplement_requests.get(number=number)
    event = _event(dossier, Action.REQUEST_SUPPLEMENT, request.requested_at)
    officer, until = event.actor_name if event else "", request.supplement_due_at
    return _head(dossier, request.requested_at, officer) | {
        "title": "Phiếu yêu cầu bổ sung, hoàn thiện hồ sơ",
        "form": f"Mẫu số 02 ({LAW})",
        "number": f"{request.number:02d}/HDHS",
        "items": [
            {"name": item["label"], "count": item.get("count", ""), "note": item.get("note", "")}
            for item in request.items
        ],
        "reason": request.reason,
        "terms": [
            ["Bổ sung chậm nhất", datetime_in_words(until) if until else ""],
            ["Hạn bổ sung mới", datetime_in_words(request.extended_until) if request.extended_until else ""],
            ["Người liên hệ", ", ".join(filter(None, (officer, dossier.agency.name)))],
        ],
        "notes": [
            f"Bổ sung tại trang theo dõi hồ sơ hoặc tại nơi tiếp nhận. {_time_after_supplement(dossier, request)}"
        ],
    }


def _time_after_supplement(dossier: Dossier, request: SupplementRequest) -> str:
    """Return what the supplement means for the processing time: what the rule says, or nothing for a late dossier."""
    if dossier.accepted_at is None or dossier.accepted_at > request.requested_at:
        return "Thời hạn giải quyết bắt đầu tính khi hồ sơ được tiếp nhận."
    due = dossier.original_due_at
    for event in dossier.events.filter(at__lt=request.requested_at).order_by("sequence"):
        due = datetime.fromisoformat(event.data["due_after"]) if event.data.get("due_after") else due
    if due is not None and due < request.requested_at:
        return "Hồ sơ đã quá hạn: ngày hẹn trả kết quả giữ nguyên."
    if _pauses_at(dossier, request.requested_at):
        return "Thời hạn giải quyết tạm dừng và được tính tiếp sau khi bổ sung đủ."
    return "Thời hạn giải quyết được tính lại sau khi bổ sung đủ."


def _pauses_at(dossier: Dossier, moment: datetime) -> bool:
    """Return True if a supplement requested at ``moment`` pauses the processing time instead of restarting it."""
    if DeadlineRule.from_json(dossier.deadline_rule).mode == DeadlineSetting.Mode.PAUSE:
        return True
    # Events of before have no number, only a due date that the restart moved.
    restarted = Q(action=Action.SUPPLY) & (Q(data__has_key="restarts") | Q(data__clock=Clock.RESTART))
    return dossier.events.filter(CORRECTIONS | restarted, at__lt=moment).exists()


def _decline(dossier: Dossier, key: str) -> dict[str, Any]:
    event = _event(dossier, Action.DECLINE)
    assert event is not None, "a declined dossier has the event of its decline"  # noqa: S101
    undone = _event(dossier, Action.UNDO_DECLINE) if dossier.status != Status.DECLINED else None
    return _head(dossier, event.at, event.actor_name) | {
        "subtitle": f"(đã thu hồi lúc {datetime_in_words(undone.at)})" if undone else "",
        "title": "Phiếu từ chối tiếp nhận giải quyết hồ sơ",
        "form": f"Mẫu số 03 ({LAW})",
        "reason": event.note,
        "notes": [
            "Hồ sơ được tiếp tục xem xét, ông/bà không phải nộp lại."
            if undone
            else "Ông/bà có thể nộp lại hồ sơ bất cứ lúc nào."
        ],
    }


_DATA: Final[dict[str, Callable[[Dossier, str], dict[str, Any]]]] = {
    RECEIPT: _receipt,
    SUPPLEMENT: _supplement,
    DECLINE: _decline,
}
