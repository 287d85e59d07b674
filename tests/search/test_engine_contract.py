"""What every engine must do, run on SQLite, on PostgreSQL (the run's database) and on Elasticsearch."""

from __future__ import annotations

import pytest

from search.documents import SearchDocument
from search.engines import registry as engines
from search.services import rebuild
from tests.search.library import KIND, Library

CODE = "1.000894.000.00.00.H12"


class TestWords:
    def test_marks_are_not_needed(self, library: Library):
        library.add("Thủ tục đăng ký kết hôn")
        library.add("Cấp giấy phép xây dựng")
        library.sync()
        assert library.titles("dang ky ket hon") == ["Thủ tục đăng ký kết hôn"]
        assert library.titles("ĐĂNG KÝ KẾT HÔN") == ["Thủ tục đăng ký kết hôn"]

    def test_decomposed_letters_are_the_same_letters(self, library: Library):
        library.add("Đăng ký khai tử")
        library.sync()
        assert library.titles("khai tử") == ["Đăng ký khai tử"]

    def test_words_as_written_come_before_words_with_other_marks(self, library: Library):
        library.add("Triển lãm dáng kỳ đà")
        library.add("Đăng ký tạm trú")
        library.sync()
        assert library.titles("đăng ký")[0] == "Đăng ký tạm trú"
        assert library.titles("dáng kỳ")[0] == "Triển lãm dáng kỳ đà"

    @pytest.mark.parametrize(("typed", "written"), [("thuỷ sản", "thủy sản"), ("kĩ thuật", "kỹ thuật")])
    def test_both_spellings_that_schools_teach_are_one_word(self, library: Library, typed: str, written: str):
        library.add(f"Chứng nhận {written}")
        library.add("Chứng nhận lưu hành tự do")
        library.sync()
        assert library.titles(typed)[0] == f"Chứng nhận {written}"

    def test_words_standing_together_come_first(self, library: Library):
        library.add("Kết quả hôn mê và giải quyết kết luận khi đăng báo ký tên")
        library.add("Đăng ký kết hôn có yếu tố nước ngoài")
        library.add("Đăng ký kết hôn")
        library.sync()
        assert library.titles("đăng ký kết hôn")[:2] == [
            "Đăng ký kết hôn",
            "Đăng ký kết hôn có yếu tố nước ngoài",
        ]

    def test_words_of_the_text_are_found_too(self, library: Library):
        library.add("Xác nhận tình trạng hôn nhân", body="Giấy này chứng tỏ người yêu cầu đang độc thân.")
        library.add("Cấp giấy phép lái xe", body="Người yêu cầu nộp ảnh.")
        library.sync()
        assert library.titles("độc thân") == ["Xác nhận tình trạng hôn nhân"]

    def test_keywords_are_found(self, library: Library):
        library.add("Chứng thực bản sao từ bản chính", keywords=("sao y",))
        library.sync()
        assert library.titles("sao y") == ["Chứng thực bản sao từ bản chính"]

    def test_nothing_is_found_for_unknown_words(self, library: Library):
        library.add("Đăng ký kết hôn")
        library.sync()
        result = library.ask("xyzzy")
        assert (result.hits, result.total, result.facets) == ((), 0, ())


class TestCodes:
    @pytest.mark.parametrize("code", ["1.000894", "1.000894.H12", CODE, "thủ tục 1.000894 ở đâu"])
    def test_every_style_finds_the_procedure(self, library: Library, code: str):
        library.add("Đăng ký kết hôn", codes=(CODE,))
        library.add("Đăng ký kết hôn lưu động", codes=("1.000593.H12",))
        library.sync()
        assert library.titles(code)[0] == "Đăng ký kết hôn"

    def test_a_dossier_code_finds_its_dossier_alone(self, office: Library):
        for number in (1, 2):
            code = f"H12-19-261123-000{number}"
            office.add(f"Hồ sơ {number}", codes=(code,), scopes=("agency:5",))
        office.sync()
        assert office.titles("h12-19-261123-0002", scopes=("agency:5",)) == ["Hồ sơ 2"]


