"""The papers by case; what every case asks for is said once, before what differs."""

from __future__ import annotations

import dataclasses

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from procedures.choices import PaperKind
from procedures.parts import Case


def shown_cases(cases: tuple[Case, ...]) -> tuple[Case, ...]:
    """Return ``cases`` with the papers common to all of them in one of their own, where each still has others left."""
    if len(cases) < 2 or not all(case.title for case in cases):  # noqa: PLR2004 - common to two at least
        return cases
    common = [paper for paper in cases[0].papers if all(paper in case.papers for case in cases)]
    rest = tuple(
        dataclasses.replace(case, papers=tuple(paper for paper in case.papers if paper not in common))
        for case in cases
    )
    if not common or not all(case.papers for case in rest):
        return cases
    return (Case(title=_("In every case"), papers=tuple(common)), *rest)


def papers_answer(cases: tuple[Case, ...]) -> str:
    """Return how many papers there are to bring, notes not counted; empty where nothing is known."""
    counts = {sum(paper.kind != PaperKind.NOTE for paper in case.papers) for case in cases} - {0}
    if len(counts) > 1:
        return _("%(least)d to %(most)d papers, depending on the case") % {
            "least": min(counts),
            "most": max(counts),
        }
    return "".join(
        ngettext("%(count)d paper", "%(count)d papers", count) % {"count": count} for count in counts
    )
