"""Search documents that imitate the rest of the national catalogue.

Only documents are created, no pages: real names from the lists in ``shared/data/national``, the province's procedures
again at a higher level of government, and invented procedures for each of the nearly 500 national fields.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import count, islice
from pathlib import Path
from typing import Any, Final

from openpyxl import load_workbook

from search.documents import SearchDocument
from search.engines import base as engines
from search.engines.database import store
from search.models import IndexedDocument
from search.services import indexing

COLLECTION: Final = "public"
KIND: Final = "procedure"
CHANGED_AT: Final = datetime(2020, 1, 1, tzinfo=UTC)
ACTS: Final = (
    "Cấp giấy phép hoạt động {}",
    "Cấp chứng chỉ hành nghề {}",
    "Cấp lại chứng chỉ hành nghề {}",
    "Đăng ký hoạt động {}",
    "Công bố cơ sở đủ điều kiện {}",
    "Thu hồi giấy phép {}",
    "Gia hạn giấy phép {}",
    "Thẩm định, phê duyệt kế hoạch {}",
)
HIGHER: Final = (("cấp tỉnh", "cap_tinh"), ("thực hiện tại cấp trung ương", "cap_bo"))
BATCH: Final = 500


def add(folder: Path) -> int:
    """Add the distractors to the index and rebuild the replicas; return their number."""
    codes = _indexed_codes()
    documents = _unique(_all(folder), codes)
    number = 0
    while batch := list(islice(documents, BATCH)):
        store.write(batch)
        number += len(batch)
    indexing.recount_words(COLLECTION)
    for replica in engines.replicas():
        replica.rebuild()
    return number


def _indexed_codes() -> set[str]:
    rows = IndexedDocument.objects.filter(collection=COLLECTION).values_list("codes", flat=True)
    return {code[:8] for codes in rows for code in codes}


def _unique(documents: Iterable[SearchDocument], seen: set[str]) -> Iterator[SearchDocument]:
    for document in documents:
        if document.codes[0] not in seen:
            seen.add(document.codes[0])
            yield document


def _all(folder: Path) -> Iterator[SearchDocument]:
    yield from _most_used(folder / "national" / "dvc_congdan_1000_by_usage.json.gz")
    yield from _ministry_list(folder / "national" / "danh-sach-tthc-BoTuPhap.xlsx")
    yield from _structured(folder / "national" / "tthc_structured_25.jsonl")
    numbers = count(1)
    yield from _higher_levels(numbers)
    yield from _fields(folder / "national" / "linh_vuc_489.json", numbers)


def _document(code: str, title: str, *levels: str, body: str = "") -> SearchDocument:
    return SearchDocument(
        kind=KIND,
        ref=f"distractor-{code}",
        title=" ".join(title.split()),
        url=f"/bench/{code}/",
        changed_at=CHANGED_AT,
        codes=(code,),
        body=body,
        facets={"level": levels} if levels else {},
    )


def _most_used(path: Path) -> Iterator[SearchDocument]:
    for row in json.loads(gzip.decompress(path.read_bytes())):
        yield _document(row["TTHC_MA"], row["NAME"], *_levels_in(row["NAME"]))


def _ministry_list(path: Path) -> Iterator[SearchDocument]:
    for code, title, _ministry, agencies, *_rest in load_workbook(path, read_only=True).active.iter_rows(
        values_only=True
    ):
        if code and title and str(code)[:1].isdigit():
            yield _document(str(code)[:8], str(title), *_levels_in(str(agencies)))


def _levels_in(text: str) -> tuple[str, ...]:
    """Return the levels of government named in ``text``."""
    folded = text.lower()
    names = {"cap_xa": ("cấp xã",), "cap_tinh": ("cấp tỉnh", "sở "), "cap_bo": ("trung ương", "bộ ", "cục ")}
    return tuple(level for level, words in names.items() if any(word in folded for word in words))


def _structured(path: Path) -> Iterator[SearchDocument]:
    for line in path.read_text(encoding="utf-8").splitlines():
        record: dict[str, Any] = json.loads(line)
        about, content = record["metadata"], record["content"]
        levels = _levels_in(about["cấp_thực_hiện"] + " ")
        yield _document(
            about["mã_thủ_tục"], about["tên_thủ_tục"], *levels, body=content["trình_tự_thực_hiện"]
        )


def _higher_levels(numbers: Iterator[int]) -> Iterator[SearchDocument]:
    """Yield each procedure of the province again at the higher levels, every fifth under the same name."""
    own = IndexedDocument.objects.filter(collection=COLLECTION, kind=KIND).order_by("pk")
    for title, body in list(own.exclude(ref__startswith="distractor-").values_list("title", "body")):
        for words, level in HIGHER:
            number = next(numbers)
            name = title if number % 5 == 0 else f"{title} ({words})"
            yield _document(f"9.{number:06}", name, level, body=body)


def _fields(path: Path, numbers: Iterator[int]) -> Iterator[SearchDocument]:
    for row in json.loads(path.read_text(encoding="utf-8")):
        name = row["FIELD_NAME"].split("(")[0].strip().lower()
        for act in ACTS:
            yield _document(
                f"9.{next(numbers):06}", act.format(name), "cap_tinh" if len(name) % 2 else "cap_bo"
            )
