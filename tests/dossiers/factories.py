"""Invented procedures with a form, and dossiers filed through the services that citizens use."""

from __future__ import annotations

import io
from datetime import date, datetime
from itertools import count
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.signing import get_cookie_signer
from django.test import Client
from PIL import Image

from accounts.models import Agency, Membership
from core.worktime import TIME_ZONE
from forms_app.builder import services as builder
from forms_app.builder.models import FormDefinition, FormVersion
from forms_app.builder.schema import FormSchema
from forms_app.dossiers import services
from forms_app.dossiers.models import Dossier, Draft
from forms_app.dossiers.selectors.procedures import consent_in_force
from forms_app.dossiers.views import cookies
from procedures.models import LocalAssignment, Procedure, ProcedureVersion
from procedures.parts import ChannelPart
from procedures.snapshot import Snapshot
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
    "citizen_id": "096185001234",
    "phone": "0912345678",
    "email": "thu@example.vn",
    "address": {"province": "", "commune": "", "detail": "Ấp 1", "text": "Ấp 1"},
    "result_delivery": "counter",
}
CHILD: dict[str, Any] = {"child_name": "Nguyễn Văn Mới", "born": "2026-11-01"}


def at(text: str) -> datetime:
    """``2026-11-23 09:00`` where the province is."""
    return datetime.fromisoformat(text).replace(tzinfo=TIME_ZONE)


def make_version(**values: Any) -> ProcedureVersion:
    """A procedure in force since July 2025: three working days online, five at the counter."""
    core_code = values.pop("core_code", f"8.{next(_numbers):06d}")
    channels = values.pop(
        "channels",
        (ChannelPart("truc_tuyen", 3, "ngay_lam_viec"), ChannelPart("truc_tiep", 5, "ngay_lam_viec")),
    )
    title = values.pop("title", f"Thủ tục {core_code}")
    snapshot = Snapshot(core_code=core_code, title=title, channels=channels, **values)
    procedure = Procedure.objects.create(core_code=core_code, title=snapshot.title)
    return ProcedureVersion.objects.create(
        procedure=procedure, number=1, valid_from=date(2025, 7, 1), title=snapshot.title,
        snapshot=snapshot.to_json(), digest=snapshot.digest,
    )  # fmt: skip


def make_form(version: ProcedureVersion | None = None, *agencies: Agency, schema: Any = None) -> FormVersion:
    """A published form whose procedure ``agencies`` (one, if none are given) receive."""
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
    """A draft with every step answered, ready to be filed, at the first agency that receives it or at ``agency``."""
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
    """Give ``client`` the cookie of ``draft``; returns the address below which its pages live."""
    code = draft.procedure_version.procedure.core_code
    name = f"draft_{code.replace('.', '_')}"
    client.cookies[name] = get_cookie_signer(salt=name + cookies.SALT).sign(token)
    return f"/nop-ho-so/{code}/"


def file_dossier(
    form: FormVersion | None = None,
    *,
    agency: Agency | None = None,
    now: datetime | None = None,
    **answers: Any,
) -> services.Submitted:
    """A dossier filed by a citizen."""
    draft, token = make_draft(form, agency=agency, now=now, **answers)
    return services.submit(
        token=token, idempotency_key=draft.idempotency_key, consent=consent_in_force(), now=now
    )


def make_officer(dossier: Dossier, role: str = Membership.Role.LEADER) -> Any:
    """Somebody who holds ``role`` at the agency of ``dossier``."""
    return MembershipFactory(agency=dossier.agency, role=role).user


def picture(name: str = "anh.png", size: tuple[int, int] = (8, 8)) -> SimpleUploadedFile:
    """A small picture, different from every other one."""
    out = io.BytesIO()
    number = next(_numbers)
    Image.new("RGB", size, (number % 256, number // 256 % 256, 7)).save(out, "PNG")
    return SimpleUploadedFile(name, out.getvalue(), "image/png")
