"""Steps out of running text (trình tự thực hiện)."""

from __future__ import annotations

import re
from typing import Final

from core.text import clean
from procedures.importing.words import said
from procedures.parts import StepGroup

_STEP: Final = re.compile(
    r"(?:^|(?<=[.;:\s]))[-*+\s]*(?:\(?[a-z\d]{1,2}[.)]\s*)?Bước\s+\d+\s*[:.]\s*", re.MULTILINE
)
_CASE: Final = re.compile(r"^[*\-\s]*(?:[a-zđ\d]{1,2}[).]\s*)?(Trường hợp[^.;]{5,200}):$")
_ITEM: Final = re.compile(r"^(?:[-–*•]|\(?\d{1,2}[).]|\(?[a-zđ]\))\s*")


def steps_of(text: str) -> tuple[StepGroup, ...]:
    """Return the steps: at each ``Bước n`` where the text counts them, else at each line with a bullet or number."""
    if not said(text):
        return ()
    found = list(_STEP.finditer(text))
    if found:
        return _counted(text, found)
    return _listed(text)


def _block(text: str) -> str:
    return "\n".join(line for line in map(clean, text.splitlines()) if line)


def _counted(text: str, marks: list[re.Match[str]]) -> tuple[StepGroup, ...]:
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    items = [_block(text[mark.end() : end]) for mark, end in zip(marks, ends, strict=True)]
    before = _block(text[: marks[0].start()])
    return (StepGroup(items=tuple(item for item in (before, *items) if item)),)


def _listed(text: str) -> tuple[StepGroup, ...]:
    groups: list[tuple[str, list[str]]] = [("", [])]
    for line in filter(None, map(clean, text.splitlines())):
        case = _CASE.match(line)
        if case:
            groups.append((case[1], []))
        elif _ITEM.match(line) or not groups[-1][1]:
            groups[-1][1].append(_ITEM.sub("", line))
        else:
            groups[-1][1][-1] += f"\n{line}"
    return tuple(StepGroup(case=case, items=tuple(items)) for case, items in groups if items)
