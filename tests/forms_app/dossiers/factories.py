"""Factories of procedures with a form, and of dossiers filed through the services."""

from __future__ import annotations

import io
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.signing import get_cookie_signer
from django.test import Client
from django.utils import timezone
from PIL import Image

from accounts.models import Agency, Membership
from core.worktime import TIME_ZONE
from forms_app.builder import services as builder
from forms_app.builder.models import FormDefinition, FormVersion
from forms_app.builder.schema import FormSchema
from forms_app.dossiers import services
from forms_app.dossiers.models import Dossier, Draft, SupplementRequest
from forms_app.dossiers.rules import consent_in_force
from forms_app.dossiers.services.payments import Payment
from forms_app.dossiers.transitions import Action
from forms_app.dossiers.views import draft_cookies
from procedures.models import LocalAssignment, Procedure, ProcedureVersion
from procedures.snapshot import Snapshot
from procedures.value_objects import ChannelDetails, Fee
from tests.accounts.factories import AgencyFactory, MembershipFactory

_numbers = count(1)
SCHEMA: dict[str, Any] = {
    "estimated_minutes": 7,
    "steps": [
        {
            "id": "child",
            "title": "Thông tin của trẻ",
            "fields": [
                {"id": "child_name", "type": "short_text", "label": "Họ tên của trẻ"},
                {"id": "born", "type": "date", "label": "Ngày sinh", "options": {"not_future": True}},
                {"id": "proof", "type": "file", "label": "Giấy chứng sinh"},
            ],
        }
    ],
}
APPLICANT: dict[str, Any] = {
    "full_name": "Nguyễn Thị Thử",
    "identity": {"kind": "citizen_id", "number": "096185001234"},
    "phone": "0912345678",
    "email": "thu@example.vn",
    "address": {"province": "", "commune": "", "detail": "Ấp 1", "text": "Ấp 1"},
    "result_delivery": "counter",
}
CHILD: dict[str, Any] = {"child_name": "Nguyễn Văn Mới", "born": "2026-11-01"}

SUPPLEMENT_ITEMS = [
    {"id": "proof", "label": "Giấy chứng sinh", "note": "Ảnh bị mờ", "kind": "file"},
    {"id": "other_1", "label": "Số điện thoại của mẹ", "note": "", "kind": "text"},
]


def at(text: str) -> datetime:
    """Return a moment such as ``2026-11-23 09:00`` in the province's time zone."""
    return datetime.fromisoformat(text).replace(tzinfo=TIME_ZONE)


def payment_for(action: str, now: datetime) -> Payment | None:
    """The proof of a payment made on the day of ``now``, for the action that records one."""
    return Payment("BL 0000123", timezone.localdate(now)) if action == Action.PAYMENT_DONE else None


WITH_FEE = (
    ChannelDetails("truc_tuyen", 3, "ngay_lam_viec", fees=(Fee(amount=Decimal(8000)),)),
    ChannelDetails("truc_tiep", 5, "ngay_lam_viec", fees=(Fee(amount=Decimal(8000)),)),
)


def make_version(**values: Any) -> ProcedureVersion:
    """Create a procedure in force since July 2025: three working days online, five at the counter."""
    core_code = values.pop("core_code", f"8.{next(_numbers):06d}")
    channels = values.pop(
        "channels",
        (ChannelDetails("truc_tuyen", 3, "ngay_lam_viec"), ChannelDetails("truc_tiep", 5, "ngay_lam_viec")),
    )
    title = values.pop("title", f"Thủ tục {core_code}")
    snapshot = Snapshot(core_code=core_code, title=title, channels=channels, **values)
    procedure = Procedure.objects.create(core_code=core_code, title=snapshot.title)
    return ProcedureVersion.objects.create(
        procedure=procedure, number=1, valid_from=date(2025, 7, 1), title=snapshot.title,
        snapshot=snapshot.to_json(), digest=snapshot.digest,
    )  # fmt: skip


def make_form(version: ProcedureVersion | None = None, *agencies: Agency, schema: Any = None) -> FormVersion:
    """Publish a form for a procedure that ``agencies`` receive (default: a new one)."""
    version = version or make_version()
    for agency in agencies or (AgencyFactory(),):
        LocalAssignment.objects.create(
            procedure=version.procedure, agency=agency, valid_from=date(2025, 7, 1)
        )
    definition = FormDefinition.objects.create(
        procedure=version.procedure,
        title=version.title,
        slug=f"bieu-mau-{version.procedure.core_code.replace('.', '-')}",
    )
    return builder.publish(definition=definition, schema=schema or SCHEMA)


def make_draft(
    form: FormVersion | None = None,
    *,
    agency: Agency | None = None,
    now: datetime | None = None,
    **answers: Any,
) -> tuple[Draft, str]:
    """Create a draft with every step answered, at ``agency`` or else the first agency that receives it."""
    form = form or make_form()
    procedure = form.definition.procedure
    draft, token = services.start_draft(
        procedure_version=procedure.versions.get(), form_version=form,
        agency=agency or procedure.assignments.order_by("pk").first().agency, now=now,
    )  # fmt: skip
    schema = FormSchema.from_json(form.schema)
    everything = {**APPLICANT, **CHILD, **answers}
    for step in schema.steps:
        for spec in step.fields:
            if spec.type == "file":
                services.store_answer(draft=draft, spec=spec, upload=picture(), now=now)
        mine = {spec.id: everything[spec.id] for spec in step.fields if spec.id in everything}
        services.save_step(token=token, step_id=step.id, answers=mine, complete=True, now=now)
    return Draft.objects.get(pk=draft.pk), token


def enter(client: Client, draft: Draft, token: str) -> str:
    """Give ``client`` the cookie of ``draft``; return the base address of its pages."""
    code = draft.procedure_version.procedure.core_code
    name = draft_cookies.cookie_name(code)
    client.cookies[name] = get_cookie_signer(salt=name + draft_cookies.SALT).sign(token)
    return f"/nop-ho-so/{code}/"


def file_dossier(
    form: FormVersion | None = None,
    *,
    agency: Agency | None = None,
    now: datetime | None = None,
    **answers: Any,
) -> services.FilingReceipt:
    """Submit a dossier as a citizen."""
    draft, token = make_draft(form, agency=agency, now=now, **answers)
    return services.submit(
        token=token, idempotency_key=draft.idempotency_key, consent=consent_in_force(), now=now
    )


def officer_of(dossier: Dossier, role: str = Membership.Role.HEAD) -> Any:
    """Create a user with ``role`` at the agency of ``dossier``."""
    return MembershipFactory(agency=dossier.agency, role=role).user


def picture(name: str = "anh.png", size: tuple[int, int] = (8, 8)) -> SimpleUploadedFile:
    """Return a small picture that is different each time."""
    out = io.BytesIO()
    number = next(_numbers)
    Image.new("RGB", size, (number % 256, number // 256 % 256, 7)).save(out, "PNG")
    return SimpleUploadedFile(name, out.getvalue(), "image/png")


def request_supplement(dossier: Dossier) -> SupplementRequest:
    """Accept ``dossier`` and request a file and a text for it."""
    officer = officer_of(dossier)
    for version, action in ((1, "accept"), (2, "request_supplement")):
        services.apply_action(
            dossier_id=dossier.pk, expected_version=version, action=action, actor=officer, reason="Ảnh bị mờ"
        )
    return SupplementRequest.objects.create(
        dossier=dossier, number=1, items=SUPPLEMENT_ITEMS, reason="Ảnh bị mờ", requested_at=timezone.now(),
        supplement_due_at=timezone.now() + timedelta(days=5),
    )  # fmt: skip
