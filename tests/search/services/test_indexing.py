"""Services of the search: adding and removing documents, counting words, loading words."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from core.errors import InvalidInput
from core.models import OutboxMessage
from search import documents
from search.documents import DocumentSource, SearchDocument
from search.engines import base as engines
from search.engines.database import store
from search.engines.database.text_index import text_index
from search.models import CollectionState, IndexedDocument, IndexedTerm, LexiconEntry, UsageWeight
from search.services import indexing
from search.services.indexing import index, rebuild
from search.services.lexicon import COLUMNS, FILE, load_lexicon, read_lexicon
from search.services.shipped_rows import LoadReport
from tests.search.samples import KIND, SampleSource, SearchFixture, empty_lexicon

pytestmark = pytest.mark.django_db


@pytest.fixture
def samples(
    db: None, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> SearchFixture:
    """Sample documents, searched only by the database."""
    made = SearchFixture(engines.DATABASE, django_capture_on_commit_callbacks)
    monkeypatch.setattr(documents, "_sources", {KIND: made.source})
    return made


def rows_with_texts() -> int:
    """Return how many rows of the database's full-text tables there are."""
    name = "search_public_text" if connection.vendor == "postgresql" else "search_public_titles"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*) FROM {name}")
        return int(cursor.fetchone()[0])


class TestIndex:
    def test_index_enqueues_an_outbox_message(self):
        index(kind=KIND, refs=["2", "1", "2"])
        (message,) = OutboxMessage.objects.filter(kind=indexing.OUTBOX_KIND)
        assert message.payload == {"kind": KIND, "refs": ["1", "2"]}

    def test_many_documents_are_indexed_in_batches(self):
        index(kind=KIND, refs=[str(number) for number in range(indexing.BATCH + 1)])
        sizes = [len(m.payload["refs"]) for m in OutboxMessage.objects.filter(kind=indexing.OUTBOX_KIND)]
        assert sorted(sizes) == [1, indexing.BATCH]

    def test_a_rolled_back_change_indexes_nothing(self):
        with transaction.atomic():
            index(kind=KIND, refs=["1"])
            transaction.set_rollback(True)
        assert not OutboxMessage.objects.filter(kind=indexing.OUTBOX_KIND).exists()

    def test_delivery_reads_the_source(self, samples: SearchFixture):
        document = samples.add("Đăng ký kết hôn")
        indexing.handle_index_message({"kind": KIND, "refs": [document.ref, "gone"]})
        assert list(IndexedDocument.objects.values_list("key", flat=True)) == [document.key]

    def test_delivery_of_an_unknown_kind_is_an_error(self):
        with pytest.raises(LookupError, match="nothing-of-ours"):
            indexing.handle_index_message({"kind": "nothing-of-ours", "refs": ["1"]})


