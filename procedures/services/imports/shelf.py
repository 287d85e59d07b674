"""A folder of blank forms (``<code>/docx/<file>``), from which an import takes the files that the list names."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Self

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from core.text import fold
from procedures.models import FormTemplate
from procedures.parts import Case, Paper, Template
from procedures.records import ProcedureRecord

SUFFIXES = frozenset({".doc", ".docx", ".pdf", ".xls", ".xlsx", ".odt"})
MAX_BYTES = 10 * 1024 * 1024


class FormShelf:
    """Looks files up by the code in their path and their name; the same bytes are kept once.

    As a context it stands around the transaction of the import.
    """

    def __init__(self, folder: Path) -> None:
        self._kept: list[str] = []
        self._files = {
            (path.relative_to(folder).parts[0], fold(path.name)): path
            for path in sorted(folder.glob("*/**/*"))
            if path.is_file() and path.suffix.lower() in SUFFIXES and path.stat().st_size <= MAX_BYTES
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_details: object) -> None:
        """After a failure the files go: their rows are gone with the transaction."""
        for name in self._kept if kind else ():
            default_storage.delete(name)

    def attach(self, record: ProcedureRecord) -> ProcedureRecord:
        """Return ``record`` with our own copy on every blank form that lies on the shelf."""
        return dataclasses.replace(record, cases=tuple(self._case(case) for case in record.cases))

    def _case(self, case: Case) -> Case:
        return dataclasses.replace(case, papers=tuple(self._paper(paper) for paper in case.papers))

    def _paper(self, paper: Paper) -> Paper:
        return dataclasses.replace(paper, templates=tuple(self._template(one) for one in paper.templates))

    def _template(self, template: Template) -> Template:
        folder, _slash, file = template.path.partition("/")
        path = self._files.get((folder, fold(template.name))) or self._files.get((folder, fold(file)))
        if path is None:
            return template
        form = self._keep(path)
        return dataclasses.replace(template, form=form.pk, size=form.size)

    def _keep(self, path: Path) -> FormTemplate:
        data = path.read_bytes()
        known = FormTemplate.objects.filter(sha256=hashlib.sha256(data).hexdigest()).first()
        if known:
            return known
        form = FormTemplate(name=path.name[:200])
        form.file.save(path.name, ContentFile(data), save=False)
        self._kept.append(str(form.file.name))
        form.save()
        return form


def known_forms(records: Iterable[ProcedureRecord]) -> dict[int, int]:
    """Return the sizes of our own copies that ``records`` point at, by key; a file from elsewhere may name any."""
    wanted = {
        one.form for record in records for paper in record.papers() for one in paper.templates if one.form
    }
    return dict(FormTemplate.objects.filter(pk__in=wanted).values_list("pk", "size")) if wanted else {}


def with_known_forms(record: ProcedureRecord, known: dict[int, int]) -> ProcedureRecord:
    """Return ``record`` without pointers at copies that we do not have, and with the true sizes of the others."""

    def template(one: Template) -> Template:
        size = known.get(one.form) if one.form else None
        return dataclasses.replace(one, form=one.form if size is not None else None, size=size or 0)

    def paper(one: Paper) -> Paper:
        return dataclasses.replace(one, templates=tuple(map(template, one.templates)))

    cases = (dataclasses.replace(case, papers=tuple(map(paper, case.papers))) for case in record.cases)
    return dataclasses.replace(record, cases=tuple(cases))
