"""Highlighted titles and excerpts."""

from __future__ import annotations

import pytest
from django.template.loader import render_to_string
from hypothesis import given
from hypothesis import strategies as st

from core.text import nfc
from search.highlighting import EXCERPT_LENGTH, LOOKED_THROUGH, Highlighted, Highlighter
from tests.search.words import TITLES, ask

ANY = st.text(max_size=120)


LONG = "Người dân đến nộp giấy tờ. " * 30


def highlight(text: str, query: str) -> Highlighted:
    return Highlighter(ask(query)).whole(text)


def excerpt(text: str, query: str) -> Highlighted:
    return Highlighter(ask(query)).excerpt(text)


def marked(text: str, query: str) -> list[str]:
    return [piece for piece, is_marked in highlight(text, query).pieces() if is_marked]


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
def test_matches_are_highlighted(text: str, query: str, pieces: list[str]):
    assert marked(text, query) == pieces


def test_a_word_with_other_diacritics_is_not_highlighted_if_the_query_has_diacritics():
    assert marked("Kẹt xe kết hôn", "kết hôn") == ["kết hôn"]
    assert marked("Kẹt xe kết hôn", "ket hon") == ["Kẹt", "kết hôn"]


@given(st.text(max_size=120), st.sampled_from(TITLES))
def test_the_pieces_make_up_the_text(text: str, query: str):
    found = highlight(text, query)
    assert "".join(piece for piece, _is_marked in found.pieces()) == nfc(text)


@given(st.text(max_size=900), st.sampled_from(TITLES))
def test_an_excerpt_is_a_piece_of_the_text_with_spans_inside(text: str, query: str):
    found = excerpt(text, query)
    assert found.text in " ".join(nfc(text).split())
    assert all(0 <= start < end <= len(found.text) for start, end in found.spans)
    assert len(found.text) <= EXCERPT_LENGTH


class TestExcerpt:
    def test_excerpt_shows_the_match(self):
        found = excerpt(f"{LONG} Giấy này chứng tỏ đang độc thân. {LONG}", "độc thân")
        assert "độc thân" in found.text
        assert found.cut_before
        assert found.cut_after
        assert len(found.text) <= EXCERPT_LENGTH

    def test_it_begins_and_ends_with_whole_words(self):
        found = excerpt(f"{LONG} kết hôn {LONG}", "kết hôn")
        words = set(f"{LONG} kết hôn".split())
        assert set(found.text.split()) <= words

    def test_different_words_close_together_win_over_one_word_repeated(self):
        text = f"kết {LONG} kết kết kết {LONG} kết hôn với nhau {LONG}"
        assert "kết hôn" in excerpt(text, "kết hôn").text

    def test_only_the_beginning_of_a_very_long_text_is_compared(self):
        """A better passage far into the text is not looked for; the only one is."""
        long = LONG * (LOOKED_THROUGH // len(LONG) + 1)
        first = excerpt(f"Kết quả {long} Đăng ký kết hôn", "đăng ký kết hôn")
        assert (first.cut_before, first.text[:7], first.cut_after) == (False, "Kết quả", True)
        assert "Đăng ký" in excerpt(f"{long} Đăng ký kết hôn", "đăng ký kết hôn").text

    def test_a_short_text_is_shown_whole(self):
        assert excerpt("Hai  dòng\nngắn", "kết hôn") == Highlighted("Hai dòng ngắn")

    def test_without_a_hit_the_beginning_is_shown(self):
        found = excerpt(LONG, "kết hôn")
        assert LONG.startswith(found.text)
        assert (found.cut_before, found.cut_after, found.spans) == (False, True, ())

    def test_one_endless_word_is_truncated(self):
        found = excerpt("a" * 1000, "kết hôn")
        assert 0 < len(found.text) <= EXCERPT_LENGTH


NASTY = [
    "<script>alert(1)</script> kết hôn",
    "kết <b>hôn</b>",
    "\"kết\" & 'hôn' <img src=x onerror=alert(1)>",
    "kết hôn</mark><script>",
    "{{ kết }} {% hôn %}",
]


@pytest.mark.parametrize("text", NASTY)
def test_no_text_becomes_markup(text: str):
    html = render_to_string("search/highlighted.html", {"text": highlight(text, "kết hôn")})
    rest = html.replace("<mark>", "").replace("</mark>", "")
    assert "<" not in rest
    assert ">" not in rest
    assert "<mark>" in html


class TestHighlighted:
    def test_pieces_join_to_the_text(self):
        assert Highlighted("abcdef", ((1, 3), (3, 4))).pieces() == [
            ("a", False), ("bc", True), ("d", True), ("ef", False)]  # fmt: skip

    def test_empty_text_has_no_pieces(self):
        assert Highlighted("").pieces() == []


@given(ANY, st.sampled_from(["kết hôn", "<b>khai sinh", "sao y", "a"]))
def test_highlighting_keeps_the_text(text: str, asked: str):
    query = ask(asked)
    highlighter = Highlighter(query)
    for shown in (highlighter.whole(text), highlighter.excerpt(text)):
        assert "".join(piece for piece, _marked in shown.pieces()) == shown.text