class TestWalls:
    def test_a_scope_is_never_crossed(self, office: Library):
        office.add("Hồ sơ đất đai", scopes=("agency:1",))
        office.add("Hồ sơ đất đai", scopes=("agency:2",))
        office.sync()
        for query in ("đất đai", ""):
            result = office.ask(query, scopes=("agency:2",))
            assert [hit.ref for hit in result.hits] == ["002"]
            assert result.total == 1
            assert [value.count for value in result.facet("kind").values] == [1]
        assert office.ask("đất đai", scopes=()).total == 0
        assert office.ask("", scopes=()).total == 0

    def test_dossiers_are_not_public(self, office: Library):
        office.add("Hồ sơ đất đai", scopes=("public", "agency:1"))
        office.sync()
        office.shelf.collection = "public"
        assert office.ask("đất đai").total == 0
        assert office.ask("").total == 0

    def test_another_language_is_another_search(self, library: Library):
        library.add("Marriage registration", locale="en")
        library.add("Đăng ký kết hôn (marriage)", locale="vi")
        library.sync()
        assert library.titles("marriage", locale="en") == ["Marriage registration"]
        assert library.titles("marriage", locale="vi") == ["Đăng ký kết hôn (marriage)"]


class TestFacets:
    def _fill(self, library: Library, number: int) -> None:
        for place in range(number):
            library.add(
                f"Giấy phép số {place}",
                facets={"field": (f"f{place % 12:02}",), "level": ("xa" if place % 3 else "tinh",)},
                facet_labels={
                    f"f{place % 12:02}": f"Lĩnh vực {place % 12}",
                    "xa": "Cấp xã",
                    "tinh": "Cấp tỉnh",
                },
            )
        library.sync()

    @pytest.mark.parametrize("query", ["giấy phép", ""])
    def test_more_than_ten_values_are_counted(self, library: Library, query: str):
        self._fill(library, 30)
        field = library.ask(query).facet("field")
        assert len(field.values) == 12
        assert sum(value.count for value in field.values) == 30
        assert field.values[0].label.startswith("Lĩnh vực")

    @pytest.mark.parametrize("query", ["giấy phép", ""])
    def test_a_choice_narrows_the_others_but_not_itself(self, library: Library, query: str):
        self._fill(library, 30)
        result = library.ask(query, level=("tinh",))
        assert result.total == 10
        assert {v.value: (v.count, v.selected) for v in result.facet("level").values} == {
            "xa": (20, False),
            "tinh": (10, True),
        }
        assert sum(value.count for value in result.facet("field").values) == 10

    def test_a_choice_without_hits_can_be_taken_back(self, library: Library):
        self._fill(library, 3)
        chosen = library.ask("giấy phép", field=("f99",)).facet("field")
        assert [(v.value, v.count) for v in chosen.values if v.selected] == [("f99", 0)]

    def test_beyond_the_ranked_window_counts_stay_exact(self, library: Library, monkeypatch):
        monkeypatch.setattr("search.selectors.searching.WINDOW", 10)
        self._fill(library, 30)
        result = library.ask("giấy phép", level=("xa",))
        assert result.total == 20
        assert {v.value: v.count for v in result.facet("level").values} == {"xa": 20, "tinh": 10}
        assert all(hit.facets["level"] == ("xa",) for hit in result.hits)


class TestPages:
    @pytest.mark.parametrize("query", ["giấy phép", ""])
    @pytest.mark.parametrize("sort", ["relevance", "newest", "title"])
    def test_pages_hold_each_hit_once(self, library: Library, query: str, sort: str):
        for _number in range(23):
            library.add("Giấy phép")
        library.sync()
        seen = [hit.ref for page in (1, 2, 3) for hit in library.ask(query, page=page, sort=sort).hits]
        assert len(seen) == len(set(seen)) == 23
        assert library.ask(query, page=3).pages == 3
        assert library.ask(query, page=4).hits == ()

    @pytest.mark.parametrize("query", ["giấy phép", ""])
    def test_newest_first(self, library: Library, query: str):
        for _number in range(3):
            library.add("Giấy phép")
        library.sync()
        assert [hit.ref for hit in library.ask(query, sort="newest").hits] == ["003", "002", "001"]


