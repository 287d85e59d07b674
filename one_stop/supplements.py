"""Supplement requests (Mẫu 02): what an officer may ask for, and what the citizen sent in reply."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.translation import override

from core.text import fold
from forms_app.builder import applicant, documents
from forms_app.builder.field_types import registry
from forms_app.builder.schema import FieldSpec, FormSchema
from forms_app.dossiers.models import Attachment, Dossier, SupplementRequest
from forms_app.dossiers.models.rules import DEFAULT_ANSWER_DAYS
from forms_app.dossiers.printed_forms import supplement_key
from forms_app.dossiers.rules import current_rules
from forms_app.dossiers.selectors.dossiers import SupplementAnswer, supplement_answers
from procedures.choices import DocumentKind
from procedures.snapshot import Snapshot
from procedures.templatetags.procedure_tags import copies
from procedures.value_objects import RequiredDocument


def last_supplement_day(dossier: Dossier, now: datetime) -> date:
    """Return the last day that the desk may name to the citizen for a supplement (``DeadlineSetting.answer_days``)."""
    today = timezone.localdate(now)
    setting = current_rules().deadline_setting(dossier.procedure_version.procedure_id, today)
    return today + timedelta(days=setting.answer_days if setting else DEFAULT_ANSWER_DAYS)


@dataclass(frozen=True, slots=True)
class SupplementItem:
    """One document (``kind`` file) or answer (``kind`` text); ``count`` is the number of copies, in words."""

    id: str
    label: str
    kind: str
    count: str = ""

    def to_json(self) -> dict[str, str]:
        """Return the item as stored in ``SupplementRequest.items``."""
        return {"id": self.id, "label": self.label, "kind": self.kind, "count": self.count, "note": ""}


@dataclass(frozen=True, slots=True)
class ReceivedItem:
    """What was handed in at the counter for one requested item: a document with its scans, or the answer ``text``.

    ``note`` says why the dossier continues without an item that was not received.
    """

    received: bool
    copy: str = ""
    count: int = 0
    note: str = ""
    text: str = ""
    scans: tuple[UploadedFile, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the entry of ``SupplementRequest.received_items``."""
        return {"received": self.received, "copy": self.copy, "count": self.count, "note": self.note}


def requestable_documents(dossier: Dossier) -> list[SupplementItem]:
    """Return the files for which the dossier's form asks, then the required documents for which it does not."""
    asked = [spec for spec in _questions(dossier) if registry.get(spec.type).stores_files]
    listed = _catalogue_items(Snapshot.from_json(dossier.procedure_version.snapshot).documents())
    return [
        *(SupplementItem(spec.id, spec.label, "file", "1") for spec in asked),
        *(item for item in listed if not any(documents.collects(spec, item.label) for spec in asked)),
    ]


def requestable_answers(dossier: Dossier) -> list[SupplementItem]:
    """Return the questions that can be asked again; those of the applicant's step are not among them."""
    return [
        SupplementItem(spec.id, spec.label, "text")
        for spec in _questions(dossier)
        if not registry.get(spec.type).stores_files
    ]


def _questions(dossier: Dossier) -> Iterator[FieldSpec]:
    if dossier.form_version is not None:
        schema = FormSchema.from_json(dossier.form_version.schema)
        yield from (spec for step in schema.steps if step.id != applicant.STEP for spec in step.fields)


def _catalogue_items(listed: Iterable[RequiredDocument]) -> Iterator[SupplementItem]:
    seen: set[str] = set()
    for number, document in enumerate(listed, start=1):
        name = fold(document.name)
        if document.kind == DocumentKind.SUBMIT and name not in seen:
            seen.add(name)
            yield SupplementItem(f"document_{number}", document.name, "file", _copies_text(document))


def _copies_text(document: RequiredDocument) -> str:
    with override("vi"):  # printed forms are always in Vietnamese
        return copies(document) or "1"


@dataclass(frozen=True, slots=True)
class RequestSummary:
    """One supplement request with the citizen's answers and the key of its printed form."""

    request: SupplementRequest
    items: list[SupplementAnswer]
    form_key: str


def request_summaries(requests: list[SupplementRequest], files: list[Attachment]) -> list[RequestSummary]:
    """Return every supplement request with the answers to its items."""
    return [
        RequestSummary(request, supplement_answers(request, files), supplement_key(request))
        for request in requests
    ]
