"""What every engine must do, run on SQLite or PostgreSQL (the run's database) and on Elasticsearch."""

from __future__ import annotations

import pytest

from search.documents import UNTRANSLATED, SearchDocument
from search.engines import base as engines
from search.services.indexing import rebuild
from tests.search.samples import KIND, SearchFixture

CODE = "1.000894.000.00.00.H12"


class TestWords:
    def test_diacritics_are_not_needed(self, samples: SearchFixture):
        samples.add("Thủ tục đăng ký kết hôn")
        samples.add("Cấp giấy phép xây dựng")
        samples.sync()
        assert samples.titles("dang ky ket hon") == ["Thủ tục đăng ký kết hôn"]
        assert samples.titles("ĐĂNG KÝ KẾT HÔN") == ["Thủ tục đăng ký kết hôn"]

    def test_decomposed_letters_are_the_same_letters(self, samples: SearchFixture):
        samples.add("Đăng ký khai tử")
        samples.sync()
        assert samples.titles("khai tử") == ["Đăng ký khai tử"]

    def test_words_as_written_come_before_words_with_other_diacritics(self, samples: SearchFixture):
        samples.add("Triển lãm dáng kỳ đà")
        samples.add("Đăng ký tạm trú")
        samples.sync()
        assert samples.titles("đăng ký")[0] == "Đăng ký tạm trú"
        assert samples.titles("dáng kỳ")[0] == "Triển lãm dáng kỳ đà"

    @pytest.mark.parametrize(("typed", "written"), [("thuỷ sản", "thủy sản"), ("kĩ thuật", "kỹ thuật")])
    def test_both_taught_spellings_are_one_word(self, samples: SearchFixture, typed: str, written: str):
        samples.add(f"Chứng nhận {written}")
        samples.add("Chứng nhận lưu hành tự do")
        samples.sync()
        assert samples.titles(typed)[0] == f"Chứng nhận {written}"

    def test_adjacent_words_come_first(self, samples: SearchFixture):
        samples.add("Kết quả hôn mê và giải quyết kết luận khi đăng báo ký tên")
        samples.add("Đăng ký kết hôn có yếu tố nước ngoài")
        samples.add("Đăng ký kết hôn")
        samples.sync()
        assert samples.titles("đăng ký kết hôn")[:2] == [
            "Đăng ký kết hôn",
            "Đăng ký kết hôn có yếu tố nước ngoài",
        ]

    def test_words_of_the_text_are_found_too(self, samples: SearchFixture):
        samples.add("Xác nhận tình trạng hôn nhân", body="Giấy này chứng tỏ người yêu cầu đang độc thân.")
        samples.add("Cấp giấy phép lái xe", body="Người yêu cầu nộp ảnh.")
        samples.sync()
        assert samples.titles("độc thân") == ["Xác nhận tình trạng hôn nhân"]

    def test_keywords_are_found(self, samples: SearchFixture):
        samples.add("Chứng thực bản sao từ bản chính", keywords=("sao y",))
        samples.sync()
        assert samples.titles("sao y") == ["Chứng thực bản sao từ bản chính"]

    def test_nothing_is_found_for_unknown_words(self, samples: SearchFixture):
        samples.add("Đăng ký kết hôn")
        samples.sync()
        result = samples.ask("xyzzy")
        assert (result.hits, result.total, result.facets) == ((), 0, ())


class TestCodes:
    @pytest.mark.parametrize("code", ["1.000894", "1.000894.H12", CODE, "thủ tục 1.000894 ở đâu"])
    def test_every_style_finds_the_procedure(self, samples: SearchFixture, code: str):
        samples.add("Đăng ký kết hôn", codes=(CODE,))
        samples.add("Đăng ký kết hôn lưu động", codes=("1.000593.H12",))
        samples.sync()
        assert samples.titles(code)[0] == "Đăng ký kết hôn"

    def test_a_dossier_code_finds_only_its_dossier(self, dossier_samples: SearchFixture):
        for number in (1, 2):
            code = f"H12-19-261123-000{number}"
            dossier_samples.add(f"Hồ sơ {number}", codes=(code,), scopes=("agency:5",))
        dossier_samples.sync()
        assert dossier_samples.titles("h12-19-261123-0002", scopes=("agency:5",)) == ["Hồ sơ 2"]