class TestMarking:
    def test_marks_stand_in_the_original(self, library: Library):
        library.add("Đăng ký <b>Kết hôn</b> & khai sinh")
        library.sync()
        title = library.ask("ket hon").hits[0].title
        assert [piece for piece, marked in title.pieces() if marked] == ["Kết hôn"]
        assert "".join(piece for piece, _marked in title.pieces()) == "Đăng ký <b>Kết hôn</b> & khai sinh"

    def test_a_snippet_shows_where_the_words_stand(self, library: Library):
        body = "Mở đầu. " * 80 + "Nộp giấy chứng sinh tại trạm y tế. " + "Kết thúc. " * 80
        library.add("Khai sinh", body=body)
        library.sync()
        snippet = library.ask("chứng sinh").hits[0].snippet
        assert "giấy chứng sinh" in snippet.text
        assert len(snippet.text) < 260
        assert (snippet.cut_before, snippet.cut_after) == (True, True)


NASTY = [
    '"',
    "'; DROP TABLE x; --",
    "((((",
    "kết AND OR NOT NEAR(hôn",
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
    def test_whatever_is_typed_is_only_text(self, library: Library, query: str):
        library.add("Đăng ký kết hôn")
        library.sync()
        assert library.ask(query).total in (0, 1)

    @pytest.mark.parametrize("query", ["kết\x00hôn", '"kết" (hôn)', "kết* hôn~ 🎉"])
    def test_signs_part_words_and_mean_nothing(self, library: Library, query: str):
        library.add("Đăng ký kết hôn")
        library.sync()
        assert library.titles(query) == ["Đăng ký kết hôn"]


class TestChanges:
    def test_a_changed_document_is_found_by_its_new_words_only(self, library: Library):
        old = library.add("Tin cũ")
        library.sync()
        library.shelf.kept[old.ref] = library.document("Thông báo mới", ref=old.ref)
        library.sync()
        assert library.titles("thông báo") == ["Thông báo mới"]
        assert library.titles("tin cũ") == []

    def test_what_the_source_no_longer_yields_is_gone(self, library: Library):
        document = library.add("Đăng ký kết hôn", codes=(CODE,))
        library.sync()
        del library.shelf.kept[document.ref]
        library.sync(document.ref)
        assert library.titles("kết hôn") == library.titles(CODE) == library.titles("") == []

    def test_a_document_comes_back_after_it_was_deleted(self, library: Library):
        document = library.add("Đăng ký kết hôn")
        library.sync()
        del library.shelf.kept[document.ref]
        library.sync(document.ref)
        library.shelf.kept[document.ref] = document
        library.sync(document.ref)
        assert library.titles("kết hôn") == ["Đăng ký kết hôn"]

    def test_an_older_version_that_arrives_late_is_ignored(self, library: Library):
        new = library.add("Bản mới", version=7)
        library.sync()
        library.shelf.kept[new.ref] = library.document("Bản cũ", ref=new.ref, version=6)
        library.sync()
        assert library.titles("bản") == ["Bản mới"]

    def test_rebuilding_takes_in_and_sweeps_out(self, library: Library):
        gone = library.add("Tin đã gỡ")
        library.sync()
        del library.shelf.kept[gone.ref]
        library.add("Tin chưa biết", ref="009")
        assert rebuild() == 1
        library.settle()
        assert library.titles("tin") == ["Tin chưa biết"]

    def test_changes_during_a_rebuild_are_not_lost(self, library: Library, monkeypatch):
        for number in range(3):
            library.add(f"Tin {number}")
        library.sync()
        read = list(library.shelf.kept.values())

        def stale(refs=None):
            """The first reading is from before the change that others made meanwhile."""
            if refs is None:
                _change(library)
                return iter(read)
            return iter([library.shelf.kept[ref] for ref in refs if ref in library.shelf.kept])

        monkeypatch.setattr(library.shelf, "documents", stale)
        rebuild(engine=engines.DATABASE)
        for mirror in engines.mirrors():
            mirror.reconcile()
        library.settle()
        assert sorted(library.titles("tin")) == ["Tin 1", "Tin 2", "Tin vừa sửa"]


def _change(library: Library) -> None:
    kept: dict[str, SearchDocument] = library.shelf.kept
    kept["001"] = library.document("Tin vừa sửa", ref="001")
    library.sync("001")


def test_the_kind_of_every_hit_is_counted(library: Library):
    library.add("Giấy phép")
    library.sync()
    assert [(v.value, v.count) for v in library.ask("giấy phép").facet("kind").values] == [(KIND, 1)]
