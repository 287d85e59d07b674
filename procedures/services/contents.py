"""Write a record onto a procedure page, in memory: fields and all children."""

from __future__ import annotations

from typing import Final

from core.text import clean, slugify
from procedures.models import (
    ChannelFee,
    PaperTemplate,
    ProcedureCase,
    ProcedureChannel,
    ProcedureLegalBasis,
    ProcedurePage,
    ProcedureResult,
    ProcedureStep,
    RequiredPaper,
)
from procedures.models.procedure_page import LEVEL_FIELDS
from procedures.parts import Case, ChannelPart, Paper
from procedures.records import ProcedureRecord
from procedures.services.vocabulary import Vocabulary

MAX_TITLE: Final = 255
_SAME_NAME: Final = (
    "short_title", "summary", "kind", "service_level", "competent_authority", "authorized_agency", "reception_address",
    "requirements", "same_day",
)  # fmt: skip
_LINES: Final = ("keywords", "implementing_agencies", "coordinating_agencies", "related_codes")


def page_title(name: str) -> str:
    """Return ``name`` cut at a word to what a page title can hold."""
    text = clean(name)
    return text if len(text) <= MAX_TITLE else f"{text[: MAX_TITLE - 1].rsplit(' ', 1)[0]}…"


def page_slug(record: ProcedureRecord) -> str:
    """Return the address of a procedure below its section."""
    return slugify(record.short_title or record.title, max_length=80) or record.core_code.replace(".", "-")


def write_content(page: ProcedurePage, record: ProcedureRecord, vocabulary: Vocabulary) -> None:
    """Make ``page`` say what ``record`` says; nothing is saved."""
    page.title = page.draft_title = page_title(record.title)
    page.official_name = record.title if page.title != record.title else ""
    for name in _SAME_NAME:
        setattr(page, name, getattr(record, name))
    for name in _LINES:
        setattr(page, name, "\n".join(getattr(record, name)))
    for level, name in LEVEL_FIELDS.items():
        setattr(page, name, level in record.levels)
    page.field = vocabulary.field(record)
    page.decision = vocabulary.decision(record.decision)
    _write_flags(page, record)
    _write_children(page, record, vocabulary)


def _write_flags(page: ProcedurePage, record: ProcedureRecord) -> None:
    flags = record.flags
    page.is_vertical, page.is_internal, page.is_special = flags.nganh_doc, flags.noi_bo, flags.dac_thu
    page.at_one_stop, page.post_in, page.post_out = flags.mot_cua, flags.bcci_in, flags.bcci_out


def _write_children(page: ProcedurePage, record: ProcedureRecord, vocabulary: Vocabulary) -> None:
    page.audiences = vocabulary.audiences(record.audiences)
    page.channels = [_channel(part, place) for place, part in enumerate(record.channels)]
    page.cases = [_case(part, place) for place, part in enumerate(record.cases)]
    steps = [(group.case, item) for group in record.steps for item in group.items]
    page.steps = [
        ProcedureStep(sort_order=place, case=case, text=text) for place, (case, text) in enumerate(steps)
    ]
    page.results = [
        ProcedureResult(sort_order=place, name=part.name, code=part.code)
        for place, part in enumerate(record.results)
    ]
    page.legal_bases = [
        ProcedureLegalBasis(
            sort_order=place, number=part.number, title=part.title, date=part.date, issuer=part.issuer
        )
        for place, part in enumerate(record.legal_bases)
    ]


def _channel(part: ChannelPart, place: int) -> ProcedureChannel:
    channel = ProcedureChannel(
        sort_order=place,
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


def _case(part: Case, place: int) -> ProcedureCase:
    case = ProcedureCase(sort_order=place, title=part.title)
    case.papers = [_paper(paper, number) for number, paper in enumerate(part.papers)]
    return case


def _paper(part: Paper, place: int) -> RequiredPaper:
    paper = RequiredPaper(
        sort_order=place,
        name=part.name,
        kind=part.kind,
        originals=part.originals,
        copies=part.copies,
        required=part.required,
        result_code=part.result_code,
    )
    paper.templates = [
        PaperTemplate(sort_order=number, name=one.name, path=one.path, form_id=one.form)
        for number, one in enumerate(part.templates)
    ]
    return paper
