"""English texts over the legal version, which exists in Vietnamese only (ADR 141).

A published translation is kept as pairs of texts: Vietnamese → English. The page shows the version in force and
replaces each Vietnamese text that has an English one. After an amendment the changed texts are shown in
Vietnamese until they are translated again: an English text never replaces any Vietnamese text
other than its own.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from core.wagtail.languages import OriginalText
from procedures.snapshot import Snapshot

T = TypeVar("T")
Texts = Mapping[str, str]


def key_of(text: str) -> str:
    """Return `text` with white space collapsed: browsers and imports use different line ends."""
    return " ".join(text.split())


def texts_in(value: Any) -> Iterator[str]:
    """Yield every text of a snapshot or a part of it."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from texts_in(item)
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from texts_in(getattr(value, field.name))


def _pairs(original: Any, translated: Any) -> Iterator[tuple[str, str]]:
    """Yield the texts at the same place of both; nothing for lists of different lengths."""
    if isinstance(original, str) and isinstance(translated, str):
        if original and translated and key_of(original) != key_of(translated):
            yield key_of(original), translated
    elif isinstance(original, tuple) and isinstance(translated, tuple):
        if len(original) == len(translated):
            for one, other in zip(original, translated, strict=True):
                yield from _pairs(one, other)
    elif dataclasses.is_dataclass(original) and type(original) is type(translated):
        for field in dataclasses.fields(original):
            yield from _pairs(getattr(original, field.name), getattr(translated, field.name))


def pair_texts(
    original: Snapshot, translated: Snapshot, *, before: Texts, in_force: Snapshot | None
) -> dict[str, str]:
    """Return the English text of each Vietnamese one of `original` and of the version `in_force`.

    `before` are the pairs of the last publication. An English text that was left unchanged while its Vietnamese text
    changed is not a translation of the new one.
    """
    current = {key_of(text) for text in texts_in(original)}
    stale = {english for vietnamese, english in before.items() if vietnamese not in current}
    kept = current | {key_of(text) for text in texts_in(in_force)}
    pairs = {vietnamese: english for vietnamese, english in before.items() if vietnamese in kept}
    for vietnamese, english in _pairs(original, translated):
        if english not in stale or before.get(vietnamese) == english:
            pairs[vietnamese] = english
    return pairs


def in_english(value: T, texts: Texts) -> T:
    """Return a snapshot, or a part of it, with its English texts; other texts are marked as `OriginalText`."""
    changed: Any = value
    if isinstance(value, str):
        changed = texts.get(key_of(value)) or (value if value.isascii() else OriginalText(value))
    elif isinstance(value, tuple):
        changed = tuple(in_english(item, texts) for item in value)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        names = [field.name for field in dataclasses.fields(value)]
        changed = dataclasses.replace(
            value, **{name: in_english(getattr(value, name), texts) for name in names}
        )
    result: T = changed
    return result


def is_complete(content: Snapshot) -> bool:
    """Return True if no text of a translated snapshot is left in Vietnamese, apart from those of law and catalogue."""
    bare = dataclasses.replace(content, decision=None, legal_bases=(), field="", keywords=())
    return not any(isinstance(text, OriginalText) for text in texts_in(bare))