class TestStore:
    def test_unchanged_documents_are_not_written_again(self, samples: SearchFixture):
        document = samples.document("Đăng ký kết hôn")
        assert len(store.write([document])) == 1
        with CaptureQueriesContext(connection) as queries:
            assert store.write([document]) == []
        assert not [q for q in queries if q["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]

    def test_versions_rise_with_every_change(self, samples: SearchFixture):
        document = samples.document("Một")
        store.write([document])
        before = IndexedDocument.objects.get().version
        store.write([replace(document, title="Hai")])
        assert IndexedDocument.objects.get().version > before

    def test_the_latter_of_two_in_a_batch_counts(self, samples: SearchFixture):
        document = samples.document("Một")
        store.write([document, replace(document, title="Hai")])
        assert [row.title for row in IndexedDocument.objects.all()] == ["Hai"]

    def test_exact_values_follow_the_document(self, samples: SearchFixture):
        document = samples.document("Một", codes=("1.000894.H12",), facets={"field": ("a", "b")})
        store.write([document])
        store.write([replace(document, facets={"field": ("b",)}, scopes=("agency:3",))])
        assert set(IndexedTerm.objects.values_list("name", "value")) == {
            ("kind", KIND), ("scope", "agency:3"), ("code", "1.000894"), ("code", "1.000894.h12"), ("field", "b"),
        }  # fmt: skip

    def test_texts_are_deleted_with_their_document(self, samples: SearchFixture):
        # Tests that commit leave rows in the tables of SQLite that have no model.
        before = rows_with_texts()
        store.write([samples.document("Một", body="thân bài")])
        assert rows_with_texts() == before + 1
        assert store.delete([f"{KIND}:001", "never:there"]) == [f"{KIND}:001"]
        assert rows_with_texts() == before
        assert not IndexedTerm.objects.exists()

    def test_every_change_increases_the_counter_of_its_collection(self, samples: SearchFixture):
        """Processes compare it with the one that they have in memory."""

        def counter() -> int:
            return CollectionState.objects.get(collection="public").generation

        document = samples.document("Một")
        store.write([document])
        first = counter()
        store.write([document])
        assert counter() == first
        store.write([replace(document, scopes=("agency:3",))])
        assert counter() == first + 1
        assert store.delete([document.key]) == [document.key]
        assert counter() == first + 2

    def test_the_labels_of_fields_can_be_searched(self, samples: SearchFixture):
        store.write([samples.document("Một", facets={"field": ("ht",)}, facet_labels={"ht": "Hộ tịch"})])
        assert "ho tich" in IndexedDocument.objects.get().extra_words

    def test_tables_can_be_dropped_and_created_again(self, samples: SearchFixture):
        text = text_index("public")
        with connection.cursor() as cursor:
            for statement in [*text.drop(), *text.create()]:
                cursor.execute(statement)
        store.write([samples.document("Một", body="thân bài")])
        assert rows_with_texts() == 1

    @pytest.mark.parametrize("number", [1, 6])
    def test_writing_needs_no_more_statements_for_many_documents(self, samples: SearchFixture, number: int):
        store.write([samples.add("warm")])
        with CaptureQueriesContext(connection) as queries:
            store.write([samples.add(f"Tin {n}") for n in range(number)])
        texts = 2 * number if connection.vendor == "sqlite" else number
        assert len([q for q in queries if "_text" not in q["sql"] and "_titles" not in q["sql"]]) <= 10
        assert len(queries) <= 12 + 2 * texts


class TestStates:
    def test_words_are_recounted_when_the_collection_has_grown(self, samples: SearchFixture):
        samples.add("Đăng ký kết hôn")
        samples.sync()
        state = CollectionState.objects.get(collection="public")
        assert (state.documents, state.counted_generation) == (1, state.generation)
        assert state.frequencies["ket"] == 1
        assert "kết hôn" in state.pairs

    def test_few_changes_do_not_recount(self, samples: SearchFixture):
        for number in range(20):
            samples.add(f"Tin {number}")
        samples.sync()
        counted = CollectionState.objects.get(collection="public").counted_generation
        samples.add("Tin thêm")
        samples.sync("021")
        state = CollectionState.objects.get(collection="public")
        assert state.counted_generation == counted < state.generation

    def test_a_row_from_before_spellings_were_kept_is_counted(self, samples: SearchFixture):
        samples.add("Đăng ký kết hôn")
        samples.sync()
        CollectionState.objects.update(spellings={}, pairs={})
        indexing._mark_changed("public")
        assert CollectionState.objects.get(collection="public").spellings

    def test_recounting_can_be_forced(self):
        indexing.recount_words("dossiers")
        assert CollectionState.objects.get(collection="dossiers").documents == 0


class TestRebuild:
    def test_each_document_is_read_once(self, samples: SearchFixture, monkeypatch: pytest.MonkeyPatch):
        """The batches of the rebuild itself must not cause the next ones to be read again."""
        monkeypatch.setattr(indexing, "BATCH", 1)
        read: list[str] = []
        documents = samples.source.documents

        def counted(refs: Iterable[str] | None = None) -> Iterator[SearchDocument]:
            for document in documents(refs):
                read.append(document.ref)
                yield document

        monkeypatch.setattr(samples.source, "documents", counted)
        for title in ("Một", "Hai", "Ba"):
            samples.add(title)
        indexing.rebuild()
        assert read == ["001", "002", "003"]

    def test_it_reports_its_progress(self, samples: SearchFixture):
        for number in range(3):
            samples.add(f"Tin {number}")
        seen: list[tuple[str, int]] = []
        assert rebuild(engine="database", progress=lambda kind, number: seen.append((kind, number))) == 3
        assert seen == [(KIND, 3)]

    def test_the_command_prints_the_number(self, samples: SearchFixture):
        samples.add("Tin")
        out = StringIO()
        call_command("search_rebuild", stdout=out)
        assert "1" in out.getvalue()

    def test_nothing_to_index_is_fine(self, samples: SearchFixture):
        assert rebuild() == 0


class TestRegistry:
    def test_each_kind_has_one_source(self, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(documents, "_sources", {})
        documents.register(SampleSource)
        documents.register(SampleSource)

        class Other(DocumentSource):
            kind = KIND

            def refs(self):
                return set()

            def documents(self, refs=None):
                return iter(())

        with pytest.raises(ValueError, match="has a source"):
            documents.register(Other)
        assert [source.kind for source in documents.sources()] == [KIND]
        with pytest.raises(LookupError, match="unknown"):
            documents.source_of("unknown")

    def test_engines_are_known_by_name(self, settings):
        settings.ELASTICSEARCH_URL = ""
        assert engines.engine("database").name == "database"
        assert engines.engine_or_primary().name == "database"
        assert engines.replicas() == []
        for unknown in ("google", "elastic"):
            with pytest.raises(LookupError):
                engines.engine(unknown)


class TestLexiconOfANewPortal:
    def test_the_words_are_loaded_with_the_tables(self):
        shipped = {row["slug"] for row in read_lexicon()}
        assert set(LexiconEntry.objects.values_list("slug", flat=True)) == shipped

    def test_an_upgrade_brings_new_words_and_keeps_those_of_editors(self):
        gone, changed = LexiconEntry.objects.order_by("pk")[:2]
        gone.delete()
        LexiconEntry.objects.filter(pk=changed.pk).update(terms="từ của biên tập", active=False)
        call_command("migrate", "search", verbosity=0)
        assert LexiconEntry.objects.filter(slug=gone.slug).exists()
        changed.refresh_from_db()
        assert (changed.terms, changed.active) == ("từ của biên tập", False)


class TestLexiconFile:
    def write(self, folder: Path, *rows: dict[str, str]) -> Path:
        path = folder / "words.tsv"
        lines = ["\t".join(COLUMNS)]
        base = {
            "slug": "a",
            "area": "x",
            "mode": "oneway",
            "terms": "cưới",
            "official": "kết hôn",
            "codes": "",
            "note": "",
        }
        lines += ["\t".join((base | row)[name] for name in COLUMNS) for row in rows]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path

    @pytest.fixture(autouse=True)
    def _empty(self) -> None:
        empty_lexicon()

    def test_the_shipped_file_loads_once(self):
        number = len(list(read_lexicon()))
        assert load_lexicon() == LoadReport(created=number)
        assert load_lexicon() == LoadReport(unchanged=number)
        assert number >= 900
        assert FILE.exists()

    def test_shipped_changes_are_loaded_unless_an_editor_changed_the_row(self, tmp_path: Path):
        load_lexicon(path=self.write(tmp_path, {"slug": "a"}, {"slug": "b"}))
        LexiconEntry.objects.filter(slug="b").update(terms="từ của biên tập")
        changed = self.write(tmp_path, {"slug": "a", "terms": "cưới|hỏi"}, {"slug": "b", "terms": "khác"})
        assert load_lexicon(path=changed) == LoadReport(updated=1, kept=1)
        assert LexiconEntry.objects.get(slug="a").terms == "cưới\nhỏi"
        assert LexiconEntry.objects.get(slug="b").terms == "từ của biên tập"

    @pytest.mark.parametrize(
        ("row", "said"),
        [
            ({"slug": ""}, "row 3: slug, mode and terms"),
            ({"mode": "both"}, "row 3: slug, mode and terms"),
            ({"terms": " | "}, "row 3: slug, mode and terms"),
            ({"codes": "1.000894 abc"}, "no.* national codes|are not national codes"),
            ({"official": ""}, "row 3: official words or codes"),
        ],
    )
    def test_one_wrong_row_changes_nothing(self, tmp_path: Path, row: dict[str, str], said: str):
        path = self.write(tmp_path, {"slug": "good"}, {"slug": "bad"} | row)
        with pytest.raises(InvalidInput, match=said):
            load_lexicon(path=path)
        assert not LexiconEntry.objects.exists()

    def test_a_wrong_header_is_named(self, tmp_path: Path):
        path = tmp_path / "words.tsv"
        path.write_text("slug\tterms\n", encoding="utf-8")
        with pytest.raises(InvalidInput, match="columns"):
            load_lexicon(path=path)

    def test_the_command_reports_what_it_did(self):
        out = StringIO()
        call_command("load_lexicon", stdout=out)
        assert "created=" in out.getvalue()


class TestUsageWeights:
    ROWS = ({"TTHC_MA": "1.000894", "WEIGHT": "5"}, {"TTHC_MA": "1.000656.000.00.00.H12", "WEIGHT": 7})

    def load(self, path: Path) -> str:
        out = StringIO()
        call_command("load_usage_weights", path, stdout=out)
        return out.getvalue()

    @pytest.mark.parametrize("packed", [True, False])
    def test_plain_and_compressed_files_are_read(self, tmp_path: Path, packed: bool):
        raw = json.dumps(self.ROWS).encode()
        path = tmp_path / ("uses.json.gz" if packed else "uses.json")
        path.write_bytes(gzip.compress(raw) if packed else raw)
        assert self.load(path) == "codes=2\n"
        assert dict(UsageWeight.objects.values_list("code", "uses")) == {"1.000894": 5, "1.000656": 7}

    def test_a_second_load_replaces_the_numbers(self, tmp_path: Path):
        path = tmp_path / "uses.json"
        for number in (5, 6):
            path.write_text(json.dumps([{"TTHC_MA": "1.000894", "WEIGHT": number}]), encoding="utf-8")
            self.load(path)
        assert UsageWeight.objects.get().uses == 6

    @pytest.mark.parametrize(
        "raw", [b"{", b"[1]", b'[{"TTHC_MA": "1.000894"}]', b'[{"TTHC_MA":"1.000894","WEIGHT":"x"}]']
    )
    def test_invalid_file_is_rejected_and_changes_nothing(self, tmp_path: Path, raw: bytes):
        path = tmp_path / "uses.json"
        path.write_bytes(raw)
        with pytest.raises(CommandError, match=r"uses\.json"):
            self.load(path)
        assert not UsageWeight.objects.exists()

    def test_a_missing_file_is_named(self):
        with pytest.raises(CommandError, match="nowhere"):
            self.load(Path("nowhere.json"))


class TestReconcileCommand:
    def test_reconcile_without_a_replica_does_nothing(self, settings):
        settings.ELASTICSEARCH_URL = ""
        out = StringIO()
        call_command("search_reconcile", stdout=out)
        assert out.getvalue() == "sources corrected=0\n"

    def test_a_server_that_is_off_is_an_error_for_the_operator(self, settings):
        settings.ELASTICSEARCH_URL = "http://127.0.0.1:1"
        with pytest.raises(CommandError, match="elastic"):
            call_command("search_reconcile")
