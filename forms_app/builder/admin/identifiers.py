"""Ids for new steps and questions, made once from their label."""

from __future__ import annotations

from typing import Any, Final

from core.text import slugify
from forms_app.builder import applicant

LENGTH: Final = 40


def fill(steps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give every step and question without an id one that is free; those that have one keep it."""
    _fill(steps, "title")
    _fill([field for step in steps for field in step["fields"]], "label")
    return steps


def _fill(items: list[dict[str, Any]], source: str) -> None:
    taken = {item["id"] for item in items} | applicant.RESERVED
    for item in items:
        if not item["id"]:
            item["id"] = _free(str(item[source]), taken)
            taken.add(item["id"])


def _free(label: str, taken: set[str]) -> str:
    base = slugify(label, max_length=LENGTH).replace("-", "_")
    base = base if base[:1].isalpha() else f"q_{base}".rstrip("_")
    number, candidate = 2, base
    while candidate in taken:
        candidate, number = f"{base}_{number}", number + 1
    return candidate
