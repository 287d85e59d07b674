"""The data that a browser would submit from an unchanged form, including line endings."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any


class _Fields(HTMLParser):
    """Collect the values of named fields, without buttons."""

    def __init__(self) -> None:
        super().__init__()
        self.data: dict[str, Any] = {}
        self._select = self._area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        facts = {name: value or "" for name, value in attrs}
        name = facts.get("name", "")
        if tag == "input" and name and facts.get("type") not in {"submit", "button", "file"}:
            box = facts.get("type") in {"checkbox", "radio"}
            if box and "checked" in facts:
                self._add(name, facts.get("value", "on"))
            elif not box:
                # A browser drops line breaks from a single line.
                value = facts.get("value", "").replace("\r", "").replace("\n", "")
                if facts.get("type") == "hidden" and name != "csrfmiddlewaretoken":
                    self._add(name, value)
                else:
                    self.data[name] = value
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and "selected" in facts:
            self._add(self._select, facts.get("value", ""))
        elif tag == "textarea" and name:
            self._area = name
            self.data[name] = ""

    def _add(self, name: str, value: str) -> None:
        """Add one of several values of ``name``."""
        before = self.data.get(name)
        self.data[name] = (
            value if before is None else [*(before if isinstance(before, list) else [before]), value]
        )

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""
        elif tag == "textarea" and self._area:
            text = self.data[self._area].replace("\r\n", "\n").replace("\r", "\n").removeprefix("\n")
            self.data[self._area] = text.replace("\n", "\r\n")
            self._area = ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self.data[self._area] += data


def fields_of(html: str) -> dict[str, Any]:
    """Return the fields of all forms in ``html`` with their values, without the templates of new rows."""
    parser = _Fields()
    parser.feed(html)
    return {name: value for name, value in parser.data.items() if "__prefix__" not in name}
