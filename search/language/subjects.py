"""Several subjects in one question: "đăng ký kết hôn và làm khai sinh cho con" asks for two procedures."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from search.language.phrases import find_phrases
from search.language.question import asking
from search.language.tokenizer import Syllable, syllables

#: No more subjects than this are read; a subject has at least two syllables.
MAX_SUBJECTS: Final = 4
MIN_SYLLABLES: Final = 2
_MARKS: Final = re.compile(r"[.!?;,\n](?=\s|$)")
_LISTED: Final = (
    "và, rồi, đồng thời, với lại, ngoài ra, sau đó, xong, còn, với, cùng với, rồi sau đó, sẵn, tiện thể, luôn tiện, "
    "and, then, as well as"
)
# Other single syllables are something else without diacritics: "con" is rather "con" than "còn".
_CLEAR: Final = frozenset({"va", "roi", "and", "then"})
#: Words between several things that a question names.
CONJUNCTIONS: Final = tuple(_LISTED.split(", "))


def split(text: str) -> list[str]:
    """Return the parts of ``text`` (NFC) that may each ask for something, in order.

    Fewer than two if it asks for one thing.
    Sentences that only describe are left out; a part may be any phrase, so each must be verified by a search.
    """
    query = syllables(text)
    asks = asking(text, query)
    parts = [
        text[query[start].start : query[end - 1].end]
        for start, end in _spans(text, query)
        if end - start >= MIN_SYLLABLES and all(asks[start:end])
    ]
    return parts if 1 < len(parts) <= MAX_SUBJECTS else []


def _spans(text: str, query: Sequence[Syllable]) -> list[tuple[int, int]]:
    """Return the segments of ``query`` between conjunctions and punctuation, as (start, end)."""
    cuts = {0, len(query)}
    dropped: set[int] = set()
    for start, end in find_phrases(query, CONJUNCTIONS):
        if end - start == 1 and query[start].marked == query[start].folded not in _CLEAR:
            continue
        cuts.update((start, end))
        dropped.update(range(start, end))
    for match in _MARKS.finditer(text):
        cuts.add(next((n for n, word in enumerate(query) if word.start >= match.end()), len(query)))
    return [(start, end) for start, end in pairwise(sorted(cuts)) if start not in dropped]
