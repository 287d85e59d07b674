"""Marks in titles and snippets: where they stand, and that nothing of the text is lost or becomes markup."""

from __future__ import annotations

import pytest
from django.template.loader import render_to_string
from hypothesis import given
from hypothesis import strategies as st

from core.text import nfc
from search.analysis.marking import SNIPPET, mark, snippet
from search.results import Marked
from tests.search.words import TITLES, ask

LONG = "Người dân đến nộp giấy tờ. " * 30


def marked(text: str, query: str) -> list[str]:
    return [piece for piece, is_marked in mark(text, ask(query)).pieces() if is_marked]


@pytest.mark.parametrize(
    ("text", "query", "pieces"),
    [
        ("Đăng ký kết hôn", "kết hôn", ["kết hôn"]),
        ("Đăng ký kết hôn", "ket hon", ["kết hôn"]),
        ("ĐĂNG KÝ KẾT HÔN", "kết hôn", ["KẾT HÔN"]),
        ("Kết quả, rồi hôn", "kết hôn", ["Kết", "hôn"]),
        ("Đăng kí kết hôn", "đăng ký", ["Đăng kí"]),
        ("Thủ tục cấp Giấy xác nhận tình trạng hôn nhân", "còn độc thân", ["tình trạng hôn nhân"]),
        ("Hòa giải tranh chấp", "kết hôn", []),
        ("", "kết hôn", []),
        ("kết", "kết hôn", ["kết"]),
    ],
)
def test_what_the_query_meant_is_marked(text: str, query: str, pieces: list[str]):
    assert marked(text, query) == pieces


def test_a_word_with_other_marks_is_not_marked_when_the_query_has_marks():
    assert marked("Kẹt xe kết hôn", "kết hôn") == ["kết hôn"]
    assert marked("Kẹt xe kết hôn", "ket hon") == ["Kẹt", "kết hôn"]


@given(st.text(max_size=120), st.sampled_from(TITLES))
def test_the_pieces_are_the_text(text: str, query: str):
    found = mark(text, ask(query))
    assert "".join(piece for piece, _is_marked in found.pieces()) == nfc(text)


@given(st.text(max_size=900), st.sampled_from(TITLES))
def test_a_snippet_is_a_piece_of_the_text_with_spans_inside(text: str, query: str):
    found = snippet(text, ask(query))
    assert found.text in " ".join(nfc(text).split())
    assert all(0 <= start < end <= len(found.text) for start, end in found.spans)
    assert len(found.text) <= SNIPPET


class TestSnippet:
    def test_it_shows_the_place_that_answers(self):
        found = snippet(f"{LONG} Giấy này chứng tỏ đang độc thân. {LONG}", ask("độc thân"))
        assert "độc thân" in found.text
        assert found.cut_before
        assert found.cut_after
        assert len(found.text) <= SNIPPET

    def test_it_begins_and_ends_with_whole_words(self):
        found = snippet(f"{LONG} kết hôn {LONG}", ask("kết hôn"))
        words = set(f"{LONG} kết hôn".split())
        assert set(found.text.split()) <= words

    def test_different_words_near_each_other_win_over_one_word_often(self):
        text = f"kết {LONG} kết kết kết {LONG} kết hôn với nhau {LONG}"
        assert "kết hôn" in snippet(text, ask("kết hôn")).text

    def test_a_short_text_is_shown_whole(self):
        assert snippet("Hai  dòng\nngắn", ask("kết hôn")) == Marked("Hai dòng ngắn")

    def test_without_a_hit_the_beginning_is_shown(self):
        found = snippet(LONG, ask("kết hôn"))
        assert LONG.startswith(found.text)
        assert (found.cut_before, found.cut_after, found.spans) == (False, True, ())

    def test_one_endless_word_is_cut_hard(self):
        found = snippet("a" * 1000, ask("kết hôn"))
        assert 0 < len(found.text) <= SNIPPET


NASTY = [
    "<script>alert(1)</script> kết hôn",
    "kết <b>hôn</b>",
    "\"kết\" & 'hôn' <img src=x onerror=alert(1)>",
    "kết hôn</mark><script>",
    "{{ kết }} {% hôn %}",
]


@pytest.mark.parametrize("text", NASTY)
def test_no_text_becomes_markup(text: str):
    html = render_to_string("search/marked.html", {"marked": mark(text, ask("kết hôn"))})
    rest = html.replace("<mark>", "").replace("</mark>", "")
    assert "<" not in rest
    assert ">" not in rest
    assert "<mark>" in html


class TestMarked:
    def test_pieces_join_to_the_text(self):
        assert Marked("abcdef", ((1, 3), (3, 4))).pieces() == [
            ("a", False), ("bc", True), ("d", True), ("ef", False)]  # fmt: skip

    def test_nothing_has_no_pieces(self):
        assert Marked("").pieces() == []
