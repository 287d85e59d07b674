"""Read public pages: their addresses, the texts with their language, and what every page must have."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from typing import Final

import polib

from tests.paths import ROOT
from tests.portal.admin_words import foreign_words

_VOID: Final = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr")
)
_UNREAD: Final = frozenset(("script", "style", "svg", "code", "pre", "kbd", "template"))
_TEXT_ATTRIBUTES: Final = ("aria-label", "title", "placeholder", "alt", "data-label", "data-text")
_URL: Final = re.compile(r"""url\(\s*['"]?([^'")]+)""")
_VIETNAMESE: Final = re.compile("[À-ỹĐđ]")
_PLACEHOLDER: Final = re.compile(r"%\(\w+\)\w|\{\w*\}")


@dataclass
class PublicPage:
    """``targets``: addresses that the page contains; ``texts``: (language, text) in the order of the page."""

    language: str = ""
    title: str = ""
    headings: int = 0
    canonical: list[str] = field(default_factory=list)
    is_for_robots: bool = True
    targets: list[str] = field(default_factory=list)
    texts: list[tuple[str, str]] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.page = PublicPage()
        self._open: list[tuple[str, str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        facts = {name: value or "" for name, value in attrs}
        _tag, language, unread = self._open[-1] if self._open else ("", "", False)
        language = facts.get("lang", language)
        if tag not in _VOID:
            self._open.append((tag, language, unread or tag in _UNREAD))
        if tag == "html":
            self.page.language = language
        self.page.headings += tag == "h1"
        self.page.ids.add(facts.get("id", ""))
        self._read_head(tag, facts)
        self._read_targets(tag, facts)
        self.page.texts += [(language, facts[name]) for name in _TEXT_ATTRIBUTES if facts.get(name)]
        if tag == "input" and facts.get("type") in {"submit", "button"}:
            self.page.texts.append((language, facts.get("value", "")))

    def _read_head(self, tag: str, facts: dict[str, str]) -> None:
        if tag == "link" and facts.get("rel") == "canonical":
            self.page.canonical.append(facts.get("href", ""))
        if tag == "meta" and facts.get("name") == "robots" and "noindex" in facts.get("content", ""):
            self.page.is_for_robots = False
        if tag == "meta" and facts.get("property") in {"og:image", "og:url"}:
            self.page.targets.append(facts.get("content", ""))

    def _read_targets(self, tag: str, facts: dict[str, str]) -> None:
        names = ["href", "src", "poster", "data", "data-url", "data-href", "data-src"]
        if tag == "form" and facts.get("method", "get").lower() == "get":
            names.append("action")
        self.page.targets += [facts[name] for name in names if name in facts and tag != "data"]
        self.page.targets += [one.split()[0] for one in facts.get("srcset", "").split(",") if one.strip()]

    def handle_endtag(self, tag: str) -> None:
        if tag in {name for name, _language, _unread in self._open}:
            while self._open.pop()[0] != tag:
                continue

    def handle_data(self, data: str) -> None:
        tag, language, unread = self._open[-1] if self._open else ("", "", False)
        if tag == "title":
            self.page.title += data.strip()
        if not unread and data.strip():
            self.page.texts.append((language, " ".join(data.split())))


def read(html: str) -> PublicPage:
    """Return the addresses and texts of ``html``."""
    reader = _Reader()
    reader.feed(html)
    return reader.page


def addresses_in_style(css: str) -> list[str]:
    """Return the addresses that a style sheet loads, without data URLs."""
    return [one for one in _URL.findall(css) if not one.startswith("data:")]


@cache
def _interface() -> tuple[frozenset[str], tuple[re.Pattern[str], ...]]:
    """Return the Vietnamese interface texts: those without placeholders, and patterns of those with some."""
    whole, patterns = set(), []
    for entry in polib.pofile(str(ROOT / "locale/vi/LC_MESSAGES/django.po"), encoding="utf-8"):
        for text in (entry.msgstr, *(entry.msgstr_plural or {}).values()):
            words = " ".join(text.split())
            parts = _PLACEHOLDER.split(words)
            if not _VIETNAMESE.search("".join(parts)):
                continue
            if len(parts) == 1:
                whole.add(words)
            elif len("".join(parts)) > 8:
                patterns.append(re.compile(".+?".join(re.escape(part) for part in parts)))
    return frozenset(whole), tuple(patterns)


def vietnamese_interface(page: PublicPage) -> set[str]:
    """Return the Vietnamese interface texts that the page declares to be English."""
    whole, patterns = _interface()
    found = {text for language, text in page.texts if language == "en" and _VIETNAMESE.search(text)}
    return {text for text in found if text in whole or any(one.fullmatch(text) for one in patterns)}


def unmarked_vietnamese(page: PublicPage) -> set[str]:
    """Return every Vietnamese text that the page declares to be English."""
    return {text for language, text in page.texts if language == "en" and _VIETNAMESE.search(text)}


def english_words(page: PublicPage) -> set[str]:
    """Return the words that are not Vietnamese although the page declares that they are."""
    return foreign_words([text for language, text in page.texts if language == "vi"])
