"""Ids for new steps and questions and values for new choices, made once from their label."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

from core.text import slugify
from forms_app.builder import validation

LENGTH: Final = 40


def fill(steps: list[dict[str, Any]], used: Collection[str] = ()) -> list[dict[str, Any]]:
    """Give every step, question and choice without an id one that is free; those that have one keep it.

    ``used`` are the ids of published versions: a new question never takes over the id of one that is gone. The copy of
    a step or question, as the admin's button makes it, is a new one.
    """
    fields = [field for step in steps for field in step["fields"]]
    _fill(steps, "id", "title", set(validation.RESERVED))
    _fill(fields, "id", "label", validation.RESERVED | set(used))
    for field in fields:
        _fill(field.get("choices", []), "value", "label", set())
    return steps


def _fill(items: list[dict[str, Any]], key: str, source: str, reserved: Collection[str]) -> None:
    taken = {item[key] for item in items} | set(reserved)
    seen: set[str] = set()
    for item in items:
        # Two choices of one value are said to the editor: which of them old answers mean is not ours to guess.
        if not item[key] or (key == "id" and item[key] in seen):
            item[key] = _free(str(item[source]), taken)
            taken.add(item[key])
        seen.add(item[key])


def _free(label: str, taken: Collection[str]) -> str:
    base = slugify(label, max_length=LENGTH).replace("-", "_")
    base = base if base[:1].isalpha() else f"q_{base}".rstrip("_")
    number, candidate = 2, base
    while candidate in taken:
        candidate, number = f"{base}_{number}", number + 1
    return candidate