class TestScopes:
    def test_a_scope_is_never_crossed(self, dossier_samples: SearchFixture):
        dossier_samples.add("Hồ sơ đất đai", scopes=("agency:1",))
        dossier_samples.add("Hồ sơ đất đai", scopes=("agency:2",))
        dossier_samples.sync()
        for query in ("đất đai", ""):
            result = dossier_samples.ask(query, scopes=("agency:2",))
            assert [hit.ref for hit in result.hits] == ["002"]
            assert result.total == 1
            assert [value.count for value in result.facet("kind").values] == [1]
        assert dossier_samples.ask("đất đai", scopes=()).total == 0
        assert dossier_samples.ask("", scopes=()).total == 0

    def test_dossiers_are_not_public(self, dossier_samples: SearchFixture):
        dossier_samples.add("Hồ sơ đất đai", scopes=("public", "agency:1"))
        dossier_samples.sync()
        dossier_samples.source.collection = "public"
        assert dossier_samples.ask("đất đai").total == 0
        assert dossier_samples.ask("").total == 0

    def test_languages_are_searched_separately(self, samples: SearchFixture):
        samples.add("Marriage registration", locale="en")
        samples.add("Đăng ký kết hôn (marriage)", locale="vi")
        samples.sync()
        assert samples.titles("marriage", locale="en") == ["Marriage registration"]
        assert samples.titles("marriage", locale="vi") == ["Đăng ký kết hôn (marriage)"]

    def test_a_document_without_a_translation_is_found_in_every_language(
        self, samples: SearchFixture
    ) -> None:
        samples.add("Khai sinh", locale=UNTRANSLATED)
        samples.add("Khai sinh lại", locale="vi")
        samples.sync()
        assert set(samples.titles("khai sinh", locale="vi")) == {"Khai sinh", "Khai sinh lại"}
        assert samples.titles("khai sinh", locale="en") == ["Khai sinh"]

    @pytest.mark.parametrize(
        "query", ["khai sinh", "đăng ký khai sinh", "dang ky khai sinh", "birth registration"]
    )
    def test_a_translation_is_found_by_the_title_of_its_original(
        self, samples: SearchFixture, query: str
    ) -> None:
        samples.add("Birth registration", locale="en", other_titles=("Đăng ký khai sinh",))
        for title in ("Đăng ký lại khai sinh", "Đăng ký khai tử", "Khai sinh kết hợp nhận cha, mẹ, con"):
            samples.add(title, locale=UNTRANSLATED)
        samples.sync()
        found = samples.titles(query, locale="en")
        assert (found[0], found.count("Birth registration")) == ("Birth registration", 1)

    def test_results_sorted_by_title_follow_the_titles_shown(self, samples: SearchFixture) -> None:
        samples.add("Registration of a birth", locale="en", other_titles=("Đăng ký khai sinh",))
        samples.add("Khai sinh", locale=UNTRANSLATED)
        samples.sync()
        found = samples.titles("khai sinh", locale="en", sort="title")
        assert found == ["Khai sinh", "Registration of a birth"]


