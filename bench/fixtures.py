"""Test data: agencies, a procedure with a form, drafts ready to submit, and the demo and province catalogues."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from urllib.parse import urlencode

from django.conf import settings
from django.core.management import call_command
from django.http import HttpResponse

from accounts.models import Agency
from bench.load import Call
from demo.load import LEXICON, load_forms, load_procedures
from demo.organisation import load_agencies
from demo.pages import load_front
from forms_app.builder import services as builder
from forms_app.builder.models import FormDefinition, FormVersion
from forms_app.builder.schema import FormSchema
from forms_app.dossiers import services
from forms_app.dossiers.models import Draft
from forms_app.dossiers.rules import consent_in_force
from forms_app.dossiers.views import draft_cookies
from procedures.models import LocalAssignment, Procedure, ProcedurePage, ProcedureVersion
from procedures.snapshot import Snapshot
from procedures.value_objects import ChannelDetails
from search.services.indexing import rebuild
from search.services.lexicon import load_lexicon

SHARED_DATA = Path(
    os.environ.get("PORTAL_SHARED_DATA", str(Path(settings.BASE_DIR).parent / "shared" / "data"))
)
# Marriage registration: read every day, of medium length, with fees, cases and the button for an online form.
EVERYDAY_CODE = "1.000894"
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
    "identity": {"kind": "citizen_id", "number": "096185001234"},
    "phone": "0912345678",
    "email": "",
    "address": {"province": "", "commune": "", "detail": "Ấp 1", "text": "Ấp 1"},
    "result_delivery": "counter",
    "purpose": "Bổ túc hồ sơ",
}


def make_agencies(number: int) -> list[Agency]:
    """Create ``number`` agencies with the codes H12.501, H12.502, …"""
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
    """Create a procedure that ``agencies`` receive, and publish its form."""
    content = Snapshot(
        core_code=CORE_CODE, title="Thủ tục thử", channels=(ChannelDetails("truc_tuyen", 3, "ngay_lam_viec"),)
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
class ReadyDraft:
    """A draft with all steps answered."""

    draft: Draft
    token: str

    @property
    def cookie(self) -> str:
        """Return the Cookie header: the draft's cookie as the view signs it, and the CSRF cookie."""
        response = HttpResponse()
        draft_cookies.set_token(response, CORE_CODE, self.token)
        draft = "; ".join(f"{name}={morsel.coded_value}" for name, morsel in response.cookies.items())
        return f"{draft}; csrftoken={CSRF}"

    def submission(self) -> Call:
        """Return the request that submits the draft, as a browser sends it."""
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


def ready_drafts(form: FormVersion, agencies: list[Agency], number: int) -> Iterator[ReadyDraft]:
    """Create ``number`` drafts with every step answered, spread evenly over ``agencies``."""
    version = form.definition.procedure.versions.get()
    schema = FormSchema.from_json(form.schema)
    for index in range(number):
        draft, token = services.start_draft(
            procedure_version=version, form_version=form, agency=agencies[index % len(agencies)]
        )
        for step in schema.steps:
            answers = {spec.id: ANSWERS[spec.id] for spec in step.fields if spec.id in ANSWERS}
            services.save_step(token=token, step_id=step.id, answers=answers, complete=True)
        yield ReadyDraft(Draft.objects.get(pk=draft.pk), token)


def load_demo_procedures() -> list[ProcedurePage]:
    """Load the demo's agencies, front page and procedures; return the live procedure pages, EVERYDAY_CODE first."""
    load_agencies()
    load_front()
    load_procedures()
    load_forms()
    pages = ProcedurePage.objects.live().select_related("procedure")
    return sorted(pages, key=lambda page: (page.procedure.core_code != EVERYDAY_CODE, page.pk))


def load_lexicons() -> None:
    """Load the shipped lexicon and that of the demo, with names of the province."""
    load_lexicon()
    load_lexicon(path=LEXICON)


def load_province() -> None:
    """Import the province's procedures, their full texts and the lexicon, and index them in every search engine."""
    load_lexicons()
    for name in ("DanhSachTTHC_CaMau_capxa.csv", "tthc_camau_overlap_194.json"):
        call_command("import_procedures", SHARED_DATA / "camau" / name, stdout=open(os.devnull, "w"))  # noqa: SIM115
    rebuild()
