"""Read pages of the admin and find words that are neither Vietnamese nor allowed."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from typing import Any, Final

import polib

from tests.paths import ROOT

#: Names, formats and keys for which there is no Vietnamese word.
ALLOWED: Final = frozenset(
    [
        "csv",
        "excel",
        "xlsx",
        "xls",
        "json",
        "pdf",
        "docx",
        "odt",
        "ods",
        "png",
        "jpg",
        "jpeg",
        "gif",
        "webp",
        "avif",
        "zip",
        "html",
        "url",
        "id",
        "utf",
        "english",
        "esc",
        "ctrl",
        "alt",
        "shift",
        "cmd",
        "enter",
        "tab",
        "google",
        "mb",
        "kb",
        "byte",
        "localhost",
        "web",
    ]
)
_CATALOGUES: Final = ("locale/vi", "locale_upstream/vi")
_WORD: Final = re.compile(r"[^\W\d_]+")
#: A token with one of these is an address, a file or a code, not a word.
_CODE: Final = re.compile(r"[@/\\=_<>{}#%]|\w\.\w|\w-\w|\d")
_VIETNAMESE: Final = re.compile("[À-ỹĐđ]")
_SYLLABLE: Final = re.compile(
    "(?:ngh|ng|nh|gh|gi|kh|ph|th|tr|ch|qu|[bcdghklmnpqrstvx])?[aeiouy]{1,3}(?:ch|ng|nh|[cmnpt])?"
)
_TEXT_ATTRIBUTES: Final = frozenset(
    ("aria-label", "title", "placeholder", "alt", "data-w-tooltip-content-value", "data-title", "data-label")
)
_TEXT_KEYS: Final = frozenset(
    ("label", "title", "text", "help_text", "helpText", "placeholder", "heading", "html")
)
_IGNORED_TAGS: Final = frozenset(("script", "style", "svg", "code", "pre", "kbd"))
_VOID_TAGS: Final = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr")
)
#: Words that occur in no Vietnamese text: signs of a value that was not meant to be shown.
_NEVER: Final = frozenset(("none", "true", "false", "null", "undefined"))


@cache
def vietnamese_words() -> frozenset[str]:
    """Return every word of the Vietnamese catalogues that may be a Vietnamese syllable, in lower case."""
    found: set[str] = set()
    for folder in _CATALOGUES:
        for path in (ROOT / folder).rglob("*.po"):
            for entry in polib.pofile(str(path), encoding="utf-8"):
                texts = [entry.msgstr, *(entry.msgstr_plural or {}).values()]
                # A text that is the same in English says nothing about its words.
                for text in texts:
                    if text != entry.msgid:
                        found |= {
                            word.lower()
                            for word in _WORD.findall(re.sub(r"%\(\w+\)\w|\{\w*\}|<[^>]*>", " ", text))
                        }
    return frozenset(word for word in found if _SYLLABLE.fullmatch(word))


class _Reader(HTMLParser):
    """Collects visible texts, text attributes and the texts in data for scripts."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.links: list[str] = []
        self._open: list[tuple[str, bool]] = []
        self._json = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        facts = {name: value or "" for name, value in attrs}
        self._json = tag == "script" and facts.get("type") == "application/json"
        if tag not in _VOID_TAGS:
            # Text marked as English is meant to be English.
            hidden = (
                tag in _IGNORED_TAGS or "hidden" in facts or (tag != "html" and facts.get("lang") == "en")
            )
            self._open.append((tag, hidden or (bool(self._open) and self._open[-1][1])))
        self.texts += [value for name, value in facts.items() if name in _TEXT_ATTRIBUTES]
        if tag == "input" and facts.get("type") in {"submit", "button"}:
            self.texts.append(facts.get("value", ""))
        if tag == "a" and "href" in facts:
            self.links.append(facts["href"])

    def handle_endtag(self, tag: str) -> None:
        self._json = False
        if tag in {name for name, _hidden in self._open}:
            while self._open.pop()[0] != tag:
                continue

    def handle_data(self, data: str) -> None:
        if self._json:
            try:
                self.texts += _texts_in(json.loads(data))
            except ValueError:
                return
        elif not (self._open and self._open[-1][1]):
            self.texts.append(data)


def _texts_in(value: Any, key: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _texts_in(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts_in(inner, key)
    elif isinstance(value, str) and key in _TEXT_KEYS:
        yield html.unescape(re.sub(r"<[^>]*>", " ", value))


def read(page: str) -> _Reader:
    """Return the texts and links of a page."""
    reader = _Reader()
    reader.feed(page)
    return reader


def foreign_words(texts: list[str]) -> set[str]:
    """Return the words that are not Vietnamese; a text with an accented letter counts as Vietnamese as a whole."""
    found = set()
    for text in texts:
        accented = _VIETNAMESE.search(text)
        for token in text.split():
            if _CODE.search(token):
                continue
            for word in _WORD.findall(token):
                low = word.lower()
                known = (
                    accented or len(low) == 1 or low in ALLOWED or low in vietnamese_words() or word.isupper()
                )
                if low in _NEVER or not known:
                    found.add(word)
    return found
