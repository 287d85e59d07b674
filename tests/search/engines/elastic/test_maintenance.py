"""An index that others emptied, replaced or corrupted, on the real server: it never answers, and it is repaired."""

from __future__ import annotations

from typing import Any

import pytest

from search import documents
from search.engines import base as engines
from search.engines.elastic import client, index_integrity, schema
from search.requests import SearchRequest
from search.selectors.search import search
from search.tasks import reconcile
from tests.search.samples import KIND, SearchFixture, index_names

pytestmark = pytest.mark.elasticsearch


@pytest.fixture
def samples(
    db: None,
    elasticsearch_url: str,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
) -> SearchFixture:
    """Three documents in a complete index."""
    settings.ELASTICSEARCH_TIMEOUT = 20.0
    made = SearchFixture(engines.ELASTIC, django_capture_on_commit_callbacks)
    monkeypatch.setattr(documents, "_sources", {KIND: made.source})
    for title in ("Đăng ký kết hôn", "Đăng ký khai sinh", "Cấp giấy phép xây dựng"):
        made.add(title)
    for replica in engines.replicas():
        replica.reconcile()
    made.sync()
    assert not search(SearchRequest("kết hôn")).degraded
    return made


def _server() -> Any:
    return client.background_client()


def _alias() -> str:
    return schema.alias("public")


def _delete(*refs: str) -> None:
    """Remove documents as someone with a console would: such deletions are newer than our versions."""
    for ref in refs:
        _server().delete(index=_alias(), id=f"{KIND}:{ref}", refresh=True)


def _empty_it() -> None:
    _delete("001", "002", "003")


def _drop_it() -> None:
    _server().indices.delete(index=index_names()[0])


def _replace_it() -> None:
    """Put an index with another schema under our name."""
    _drop_it()
    _server().index(index=_alias(), id="x", document={"title": 5, "weight": "heavy"}, refresh=True)


def _keep_part_of_it() -> None:
    _delete("001")


def _add_unknown_documents() -> None:
    for number in range(3):
        row = {
            "key": f"stranger:{number}",
            "scope": ["public"],
            "locale": "vi",
            "title": "dang ki ket hon",
            "version_part": 1,
        }
        _server().index(index=_alias(), id=f"stranger:{number}", document=row, refresh=True)


DAMAGES = {
    "emptied": _empty_it,
    "dropped": _drop_it,
    "replaced": _replace_it,
    "part lost": _keep_part_of_it,
    "unknown-documents": _add_unknown_documents,
}


# Damage that is noticed at once; a few missing documents among many are left to the reconciler.
SEEN_AT_ONCE = ("emptied", "dropped", "replaced")


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_reconcile_repairs_the_index(samples: SearchFixture, damage):
    damage()
    index_integrity.invalidate()
    assert reconcile() > 0
    samples.settle()
    index_integrity.invalidate()
    result = search(SearchRequest("kết hôn"))
    assert (result.degraded, [hit.title.text for hit in result.hits]) == (False, ["Đăng ký kết hôn"])
    assert _server().count(index=_alias())["count"] == 3
    assert reconcile() == 0


@pytest.mark.parametrize("name", SEEN_AT_ONCE)
def test_a_damaged_index_never_says_nothing_was_found(samples: SearchFixture, name: str):
    DAMAGES[name]()
    index_integrity.invalidate()
    result = search(SearchRequest("kết hôn"))
    assert (result.degraded, result.total) == (True, 1)
    assert search(SearchRequest()).total == 3


def test_an_emptied_index_is_noticed_even_just_after_a_schema_check(samples: SearchFixture):
    search(SearchRequest("kết hôn"))
    _empty_it()
    assert search(SearchRequest("kết hôn")).degraded


def test_an_emptied_index_does_not_open_the_breaker(samples: SearchFixture):
    """The server responds properly; as soon as the index is complete, it is used again."""
    _empty_it()
    assert search(SearchRequest("kết hôn")).degraded
    reconcile()
    samples.settle()
    assert not search(SearchRequest("kết hôn")).degraded


