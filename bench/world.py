"""Invented agencies, one procedure with a form, and drafts ready to be filed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.http import HttpResponse

from accounts.models import Agency
from bench.load import Call
from forms_app.builder import services as builder
from forms_app.builder.models import FormDefinition, FormVersion
from forms_app.builder.schema import FormSchema
from forms_app.dossiers import services
from forms_app.dossiers.models import Draft
from forms_app.dossiers.selectors.procedures import consent_in_force
from forms_app.dossiers.views import cookies
from procedures.models import LocalAssignment, Procedure, ProcedureVersion
from procedures.parts import ChannelPart
from procedures.snapshot import Snapshot

SINCE = date(2025, 7, 1)
CORE_CODE = "9.000001"
CSRF = "b" * 32
SCHEMA = {
    "steps": [
        {
            "id": "request",
            "title": "Yêu cầu",
            "fields": [{"id": "purpose", "type": "short_text", "label": "Mục đích"}],
        }
    ]
}
ANSWERS = {
    "full_name": "Nguyễn Thị Thử",
    "citizen_id": "096185001234",
    "phone": "0912345678",
    "email": "",
    "address": {"province": "", "commune": "", "detail": "Ấp 1", "text": "Ấp 1"},
    "result_delivery": "counter",
    "purpose": "Bổ túc hồ sơ",
}


def make_agencies(number: int) -> list[Agency]:
    """Return ``number`` agencies, H12.501 and following."""
    return [
        Agency.objects.create(
            name=f"UBND xã Thử {n}",
            slug=f"xa-thu-{n}",
            kind=Agency.Kind.COMMUNE,
            code=f"H12.{500 + n}",
            valid_from=SINCE,
        )
        for n in range(1, number + 1)
    ]


def make_form(agencies: list[Agency]) -> FormVersion:
    """Return the published form of a procedure that ``agencies`` receive."""
    content = Snapshot(
        core_code=CORE_CODE, title="Thủ tục thử", channels=(ChannelPart("truc_tuyen", 3, "ngay_lam_viec"),)
    )
    procedure = Procedure.objects.create(core_code=CORE_CODE, title=content.title)
    ProcedureVersion.objects.create(
        procedure=procedure, number=1, valid_from=SINCE, title=content.title, snapshot=content.to_json(),
        digest=content.digest,
    )  # fmt: skip
    for agency in agencies:
        LocalAssignment.objects.create(procedure=procedure, agency=agency, valid_from=SINCE)
    definition = FormDefinition.objects.create(procedure=procedure, title=content.title, slug="thu")
    return builder.publish(definition=definition, schema=SCHEMA)


@dataclass(frozen=True, slots=True)
class Ready:
    """A draft that only has to be sent."""

    draft: Draft
    token: str

    @property
    def cookie(self) -> str:
        """Return the browser's cookies: the draft's own, signed by the view's own code, and that of the CSRF check."""
        response = HttpResponse()
        cookies.remember(response, CORE_CODE, self.token)
        draft = "; ".join(f"{name}={morsel.coded_value}" for name, morsel in response.cookies.items())
        return f"{draft}; csrftoken={CSRF}"

    def filing(self) -> Call:
        """Return the request that files the draft, as a browser sends it."""
        consent = consent_in_force()
        fields = {
            "csrfmiddlewaretoken": CSRF,
            "key": self.draft.idempotency_key,
            "consent_number": consent.number if consent else 0,
            "consent": "on",
        }
        return Call(f"/nop-ho-so/{CORE_CODE}/xem-lai/", urlencode(fields).encode(), {"Cookie": self.cookie})

    def receipt(self) -> Call:
        """Return the request that reads the receipt."""
        return Call(f"/nop-ho-so/{CORE_CODE}/da-nop/", headers={"Cookie": self.cookie})


def ready_drafts(form: FormVersion, agencies: list[Agency], number: int) -> Iterator[Ready]:
    """Yield ``number`` drafts with every step answered, spread evenly over ``agencies``."""
    version = form.definition.procedure.versions.get()
    schema = FormSchema.from_json(form.schema)
    for place in range(number):
        draft, token = services.start_draft(
            procedure_version=version, form_version=form, agency=agencies[place % len(agencies)]
        )
        for step in schema.steps:
            answers = {spec.id: ANSWERS[spec.id] for spec in step.fields if spec.id in ANSWERS}
            services.save_step(token=token, step_id=step.id, answers=answers, complete=True)
        yield Ready(Draft.objects.get(pk=draft.pk), token)
