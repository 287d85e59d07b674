"""What a browser would send back of a form as it stands."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any


class _Fields(HTMLParser):
    """Collects the values of the fields with a name; buttons are pressed by nobody."""

    def __init__(self) -> None:
        super().__init__()
        self.data: dict[str, Any] = {}
        self._select = self._area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        facts = {name: value or "" for name, value in attrs}
        name = facts.get("name", "")
        if tag == "input" and name and facts.get("type") not in {"submit", "button", "file"}:
            box = facts.get("type") in {"checkbox", "radio"}
            if not box or "checked" in facts:
                self.data[name] = facts.get("value", "on" if box else "")
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and "selected" in facts:
            self.data[self._select] = facts.get("value", "")
        elif tag == "textarea" and name:
            self._area = name
            self.data[name] = ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._area = ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self.data[self._area] += data


def fields_of(html: str) -> dict[str, Any]:
    """Return the fields of all forms in ``html`` with their values; templates of rows to come are left out."""
    parser = _Fields()
    parser.feed(html)
    return {name: value for name, value in parser.data.items() if "__prefix__" not in name}
