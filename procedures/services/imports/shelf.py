"""A folder of blank forms (``<code>/docx/<file>``), from which an import takes the files that the list names."""

from __future__ import annotations

import dataclasses
import hashlib
from pathlib import Path

from django.core.files.base import ContentFile

from core.text import fold
from procedures.models import FormTemplate
from procedures.parts import Case, Paper, Template
from procedures.records import ProcedureRecord

SUFFIXES = frozenset({".doc", ".docx", ".pdf", ".xls", ".xlsx", ".odt"})
MAX_BYTES = 10 * 1024 * 1024


class FormShelf:
    """Looks files up by the code in their path and their name; the same bytes are kept once."""

    def __init__(self, folder: Path) -> None:
        self._files = {
            (path.relative_to(folder).parts[0], fold(path.name)): path
            for path in sorted(folder.glob("*/**/*"))
            if path.is_file() and path.suffix.lower() in SUFFIXES and path.stat().st_size <= MAX_BYTES
        }

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
        form = _keep(path)
        return dataclasses.replace(template, form=form.pk, size=form.size)


def _keep(path: Path) -> FormTemplate:
    data = path.read_bytes()
    known = FormTemplate.objects.filter(sha256=hashlib.sha256(data).hexdigest()).first()
    if known:
        return known
    form = FormTemplate(name=path.name[:200])
    form.file.save(path.name, ContentFile(data), save=False)
    form.save()
    return form
