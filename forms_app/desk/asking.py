"""What a supplement request (Mẫu 02) may list: the papers of the dossier and the answers of the form's own steps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.utils.translation import override

from core.text import fold
from forms_app.builder import applicant
from forms_app.builder.schema import FieldSpec, FormSchema
from forms_app.dossiers.models import Dossier
from procedures.choices import PaperKind
from procedures.parts import Paper
from procedures.snapshot import Snapshot
from procedures.templatetags.procedure_tags import copies


@dataclass(frozen=True, slots=True)
class Askable:
    """One paper (``kind`` file) or answer (``kind`` text); ``count`` is how many copies, in words."""

    id: str
    label: str
    kind: str
    count: str = ""

    def as_item(self) -> dict[str, str]:
        """Return the item as a supplement request keeps it."""
        return {"id": self.id, "label": self.label, "kind": self.kind, "count": self.count, "note": ""}


def papers(dossier: Dossier) -> list[Askable]:
    """Return the papers of the pinned form, then those of the pinned procedure version that the form does not name."""
    files = [Askable(spec.id, spec.label, "file", "1") for spec in _questions(dossier) if spec.type == "file"]
    asked = [fold(item.label) for item in files]
    listed = _of_catalogue(Snapshot.from_json(dossier.procedure_version.snapshot).papers())
    return files + [item for item in listed if not _is_among(fold(item.label), asked)]


def answers(dossier: Dossier) -> list[Askable]:
    """Return the questions that can be answered again; who applies is not asked twice."""
    return [Askable(spec.id, spec.label, "text") for spec in _questions(dossier) if spec.type != "file"]


def _questions(dossier: Dossier) -> Iterator[FieldSpec]:
    if dossier.form_version is not None:
        schema = FormSchema.from_json(dossier.form_version.schema)
        yield from (spec for step in schema.steps if step.id != applicant.STEP for spec in step.fields)


def _is_among(name: str, asked: Iterable[str]) -> bool:
    """Say whether a form's question is this paper: the catalogue often only says more of it ("… có hiệu lực")."""
    return any(label in name or name in label for label in asked)


def _of_catalogue(listed: Iterable[Paper]) -> Iterator[Askable]:
    seen: set[str] = set()
    for number, paper in enumerate(listed, start=1):
        name = fold(paper.name)
        if paper.kind == PaperKind.SUBMIT and name not in seen:
            seen.add(name)
            yield Askable(f"paper_{number}", paper.name, "file", _count(paper))


def _count(paper: Paper) -> str:
    with override("vi"):  # it is printed, and papers are in Vietnamese
        return copies(paper) or "1"
