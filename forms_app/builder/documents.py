"""Which documents of a procedure the questions of its form collect: a paper is asked for once, not twice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.utils.translation import gettext as _

from core.text import fold
from forms_app.builder.field_types import registry
from forms_app.builder.schema import FieldSpec, FormSchema

#: Option of questions for files: the name of the document of the procedure.
DOCUMENT = "document"


def file_questions(schema: FormSchema) -> list[FieldSpec]:
    """Return the questions that are answered with files."""
    return list(schema.of_type(*(one.code for one in registry.installed() if one.stores_files)))


def collects(spec: FieldSpec, name: str) -> bool:
    """Return True if ``spec`` collects the document ``name``.

    Its option names the document; without the option, one of the two names contains the other: the catalogue often
    has the longer one ("... có hiệu lực").
    """
    document = fold(name)
    if named := spec.options.get(DOCUMENT):
        return fold(named) == document
    label = fold(spec.label)
    return label in document or document in label


def uncollected(questions: Iterable[FieldSpec], names: Iterable[str]) -> list[str]:
    """Return those of the documents ``names`` that no question collects, each once."""
    listed = list(questions)
    different: dict[str, str] = {}
    for name in names:
        different.setdefault(fold(name), name)
    return [name for name in different.values() if not any(collects(spec, name) for spec in listed)]


def warnings(schema: FormSchema, names: Iterable[str]) -> Iterator[str]:
    """Yield what an editor should look at: ``names`` are the documents to submit that the procedure lists."""
    documents, questions = list(names), file_questions(schema)
    unknown = [
        spec for spec in questions if spec.options.get(DOCUMENT) and not _collects_any(spec, documents)
    ]
    for spec in unknown:
        text = _("“%(question)s” names a document that the procedure does not list: “%(document)s”.")
        yield text % {"question": spec.label, "document": spec.options[DOCUMENT]}
    lone = [spec for spec in questions if spec not in unknown and not _collects_any(spec, documents)]
    left = uncollected(questions, documents)
    if lone and left:
        text = _(
            "No document of the procedure belongs to: %(questions)s. No question collects: %(documents)s. If these "
            "are the same paper, enter the name of the document at the question; otherwise the officer's list has "
            "it twice."
        )
        yield text % {"questions": _quoted(spec.label for spec in lone), "documents": _quoted(left)}


def _collects_any(spec: FieldSpec, names: Iterable[str]) -> bool:
    return any(collects(spec, name) for name in names)


def _quoted(names: Iterable[str]) -> str:
    return "; ".join(f"“{name}”" for name in names)