def test_empty_collection_is_not_an_error(samples: SearchFixture):
    dossiers = SearchRequest("kết hôn", collection="dossiers", scopes=("agency:1",))
    assert not search(dossiers).degraded


def test_documents_unknown_to_the_database_are_never_shown(samples: SearchFixture):
    _add_unknown_documents()
    result = search(SearchRequest("kết hôn"))
    assert [hit.ref for hit in result.hits] == ["001"]


def test_missed_change_is_reconciled(samples: SearchFixture, settings):
    url = settings.ELASTICSEARCH_URL
    settings.ELASTICSEARCH_URL = "http://127.0.0.1:1"
    samples.add("Đăng ký khai tử")
    samples.deliver("004")
    settings.ELASTICSEARCH_URL = url
    assert reconcile() == 1
    samples.settle()
    assert samples.titles("khai tử") == ["Đăng ký khai tử"]


def test_rebuilding_leaves_one_index_behind_the_alias(samples: SearchFixture):
    before = index_names()
    for replica in engines.replicas():
        replica.rebuild()
    after = index_names()
    assert len(after) == len(before)
    assert not set(after) & set(before)


def test_failed_rebuild_keeps_only_the_old_index(samples: SearchFixture, monkeypatch):
    before = index_names()

    def broken(row: Any) -> dict[str, Any]:
        raise ValueError("broken row")

    monkeypatch.setattr(schema, "source", broken)
    with pytest.raises(Exception, match="broken row"):
        engines.replicas()[0].rebuild()
    assert index_names() == before
    monkeypatch.undo()


class TestNumbers:
    """``index_integrity.check_number`` alone: how many documents may be missing."""

    @pytest.mark.parametrize(("there", "here"), [(0, 0), (1, 1), (5, 3), (990, 1000), (891, 1000), (1, 11)])
    def test_slightly_smaller_index_is_accepted(self, monkeypatch, there: int, here: int):
        monkeypatch.setattr(index_integrity, "_number_of", lambda _collection: here)
        index_integrity.check_number("public", there)

    @pytest.mark.parametrize(("there", "here"), [(0, 1), (0, 1000), (500, 1000), (80, 101)])
    def test_much_smaller_index_is_unavailable(self, monkeypatch, there: int, here: int):
        monkeypatch.setattr(index_integrity, "_number_of", lambda _collection: here)
        with pytest.raises(index_integrity.EngineUnavailable, match=f"{there} of {here} documents"):
            index_integrity.check_number("public", there)


def test_two_installations_with_one_prefix_never_mix(
    samples: SearchFixture, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    before = index_names()
    settings.INSTALLATION = "portal-other"
    index_integrity.invalidate()
    assert search(SearchRequest("kết hôn")).degraded, "the database answers in its place"
    reconcile()
    with pytest.raises(index_integrity.ForeignIndex):
        engines.replicas()[0].remove("public", [f"{KIND}:001"])
    with pytest.raises(index_integrity.ForeignIndex, match="belongs to the installation"):
        engines.replicas()[0].rebuild()
    assert index_names() == before, "the other installation keeps its index"
    assert "ELASTICSEARCH_INDEX_PREFIX" in caplog.text
    settings.ELASTICSEARCH_INDEX_PREFIX += "-other"
    index_integrity.invalidate()
    reconcile()
    samples.sync()
    assert not search(SearchRequest("kết hôn")).degraded


def test_index_from_before_installations_had_names_is_rebuilt(samples: SearchFixture) -> None:
    server, name = _server(), index_names()[0]
    server.indices.put_mapping(index=name, meta={"portal": schema.digest()})
    index_integrity.invalidate()
    reconcile()
    assert name not in index_names()
    assert not search(SearchRequest("kết hôn")).degraded
