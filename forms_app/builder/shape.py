"""Whether JSON that may be anything has the shape of a form, said with the place where it has not."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forms_app.builder.schema import FORMAT

KINDS: Final[Mapping[type, str | Promise]] = {
    str: gettext_lazy("a text"),
    int: gettext_lazy("a whole number"),
    bool: gettext_lazy("true or false"),
    list: gettext_lazy("a list"),
    dict: gettext_lazy("a group of named values"),
}
# What a group may hold: the type of each value. The first ones must be there.
FORM: Final = {"steps": list, "format": int, "estimated_minutes": int, "procedure": str, "title": str}
STEP: Final = {"id": str, "title": str, "intro": str, "fields": list}
FIELD: Final = {
    "id": str, "type": str, "label": str, "help": str, "required": bool, "choices": list, "options": dict
}  # fmt: skip
CHOICE: Final = {"value": str, "label": str}
NEEDED: Final = {"id", "type", "label", "value"}
# As json.dumps writes them; a database keeps no NUL, and no paper prints the others.
_CONTROL: Final = re.compile(r"\\u00[01][0-9a-f]")


@dataclass(frozen=True, slots=True)
class Problem:
    """``where`` names the step and the question; empty: the whole form."""

    where: str
    message: str

    def __str__(self) -> str:
        return f"{self.where}: {self.message}" if self.where else self.message


def problems(data: Any) -> list[Problem]:
    """Return everything that keeps ``data`` from being read as a form."""
    if not _can_be_kept(data):
        return [Problem("", _("The form holds characters or numbers that cannot be kept."))]
    if isinstance(data, dict) and data.get("format", FORMAT) != FORMAT:
        message = _("The form is written in format %(format)s; this portal reads format %(ours)d.")
        return [Problem("", message % {"format": data["format"], "ours": FORMAT})]
    return list(_form(data))


def _can_be_kept(data: Any) -> bool:
    try:
        text = json.dumps(data, ensure_ascii=False, allow_nan=False)
        text.encode()
    except (ValueError, TypeError, RecursionError):
        return False
    return not _CONTROL.search(text)


def _form(data: Any) -> Iterator[Problem]:
    yield from _group("", data, FORM)
    for number, step in enumerate(_items(data, "steps"), 1):
        where = _("Step %(step)d") % {"step": number}
        yield from _group(where, step, STEP, "title")
        for position, field in enumerate(_items(step, "fields"), 1):
            place = _("Step %(step)d, question %(question)d") % {"step": number, "question": position}
            yield from _field(place, field)


def _field(where: str, field: Any) -> Iterator[Problem]:
    yield from _group(where, field, FIELD)
    for number, choice in enumerate(_items(field, "choices"), 1):
        place = _("%(question)s, choice %(number)d") % {"question": where, "number": number}
        yield from _group(place, choice, CHOICE)


def _items(data: Any, name: str) -> list[Any]:
    found = data.get(name) if isinstance(data, dict) else None
    return found if isinstance(found, list) else []


def _group(where: str, data: Any, parts: Mapping[str, type], *needed: str) -> Iterator[Problem]:
    if not isinstance(data, dict):
        yield Problem(where, _wrong(dict))
        return
    for name in sorted(data.keys() - parts.keys(), key=str):
        yield Problem(where, _("“%(name)s” is unknown here.") % {"name": name})
    for name, kind in parts.items():
        if name in data:
            if type(data[name]) is not kind:
                yield Problem(where, f"“{name}”: {_wrong(kind)}")
        elif name in NEEDED | set(needed):
            yield Problem(where, _("“%(name)s” is missing.") % {"name": name})


def _wrong(kind: type) -> str:
    return _("Expected %(kind)s.") % {"kind": KINDS[kind]}