class TestFacets:
    def _fill(self, samples: SearchFixture, number: int) -> None:
        for place in range(number):
            samples.add(
                f"Giấy phép số {place}",
                facets={"field": (f"f{place % 12:02}",), "level": ("xa" if place % 3 else "tinh",)},
                facet_labels={
                    f"f{place % 12:02}": f"Lĩnh vực {place % 12}",
                    "xa": "Cấp xã",
                    "tinh": "Cấp tỉnh",
                },
            )
        samples.sync()

    @pytest.mark.parametrize("query", ["giấy phép", ""])
    def test_more_than_ten_values_are_counted(self, samples: SearchFixture, query: str):
        self._fill(samples, 30)
        field = samples.ask(query).facet("field")
        assert len(field.values) == 12
        assert sum(value.count for value in field.values) == 30
        assert field.values[0].label.startswith("Lĩnh vực")

    @pytest.mark.parametrize("query", ["giấy phép", ""])
    def test_selection_narrows_other_facets_but_not_its_own(self, samples: SearchFixture, query: str):
        self._fill(samples, 30)
        result = samples.ask(query, level=("tinh",))
        assert result.total == 10
        assert {v.value: (v.count, v.selected) for v in result.facet("level").values} == {
            "xa": (20, False),
            "tinh": (10, True),
        }
        assert sum(value.count for value in result.facet("field").values) == 10

    def test_selected_value_without_hits_stays_selectable(self, samples: SearchFixture):
        self._fill(samples, 3)
        chosen = samples.ask("giấy phép", field=("f99",)).facet("field")
        assert [(v.value, v.count) for v in chosen.values if v.selected] == [("f99", 0)]

    def test_counts_beyond_the_ranked_window_stay_exact(self, samples: SearchFixture, monkeypatch):
        monkeypatch.setattr("search.selectors.search.WINDOW", 10)
        self._fill(samples, 30)
        result = samples.ask("giấy phép", level=("xa",))
        assert result.total == 20
        assert {v.value: v.count for v in result.facet("level").values} == {"xa": 20, "tinh": 10}
        assert all(hit.facets["level"] == ("xa",) for hit in result.hits)


class TestPages:
    @pytest.mark.parametrize("query", ["giấy phép", ""])
    @pytest.mark.parametrize("sort", ["relevance", "newest", "title"])
    def test_pages_contain_each_hit_once(self, samples: SearchFixture, query: str, sort: str):
        for _number in range(23):
            samples.add("Giấy phép")
        samples.sync()
        seen = [hit.ref for page in (1, 2, 3) for hit in samples.ask(query, page=page, sort=sort).hits]
        assert len(seen) == len(set(seen)) == 23
        assert samples.ask(query, page=3).pages == 3
        assert samples.ask(query, page=4).hits == ()

    @pytest.mark.parametrize("query", ["giấy phép", ""])
    def test_results_can_be_sorted_newest_first(self, samples: SearchFixture, query: str):
        for _number in range(3):
            samples.add("Giấy phép")
        samples.sync()
        assert [hit.ref for hit in samples.ask(query, sort="newest").hits] == ["003", "002", "001"]


class TestHighlighting:
    def test_highlights_are_in_the_original_text(self, samples: SearchFixture):
        samples.add("Đăng ký <b>Kết hôn</b> & khai sinh")
        samples.sync()
        title = samples.ask("ket hon").hits[0].title
        assert [piece for piece, marked in title.pieces() if marked] == ["Kết hôn"]
        assert "".join(piece for piece, _marked in title.pieces()) == "Đăng ký <b>Kết hôn</b> & khai sinh"

    def test_a_snippet_shows_the_words_in_context(self, samples: SearchFixture):
        body = "Mở đầu. " * 80 + "Nộp giấy chứng sinh tại trạm y tế. " + "Kết thúc. " * 80
        samples.add("Khai sinh", body=body)
        samples.sync()
        snippet = samples.ask("chứng sinh").hits[0].snippet
        assert "giấy chứng sinh" in snippet.text
        assert len(snippet.text) < 260
        assert (snippet.cut_before, snippet.cut_after) == (True, True)


NASTY = [
    '"',
    "'; DROP TABLE x; --",
    "((((",
    "kết AND OR NOT PARTIAL_FACTOR(hôn",
    "title:hôn* ^2 ~1 [a TO b] {x}",
    "\\",
    "%s %d {} ${x}",
    "🎉🎉",
    "kết\x00hôn",
    "a" * 5000,
    "kết hôn " * 500,
    "!&|<->:*",
    "̀́",
    "中文 كتاب ªº²",
]


