"""The content of a procedure page in both directions: read as a snapshot, written from one."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any, Final

from core.text import clean, nonempty_lines, slugify
from procedures import value_objects
from procedures.models import (
    Audience,
    ChannelFee,
    DocumentBlankForm,
    Field,
    ProcedureCase,
    ProcedureChannel,
    ProcedureLegalBasis,
    ProcedurePage,
    ProcedureResult,
    ProcedureStep,
    PublicationDecision,
    RequiredDocument,
)
from procedures.models.pages import LEVEL_FIELDS
from procedures.snapshot import Snapshot, normalise_texts

MAX_TITLE: Final = 255
_COPIED_FIELDS: Final = (
    "short_title", "summary", "kind", "service_level", "competent_authority", "authorized_agency", "reception_address",
    "requirements", "same_day",
)  # fmt: skip
_ONE_PER_LINE_FIELDS: Final = ("keywords", "implementing_agencies", "coordinating_agencies", "related_codes")
_FLAGS: Final = ("is_vertical", "is_internal", "at_one_stop", "post_in", "post_out", "is_special")


def page_title(name: str) -> str:
    """Return ``name``, truncated between words to the length of a page title."""
    text = clean(name)
    return text if len(text) <= MAX_TITLE else f"{text[: MAX_TITLE - 1].rsplit(' ', 1)[0]}…"


def page_slug(content: Snapshot) -> str:
    """Return the slug of a procedure page."""
    return slugify(content.short_title or content.title, max_length=80) or content.core_code.replace(".", "-")


def read_content(page: ProcedurePage) -> Snapshot:
    """Return the content of ``page``, including unsaved children in memory, with normalised texts."""
    texts: dict[str, Any] = {name: getattr(page, name) for name in _COPIED_FIELDS}
    texts |= {name: nonempty_lines(getattr(page, name)) for name in _ONE_PER_LINE_FIELDS}
    content = Snapshot(
        core_code=page.procedure.core_code,
        local_code=page.procedure.code,
        title=page.name,
        field=page.field.name if page.field else "",
        field_code=page.field.code if page.field else "",
        levels=page.levels,
        audiences=tuple(sorted(audience.code for audience in page.audiences.all())),
        decision=read_decision(page.decision) if page.decision else None,
        channels=tuple(_read_channel(channel) for channel in page.channels.all()),
        cases=tuple(_read_case(case) for case in page.cases.all()),
        steps=_read_steps(page),
        results=tuple(
            value_objects.Result(name=result.name, code=result.code) for result in page.results.all()
        ),
        legal_bases=tuple(_read_legal_basis(basis) for basis in page.legal_bases.all()),
        flags=value_objects.Flags(**{name: getattr(page, name) for name in _FLAGS}),
        **texts,
    )
    return normalise_texts(content)


def write_content(
    page: ProcedurePage,
    content: Snapshot,
    *,
    field: Field | None,
    decision: PublicationDecision | None,
    audiences: Sequence[Audience],
) -> None:
    """Write ``content`` to ``page`` without saving; the rows to which it refers are passed in."""
    page.title = page.draft_title = page_title(content.title)
    page.official_name = content.title if page.title != content.title else ""
    for name in _COPIED_FIELDS:
        setattr(page, name, getattr(content, name))
    for name in _ONE_PER_LINE_FIELDS:
        setattr(page, name, "\n".join(getattr(content, name)))
    for level, name in LEVEL_FIELDS.items():
        setattr(page, name, level in content.levels)
    for name in _FLAGS:
        setattr(page, name, getattr(content.flags, name))
    page.field, page.decision, page.audiences = field, decision, audiences
    page.channels = [_new_channel(part, position) for position, part in enumerate(content.channels)]
    page.cases = [_new_case(part, position) for position, part in enumerate(content.cases)]
    page.steps = _new_steps(content.steps)
    page.results = [
        ProcedureResult(sort_order=position, name=part.name, code=part.code)
        for position, part in enumerate(content.results)
    ]
    page.legal_bases = [_new_legal_basis(part, position) for position, part in enumerate(content.legal_bases)]


def read_decision(decision: PublicationDecision) -> value_objects.Decision:
    """Return what is known today about ``decision``."""
    return value_objects.Decision(
        number=decision.number,
        date=decision.date,
        agency=decision.agency_name,
        summary=decision.summary,
        url=decision.url,
    )


def _read_channel(channel: ProcedureChannel) -> value_objects.ChannelDetails:
    fees = tuple(
        value_objects.Fee(
            kind=fee.kind,
            amount=fee.amount,
            currency=fee.currency,
            note=fee.note,
            exemption=fee.exemption,
            legal_number=fee.legal_number,
        )
        for fee in channel.fees.all()
    )
    return value_objects.ChannelDetails(
        channel=channel.channel,
        time_value=channel.time_value,
        time_unit=channel.time_unit,
        time_note=channel.time_note,
        fees=fees,
    )


def _new_channel(part: value_objects.ChannelDetails, position: int) -> ProcedureChannel:
    channel = ProcedureChannel(
        sort_order=position,
        channel=part.channel,
        time_value=part.time_value,
        time_unit=part.time_unit,
        time_note=part.time_note,
    )
    channel.fees = [
        ChannelFee(
            sort_order=number,
            kind=fee.kind,
            amount=fee.amount,
            currency=fee.currency,
            note=fee.note,
            exemption=fee.exemption,
            legal_number=fee.legal_number,
        )
        for number, fee in enumerate(part.fees)
    ]
    return channel


def _read_case(case: ProcedureCase) -> value_objects.Case:
    documents = tuple(_read_document(document) for document in case.documents.all())
    return value_objects.Case(title=case.title, documents=documents)


def _new_case(part: value_objects.Case, position: int) -> ProcedureCase:
    case = ProcedureCase(sort_order=position, title=part.title)
    case.documents = [_new_document(document, number) for number, document in enumerate(part.documents)]
    return case


def _read_document(document: RequiredDocument) -> value_objects.RequiredDocument:
    blank_forms = tuple(
        value_objects.ListedBlankForm(
            name=blank_form.name,
            path=blank_form.path,
            own_copy=blank_form.own_copy_id,
            size=blank_form.own_copy.size if blank_form.own_copy else 0,
        )
        for blank_form in document.blank_forms.all()
    )
    return value_objects.RequiredDocument(
        name=document.name,
        kind=document.kind,
        originals=document.originals,
        copies=document.copies,
        required=document.required,
        result_code=document.result_code,
        blank_forms=blank_forms,
    )


def _new_document(part: value_objects.RequiredDocument, position: int) -> RequiredDocument:
    document = RequiredDocument(
        sort_order=position,
        name=part.name,
        kind=part.kind,
        originals=part.originals,
        copies=part.copies,
        required=part.required,
        result_code=part.result_code,
    )
    document.blank_forms = [
        DocumentBlankForm(sort_order=number, name=one.name, path=one.path, own_copy_id=one.own_copy)
        for number, one in enumerate(part.blank_forms)
    ]
    return document


def _read_steps(page: ProcedurePage) -> tuple[value_objects.StepGroup, ...]:
    groups = groupby(page.steps.all(), key=lambda step: step.case)
    return tuple(
        value_objects.StepGroup(case=case, items=tuple(step.text for step in steps)) for case, steps in groups
    )


def _new_steps(groups: Sequence[value_objects.StepGroup]) -> list[ProcedureStep]:
    steps = [(group.case, item) for group in groups for item in group.items]
    return [
        ProcedureStep(sort_order=position, case=case, text=text)
        for position, (case, text) in enumerate(steps)
    ]


def _read_legal_basis(basis: ProcedureLegalBasis) -> value_objects.LegalBasis:
    return value_objects.LegalBasis(
        number=basis.number, title=basis.title, date=basis.date, issuer=basis.issuer
    )


def _new_legal_basis(part: value_objects.LegalBasis, position: int) -> ProcedureLegalBasis:
    return ProcedureLegalBasis(
        sort_order=position, number=part.number, title=part.title, date=part.date, issuer=part.issuer
    )
