"""A procedure as citizens read it: from a snapshot to what the template shows, nothing empty among it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.html import format_html
from django.utils.translation import gettext as _

from core.titles import sentence_case
from procedures.choices import AudienceCode, Level, ServiceLevel
from procedures.parts import Case
from procedures.presentation.channels import ChannelTable, channel_table
from procedures.presentation.papers import papers_answer, shown_cases
from procedures.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Reading:
    """What the page shows. ``parts`` are the anchors of the sections that have something to say."""

    content: Snapshot
    title: str
    service_level: str
    tone: str
    channels: ChannelTable
    cases: tuple[Case, ...]
    about: list[tuple[str, str]]
    facts: list[tuple[str, str]]
    parts: list[dict[str, str]]


def read(content: Snapshot, *, section: str, related: Sequence[object] = ()) -> Reading:
    """Return the reading of ``content``; ``section`` is the name of the responsible agency."""
    table = channel_table(content.channels)
    where = ", ".join(content.implementing_agencies) or section
    papers = papers_answer(content.cases)
    facts = [
        (_("To bring"), format_html('<a href="#ho-so">{}</a>', papers) if papers else ""),
        (_("Result within"), table.time),
        (_("Fee"), table.fee),
        (_("Where"), where),
    ]
    return Reading(
        content=content,
        title=sentence_case(content.title),
        service_level=str(ServiceLevel(content.service_level).label) if content.service_level else "",
        tone="done" if content.service_level == ServiceLevel.FULL else "plain",
        channels=table,
        cases=shown_cases(content.cases),
        about=_about(content),
        facts=[(label, text) for label, text in facts if text],
        parts=_parts(content, bool(related)),
    )


def _about(content: Snapshot) -> list[tuple[str, str]]:
    audiences = ", ".join(AudienceCode(code).label for code in content.audiences)
    levels = ", ".join(str(Level(code).label) for code in content.levels)
    rows = [
        (_("Who may apply"), audiences),
        (_("Carried out by"), ", ".join(content.implementing_agencies)),
        (_("Decided by"), content.competent_authority),
        (_("Authorised agency"), content.authorized_agency),
        (_("Together with"), ", ".join(content.coordinating_agencies)),
        (_("Where to hand in"), content.reception_address),
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