class TestBadInput:
    @pytest.mark.parametrize("query", NASTY)
    def test_all_input_is_treated_as_text(self, samples: SearchFixture, query: str):
        samples.add("Đăng ký kết hôn")
        samples.sync()
        assert samples.ask(query).total in (0, 1)

    @pytest.mark.parametrize("query", ["kết\x00hôn", '"kết" (hôn)', "kết* hôn~ 🎉"])
    def test_punctuation_separates_words(self, samples: SearchFixture, query: str):
        samples.add("Đăng ký kết hôn")
        samples.sync()
        assert samples.titles(query) == ["Đăng ký kết hôn"]


class TestChanges:
    def test_a_changed_document_is_found_only_by_its_new_words(self, samples: SearchFixture):
        old = samples.add("Tin cũ")
        samples.sync()
        samples.source.documents_by_ref[old.ref] = samples.document("Thông báo mới", ref=old.ref)
        samples.sync()
        assert samples.titles("thông báo") == ["Thông báo mới"]
        assert samples.titles("tin cũ") == []

    def test_documents_that_the_source_no_longer_yields_are_removed(self, samples: SearchFixture):
        document = samples.add("Đăng ký kết hôn", codes=(CODE,))
        samples.sync()
        del samples.source.documents_by_ref[document.ref]
        samples.sync(document.ref)
        assert samples.titles("kết hôn") == samples.titles(CODE) == samples.titles("") == []

    def test_a_deleted_document_can_be_indexed_again(self, samples: SearchFixture):
        document = samples.add("Đăng ký kết hôn")
        samples.sync()
        del samples.source.documents_by_ref[document.ref]
        samples.sync(document.ref)
        samples.source.documents_by_ref[document.ref] = document
        samples.sync(document.ref)
        assert samples.titles("kết hôn") == ["Đăng ký kết hôn"]

    def test_an_older_version_that_arrives_late_is_ignored(self, samples: SearchFixture):
        new = samples.add("Bản mới", version=7)
        samples.sync()
        samples.source.documents_by_ref[new.ref] = samples.document("Bản cũ", ref=new.ref, version=6)
        samples.sync()
        assert samples.titles("bản") == ["Bản mới"]

    def test_rebuilding_adds_and_removes_documents(self, samples: SearchFixture):
        gone = samples.add("Tin đã gỡ")
        samples.sync()
        del samples.source.documents_by_ref[gone.ref]
        samples.add("Tin chưa biết", ref="009")
        assert rebuild() == 1
        samples.settle()
        assert samples.titles("tin") == ["Tin chưa biết"]

    def test_changes_during_a_rebuild_are_not_lost(self, samples: SearchFixture, monkeypatch):
        for number in range(3):
            samples.add(f"Tin {number}")
        samples.sync()
        read = list(samples.source.documents_by_ref.values())

        def stale(refs=None):
            """The first read predates a change that others made in the meantime."""
            if refs is None:
                _change(samples)
                return iter(read)
            current = samples.source.documents_by_ref
            return iter([current[ref] for ref in refs if ref in current])

        monkeypatch.setattr(samples.source, "documents", stale)
        rebuild(engine=engines.DATABASE)
        for replica in engines.replicas():
            replica.reconcile()
        samples.settle()
        assert sorted(samples.titles("tin")) == ["Tin 1", "Tin 2", "Tin vừa sửa"]


def _change(samples: SearchFixture) -> None:
    kept: dict[str, SearchDocument] = samples.source.documents_by_ref
    kept["001"] = samples.document("Tin vừa sửa", ref="001")
    samples.sync("001")


def test_the_kind_of_every_hit_is_counted(samples: SearchFixture):
    samples.add("Giấy phép")
    samples.sync()
    assert [(v.value, v.count) for v in samples.ask("giấy phép").facet("kind").values] == [(KIND, 1)]
