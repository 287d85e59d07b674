"""The content of a procedure as the page shows it, and as a schema.org ``GovernmentService``."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.text import sentence_case
from core.wagtail.languages import OriginalText
from procedures.choices import AudienceCode, DocumentKind, Level, ServiceLevel
from procedures.presentation.channels import ChannelTable, channel_table
from procedures.snapshot import Snapshot
from procedures.value_objects import Case


def shown_cases(cases: tuple[Case, ...]) -> tuple[Case, ...]:
    """Return ``cases`` with the documents common to all in a case of their own, unless another would become empty."""
    if len(cases) < 2 or not all(case.title for case in cases):  # noqa: PLR2004 - common to two at least
        return cases
    common = [
        document for document in cases[0].documents if all(document in case.documents for case in cases)
    ]
    rest = tuple(
        dataclasses.replace(
            case, documents=tuple(document for document in case.documents if document not in common)
        )
        for case in cases
    )
    if not common or not all(case.documents for case in rest):
        return cases
    return (Case(title=_("In every case"), documents=tuple(common)), *rest)


def documents_summary(cases: tuple[Case, ...]) -> str:
    """Return how many documents there are to bring, not counting notes; empty if nothing is known."""
    counts = {sum(document.kind != DocumentKind.NOTE for document in case.documents) for case in cases} - {0}
    if len(counts) > 1:
        return _("%(least)d to %(most)d documents, depending on the case") % {
            "least": min(counts),
            "most": max(counts),
        }
    return "".join(
        ngettext("%(count)d document", "%(count)d documents", count) % {"count": count} for count in counts
    )


@dataclass(frozen=True, slots=True)
class ProcedurePresentation:
    """What the page shows; ``parts``: links to the sections that are not empty."""

    content: Snapshot
    title: str
    service_level: str
    tone: str
    channels: ChannelTable
    cases: tuple[Case, ...]
    about: list[tuple[str, str]]
    facts: list[tuple[str, str]]
    parts: list[dict[str, str]]


def present(content: Snapshot, *, section: str, related: Sequence[object] = ()) -> ProcedurePresentation:
    """Return ``content`` for display; ``section`` is the name of the responsible agency."""
    table = channel_table(content.channels)
    where = _joined(content.implementing_agencies) or section
    documents = documents_summary(content.cases)
    facts = [
        (_("To bring"), format_html('<a href="#ho-so">{}</a>', documents) if documents else ""),
        (_("Result within"), table.time),
        (_("Fee"), table.fee),
        (_("Where"), where),
    ]
    return ProcedurePresentation(
        content=content,
        title=type(content.title)(sentence_case(content.title)),
        service_level=str(ServiceLevel(content.service_level).label) if content.service_level else "",
        tone="done" if content.service_level == ServiceLevel.FULL else "plain",
        channels=table,
        cases=shown_cases(content.cases),
        about=_about(content),
        facts=[(label, text) for label, text in facts if text],
        parts=_parts(content, bool(related)),
    )


def _joined(texts: Sequence[str]) -> str:
    """Return the texts in one line, marked as original if one of them is."""
    line = ", ".join(texts)
    return OriginalText(line) if any(isinstance(text, OriginalText) for text in texts) else line


def _about(content: Snapshot) -> list[tuple[str, str]]:
    audiences = ", ".join(AudienceCode(code).label for code in content.audiences)
    levels = ", ".join(str(Level(code).label) for code in content.levels)
    rows = [
        (_("Who can apply"), audiences),
        (_("Carried out by"), _joined(content.implementing_agencies)),
        (_("Decided by"), content.competent_authority),
        (_("Authorised agency"), content.authorized_agency),
        (_("Together with"), _joined(content.coordinating_agencies)),
        (_("Where to submit documents"), content.reception_address),
        (_("Field"), content.field),
        (_("Level of government"), levels),
    ]
    return [(label, text) for label, text in rows if text]


def _parts(content: Snapshot, related: bool) -> list[dict[str, str]]:
    parts = [
        ("ket-qua", _("What you get"), bool(content.results)),
        ("thoi-han", _("Time limit and fees"), bool(content.channels)),
        ("ho-so", _("What to bring"), bool(content.cases)),
        ("cac-buoc", _("Steps"), bool(content.steps)),
        ("dieu-kien", _("Requirements"), bool(content.requirements)),
        ("thong-tin", _("Who and where"), True),
        ("can-cu", _("Legal basis"), bool(content.legal_bases)),
        ("thay-doi", _("Changes"), True),
        ("lien-quan", _("Related procedures"), related),
    ]
    return [{"url": f"#{anchor}", "title": title} for anchor, title, shown in parts if shown]


def missing_parts(content: Snapshot) -> list[str]:
    """Return the parts that citizens look for but ``content`` leaves empty, as words for a sentence."""
    timed = any(one.time_value is not None or one.time_note for one in content.channels)
    parts = [
        (_("processing time"), timed),
        (_("fees"), any(one.fees for one in content.channels)),
        (_("documents to hand in"), any(case.documents for case in content.cases)),
        (_("steps of the procedure"), bool(content.steps)),
        (_("results"), bool(content.results)),
        (_("legal basis"), bool(content.legal_bases)),
    ]
    return [name for name, filled in parts if not filled]


def government_service(presentation: ProcedurePresentation, *, url: str, province: str) -> dict[str, Any]:
    """Return a ``GovernmentService`` without empty properties."""
    content = presentation.content
    operators = [{"@type": "GovernmentOrganization", "name": name} for name in content.implementing_agencies]
    audiences = [
        {"@type": "Audience", "audienceType": str(AudienceCode(code).label)} for code in content.audiences
    ]
    facts = {
        "name": presentation.title,
        "identifier": content.core_code,
        "url": url,
        "description": content.summary,
        "serviceType": content.field,
        "serviceOperator": operators,
        "audience": audiences,
        "areaServed": {"@type": "AdministrativeArea", "name": province},
        "serviceOutput": [{"@type": "Thing", "name": result.name} for result in content.results],
    }
    filled = {name: fact for name, fact in facts.items() if fact}
    return {"@context": "https://schema.org", "@type": "GovernmentService", **filled}
