"""Search documents for a catalogue of any size, recombined from the full texts of the province's procedures."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final

from django.db import connection

from search.documents import SearchDocument
from search.engines import base as engines
from search.engines.database import store
from search.models import IndexedDocument
from search.services import indexing

COLLECTION: Final = "public"
CHANGED_AT: Final = datetime(2020, 1, 1, tzinfo=UTC)
BATCH: Final = 500
LEVELS: Final = ("cap_xa", "cap_tinh", "cap_bo")
#: Words of a page's title and text.
PAGE_TITLE: Final = (8, 14)
PAGE_TEXT: Final = (120, 400)


def fill(procedures: int, pages: int, folder: Path) -> None:
    """Add documents until the given numbers of procedures and other pages are reached; rebuild the replicas."""
    known = IndexedDocument.objects.filter(collection=COLLECTION)
    missing = procedures - known.filter(kind="procedure").count()
    if missing > 0:
        _write(islice(_procedures(folder), missing))
    missing = pages - known.exclude(kind="procedure").count()
    if missing > 0:
        _write(islice(_pages(folder), missing))
    indexing.recount_words(COLLECTION)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")  # as the server does on its own within minutes
    for replica in engines.replicas():
        replica.rebuild()


def _write(documents: Iterable[SearchDocument]) -> None:
    rest = iter(documents)
    while batch := list(islice(rest, BATCH)):
        store.write(batch)


def _records(folder: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((folder / "camau" / "tthc_camau_overlap_194.json").read_text())
    return found


def _procedures(folder: Path) -> Iterator[SearchDocument]:
    """Yield procedures: the act of one record on the subject of another, with the texts of a third."""
    records, number, seen = _records(folder), 0, set[str]()
    choose = random.Random(1)  # noqa: S311 - the same every time
    while True:
        act, subject, texts = (choose.choice(records) for _ in range(3))
        first, second = act["ten_thu_tuc"].split(), subject["ten_thu_tuc"].split()
        title = " ".join([*first[: max(2, len(first) // 3)], *second[len(second) // 3 :]])
        if title in seen:
            continue
        seen.add(title)
        number += 1
        field = subject["linh_vuc"] or "Khác"
        yield SearchDocument(
            kind="procedure",
            ref=f"bench-{number}",
            title=title,
            url=f"/bench/procedure/{number}/",
            changed_at=CHANGED_AT,
            codes=(f"9.{number:06}",),
            summary=(texts["yeu_cau_dieu_kien"] or "")[:200],
            body="\n".join(texts[part] or "" for part in ("trinh_tu_thuc_hien", "thanh_phan_ho_so")),
            facets={"level": (choose.choice(LEVELS),), "field": (f"linh-vuc-{len(field)}",)},
            facet_labels={f"linh-vuc-{len(field)}": field},
        )


def _pages(folder: Path) -> Iterator[SearchDocument]:
    """Yield news whose titles and texts are passages from the procedures' texts."""
    texts = [record["trinh_tu_thuc_hien"].split() for record in _records(folder)]
    texts = [words for words in texts if len(words) > PAGE_TEXT[1]]
    choose, number = random.Random(2), 0  # noqa: S311 - the same every time

    def stretch(least: int, most: int) -> str:
        words, length = choose.choice(texts), choose.randint(least, most)
        start = choose.randrange(len(words) - length)
        return " ".join(words[start : start + length])

    while True:
        number += 1
        yield SearchDocument(
            kind="news",
            ref=f"bench-{number}",
            title=stretch(*PAGE_TITLE),
            url=f"/bench/news/{number}/",
            changed_at=CHANGED_AT,
            body=stretch(*PAGE_TEXT),
        )
