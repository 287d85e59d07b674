"""NFC, folding that keeps the length, slugs, tokens, sort order and sentence case of Vietnamese text."""

from __future__ import annotations

import csv
import random
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.models import ORDER_KEY_LENGTH, ORDER_LETTERS
from core.text import (
    clean,
    fold,
    nfc,
    nonempty_lines,
    normalise_lines,
    order_key,
    sentence_case,
    slugify,
    sort_key,
    tokens,
    unused_slug,
)  # fmt: skip
from tests.core.vietnamese import ALPHABET, CAPITALS, IN_ORDER, LETTERS
from tests.paths import ROOT, shared_data

vietnamese = st.text(ALPHABET + " 0123456789.,-/", max_size=60)
anything = st.text(max_size=60)


def test_alphabet_has_every_letter_with_every_tone():
    assert len(LETTERS) == 12 * 6 + 1
    assert len(set(LETTERS) | set(CAPITALS)) == 2 * 73
    assert all(len(letter) == 1 for letter in ALPHABET)


@pytest.mark.parametrize(("letter", "plain"), sorted({**LETTERS, **CAPITALS}.items()))
def test_every_letter_folds_and_slugs_to_its_plain_one(letter, plain):
    assert fold(letter) == plain
    assert slugify(f"x{letter}x") == f"x{plain}x"
    assert fold(unicodedata.normalize("NFD", letter)) == plain, "typed on a Mac"
    assert slugify(unicodedata.normalize("NFD", letter)) == plain


def test_lines_are_normalised_and_nonempty_lines_trimmed():
    assert normalise_lines(" a\r\n\rb\x0bc\x0cd\x85e\u2028f\u2029g \xa0\n h\n") == "a\n\nb\nc\nd\ne\nf\ng\n h"

    assert nonempty_lines(" một \r\n\n \nhai") == ("một", "hai")


class TestNormalForm:
    @given(vietnamese)
    def test_nfc_unifies_both_spellings(self, text):
        assert nfc(unicodedata.normalize("NFD", text)) == nfc(text) == text

    @given(anything)
    def test_nfc_is_idempotent(self, text):
        assert nfc(nfc(text)) == nfc(text)

    @given(anything)
    def test_clean_text_stays_unchanged(self, text):
        once = clean(text)
        assert clean(once) == once
        assert once == once.strip()
        assert "  " not in once

    @pytest.mark.parametrize(
        ("typed", "kept"),
        [
            ("  Cà   Mau ", "Cà Mau"),
            ("Cà\u00a0Mau", "Cà Mau"),
            ("Cà\n\tMau", "Cà Mau"),
            ("Cà\u200b Mau\ufeff", "Cà Mau"),
            ("kha\u00adi sinh", "khai sinh"),
            ("\u202eCà Mau\u202c", "Cà Mau"),
            ("Ca\u0300 Mau", "Cà Mau"),
            ("\u200b", ""),
            ("", ""),
        ],
    )
    def test_white_space_and_invisible_characters(self, typed, kept):
        assert clean(typed) == kept


class TestFolding:
    @given(anything)
    def test_keeps_the_length_of_whatever_is_typed(self, text):
        """Offsets in the folded text are valid in the original text."""
        assert len(fold(text)) == len(nfc(text))

    @given(anything, anything)
    def test_each_side_of_a_space_folds_on_its_own(self, left, right):
        """With a space between, no character of one side combines with the other."""
        assert fold(f"{left} {right}") == f"{fold(left)} {fold(right)}"

    @given(vietnamese)
    def test_folding_is_idempotent(self, text):
        assert fold(fold(text)) == fold(text)
        assert fold(text).isascii()

    @given(vietnamese)
    def test_capitals_and_the_way_of_typing_do_not_matter(self, text):
        assert fold(text.upper()) == fold(text.lower()) == fold(text)
        assert fold(unicodedata.normalize("NFD", text)) == fold(text)

    @given(vietnamese, st.integers(0, 59), st.integers(0, 59))
    def test_a_hit_can_be_marked_in_the_original(self, text, start, length):
        needle = text[start : start + length]
        found = fold(text).find(fold(needle))
        assert found >= 0
        assert fold(text[found : found + len(needle)]) == fold(needle)

    @pytest.mark.parametrize(
        ("text", "folded"),
        [
            ("Đăng ký KẾT HÔN", "dang ky ket hon"),
            ("Ủy ban nhân dân", "uy ban nhan dan"),
            ("ĐƯỜNG", "duong"),
            ("ð", "d"),
            ("Café", "cafe"),
            ("Straße", "straße"),
            ("İ", "i"),
            ("ﬁ", "ﬁ"),
            ("한", "ᄒ"),
            ("\u0301", " "),
        ],
    )
    def test_folding_examples(self, text, folded):
        assert fold(text) == folded


class TestSlug:
    @given(anything, st.integers(1, 80))
    def test_any_text_gives_a_valid_slug(self, text, longest):
        slug = slugify(text, max_length=longest)
        assert len(slug) <= longest
        assert slug == "" or set(slug) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
        assert not slug.startswith("-")
        assert not slug.endswith("-")
        assert "--" not in slug

    @given(anything)
    def test_slug_of_a_slug_is_unchanged(self, text):
        assert slugify(slugify(text)) == slugify(text)

    @pytest.mark.parametrize(
        ("text", "slug"),
        [
            ("Đăng ký kết hôn", "dang-ky-ket-hon"),
            ("Cấp giấy phép xây dựng", "cap-giay-phep-xay-dung"),
            ("Nghị định 118/2025/NĐ-CP", "nghi-dinh-118-2025-nd-cp"),
            ("  — Điện, nước — ", "dien-nuoc"),
            ("???", ""),
            ("", ""),
        ],
    )
    def test_slug_examples(self, text, slug):
        assert slugify(text) == slug

    @pytest.mark.parametrize(
        ("text", "longest", "slug"),
        [
            ("dang ky ket hon", 11, "dang-ky-ket"),
            ("dang ky ket hon", 12, "dang-ky-ket"),
            ("dang ky ket hon", 7, "dang-ky"),
            ("dang ky ket hon", 8, "dang-ky"),
            ("dang ky ket hon", 4, "dang"),
            ("dang ky ket hon", 3, "dan"),
            ("khongcokhoangtrang", 6, "khongc"),
        ],
    )
    def test_long_slug_is_cut_at_a_word(self, text, longest, slug):
        assert slugify(text, max_length=longest) == slug


class TestTokens:
    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("Đăng ký kết hôn", ["dang", "ky", "ket", "hon"]),
            ("thủ tục 1.001193.H12", ["thu", "tuc", "1.001193.h12"]),
            ("NĐ 118/2025/NĐ-CP!", ["nd", "118/2025/nd-cp"]),
            ("a_b", ["a", "b"]),
            ("... -- //", []),
            ("", []),
        ],
    )
    def test_token_examples(self, text, found):
        assert tokens(text) == found

    @given(vietnamese)
    def test_are_pieces_of_the_folded_text_in_order(self, text):
        rest = fold(text)
        for token in tokens(text):
            assert token in rest
            rest = rest[rest.index(token) + len(token) :]


@pytest.mark.parametrize(
    "ordered",
    [
        ["a", "à", "ả", "ã", "á", "ạ", "ă", "ắ", "â", "ấ", "b"],
        ["dân", "đan", "đơn", "e", "ê", "g"],
        ["o", "ô", "ơ", "p", "u", "ư", "v", "w", "x", "y"],
        ["Bạc Liêu", "Cà Mau", "Cái Nước", "Đất Mũi", "Năm Căn", "U Minh"],
        ["Cấp bản sao", "Cấp giấy phép", "Chấm dứt", "Chứng thực", "Công nhận"],
        ["Sở Tài chính", "Sở Tư pháp", "Sở Xây dựng", "Sở Y tế"],
        ["Khu vực 2", "Khu vực 3", "Khu vực A"],
    ],
)
def test_names_are_in_vietnamese_dictionary_order(ordered):
    shuffled = ordered[::2] + ordered[1::2]
    assert sorted(shuffled, key=sort_key) == ordered


def test_a_tone_decides_only_between_words_of_the_same_letters():
    assert sorted(["má b", "ma c", "ma b"], key=sort_key) == ["ma b", "má b", "ma c"]


@given(st.text(max_size=30))
def test_any_text_has_a_key_and_its_unicode_form_does_not_matter(text):
    composed, decomposed = (unicodedata.normalize(form, text) for form in ("NFC", "NFD"))
    assert sort_key(composed) == sort_key(decomposed)


@pytest.mark.parametrize(
    ("used", "found"),
    [
        ([], "ho-tich"),
        (["khac"], "ho-tich"),
        (["ho-tich"], "ho-tich-2"),
        (["ho-tich", "ho-tich-3"], "ho-tich-2"),
        (["ho-tich", "ho-tich-2"], "ho-tich-3"),
    ],
)
def test_unused_slug_is_the_first_free_number(used: list[str], found: str) -> None:
    assert unused_slug("ho-tich", used) == found


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("CẤP GIẤY PHÉP XÂY DỰNG", "Cấp giấy phép xây dựng"),
        ("KHAI TỬ", "Khai tử"),
        ("THỦ TỤC CẤP LẠI GCN QSDĐ CỦA UBND XÃ ĐẤT MŨI", "Thủ tục cấp lại GCN QSDĐ của UBND xã Đất Mũi"),
        ("CẤP PHÉP CHO CƠ SỞ BÁN LẺ LPG", "Cấp phép cho cơ sở bán lẻ LPG"),
        ("GIẢI QUYẾT CHẾ ĐỘ TNLĐ, BNN", "Giải quyết chế độ TNLĐ, BNN"),
        ("SỞ Y TẾ VÀ BỘ GIÁO DỤC VÀ ĐÀO TẠO", "Sở Y tế và Bộ Giáo dục và Đào tạo"),
        ("HOẠT ĐỘNG Ở MỘT XÃ", "Hoạt động ở một xã"),
        ("CÔNG TRÌNH CẤP III, CẤP IV", "Công trình cấp III, cấp IV"),
        ("TRANG THIẾT BỊ LOẠI B, C, D", "Trang thiết bị loại B, C, D"),
        ("GIẤY PHÉP LÁI XE HẠNG B2", "Giấy phép lái xe hạng B2"),
        ("XỬ LÝ VI PHẠM TẠI VIỆT NAM", "Xử lý vi phạm tại Việt Nam"),
        ("Cấp thẻ CĂN CƯỚC công dân", "Cấp thẻ căn cước công dân"),
        ("QUYẾT ĐỊNH Về việc công bố", "Quyết định Về việc công bố"),
        ("Thiết bị tích hợp với PET (PET/CT), tích hợp với SPECT",) * 2,
        ("Đăng ký sử dụng dịch vụ T-VAN/ ngừng dịch vụ T-VAN",) * 2,
        ("Cấp lại sổ BHXH, thẻ BHYT", "Cấp lại sổ BHXH, thẻ BHYT"),
        ("Bổ sung hồ sơ liệt sĩ. .", "Bổ sung hồ sơ liệt sĩ"),
        ("  đăng  ký\u200b kết hôn ", "Đăng ký kết hôn"),
        ("HTX", "HTX"),
        ("", ""),
    ],
)
def test_sentence_case_examples(written: str, shown: str) -> None:
    assert sentence_case(written) == shown
    assert sentence_case(unicodedata.normalize("NFD", written)) == shown


def test_names_of_provinces_and_of_the_configured_places_keep_their_capitals(settings):
    rows = csv.DictReader((ROOT / "accounts/data/units.csv").read_text("utf-8").splitlines())
    names = [re.sub("^(Tỉnh|Thành phố) ", "", row["name"]) for row in rows if not row["province_code"]]
    settings.PORTAL_PLACE_NAMES = local = ["Buôn Ma Thuột"]
    for name in names + local:
        assert sentence_case(f"CẤP PHÉP TẠI {name.upper()}") == f"Cấp phép tại {name}"
    assert sentence_case("CẤP PHÉP TẠI ĐẤT MŨI") == "Cấp phép tại đất mũi"


class TestOrderKey:
    def test_it_gives_dictionary_order(self):
        assert sorted(random.Random(3).sample(IN_ORDER, len(IN_ORDER)), key=order_key) == IN_ORDER

    @given(vietnamese, vietnamese)
    def test_it_orders_like_the_sort_key(self, one, two):
        assert (order_key(one) < order_key(two)) == (sort_key(one) < sort_key(two))
        assert (order_key(one) == order_key(two)) == (sort_key(one) == sort_key(two))

    @given(st.text(max_size=400))
    def test_any_text_fits_the_column_in_digits(self, text):
        key = order_key(text)
        assert len(key) <= ORDER_KEY_LENGTH
        assert re.fullmatch(r"[0-9]+", key, re.ASCII)

    def test_capitals_do_not_matter_and_tones_matter_last(self):
        assert order_key("ĐẤT ĐAI") == order_key("đất đai")
        assert sorted(["má b", "ma c", "mà b", "ma b"], key=order_key) == ["ma b", "mà b", "má b", "ma c"]

    def test_a_shorter_name_comes_before_a_longer_one(self):
        assert sorted(["Cấp lại", "Cấp", "Cấp giấy"], key=order_key) == ["Cấp", "Cấp giấy", "Cấp lại"]

    def test_text_after_the_last_counted_letter_does_not_matter(self):
        assert order_key("x" * ORDER_LETTERS + "a") == order_key("x" * ORDER_LETTERS + "b")


WORDS = [
    "cấp", "GIẤY", "PHÉP", "xây", "dựng", "HTX", "LPG", "Ở", "xã", "Cà Mau", "CÀ MAU", "loại II", "(y tế)", "2025",
    "B2,",
]  # fmt: skip


@given(st.lists(st.sampled_from(WORDS), max_size=12))
def test_sentence_case_changes_case_only_and_is_idempotent(words: list[str]) -> None:
    title = " ".join(words)
    shown = sentence_case(title)
    assert fold(shown) == fold(title).rstrip(" ,")
    assert sentence_case(shown) == shown


@given(st.text(max_size=80))
def test_sentence_case_accepts_any_text(text: str) -> None:
    assert len(sentence_case(text)) <= len(unicodedata.normalize("NFC", text)) + 2


def test_no_title_of_the_province_stays_in_upper_case() -> None:
    lines = shared_data("camau", "DanhSachTTHC_CaMau_capxa.csv").read_text(encoding="utf-8-sig")
    shouted = [line for line in lines.splitlines() if "THỦ TỤC" in line]
    assert shouted, "the list has titles in capitals"
    for line in shouted:
        assert "THỦ TỤC" not in sentence_case(line.split(",")[2])


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        # abbreviations stay
        ("CẤP GIẤY CHỨNG NHẬN CHO HTX, LIÊN HIỆP HTX", "Cấp giấy chứng nhận cho HTX, liên hiệp HTX"),
        ("THỦ TỤC CỦA UBND CẤP XÃ", "Thủ tục của UBND cấp xã"),
        ("NGHỊ QUYẾT CỦA HĐND TỈNH", "Nghị quyết của HĐND tỉnh"),
        ("HỖ TRỢ HỌC NGHỀ TỪ QUỸ BHTN", "Hỗ trợ học nghề từ quỹ BHTN"),
        ("CẤP LẠI THẺ BHYT", "Cấp lại thẻ BHYT"),
        ("THẨM ĐỊNH BÁO CÁO ĐTM", "Thẩm định báo cáo ĐTM"),
        ("CẤP ĐỔI GCN QSDĐ", "Cấp đổi GCN QSDĐ"),
        ("CỬA HÀNG BÁN LẺ LPG CHAI", "Cửa hàng bán lẻ LPG chai"),
        ("HỒ SƠ DỰ ÁN PPP", "Hồ sơ dự án PPP"),
        # Roman numerals
        ("CÔNG TRÌNH CẤP II", "Công trình cấp II"),
        ("DỰ ÁN NHÓM B, CẤP III VÀ CẤP IV", "Dự án nhóm B, cấp III và cấp IV"),
        ("GIAI ĐOẠN III", "Giai đoạn III"),
        # classes and marks
        ("GIẤY PHÉP LÁI XE HẠNG A1, B2", "Giấy phép lái xe hạng A1, B2"),
        ("PHƯƠNG TIỆN LOẠI C", "Phương tiện loại C"),
        # names
        ("TỈNH CÀ MAU", "Tỉnh Cà Mau"),
        ("XÃ ĐẤT MŨI, HUYỆN NGỌC HIỂN", "Xã Đất Mũi, huyện Ngọc Hiển"),
        ("CÔNG DÂN VIỆT NAM CƯ TRÚ Ở LÀO VÀ CAMPUCHIA", "Công dân Việt Nam cư trú ở Lào và Campuchia"),
        ("PHONG TẶNG BÀ MẸ VIỆT NAM ANH HÙNG", "Phong tặng Bà mẹ Việt Nam anh hùng"),
        ("CHỦ TỊCH ỦY BAN NHÂN DÂN CẤP XÃ", "Chủ tịch Ủy ban nhân dân cấp xã"),
        ("SỞ TƯ PHÁP", "Sở Tư pháp"),
        ("BỘ QUỐC PHÒNG", "Bộ Quốc phòng"),
        ("CƠ QUAN NHÀ NƯỚC", "Cơ quan Nhà nước"),
        # single letters that are words
        ("Ở RỂ, Ý KIẾN, Y TẾ", "Ở rể, ý kiến, y tế"),
        # brackets, quotes, slashes, dashes
        ("CẤP (CẤP LẠI) GIẤY PHÉP", "Cấp (cấp lại) giấy phép"),
        ("CẤP/CẤP ĐỔI THẺ", "Cấp/cấp đổi thẻ"),
        ("“GIA ĐÌNH VĂN HÓA”", "“Gia đình văn hóa”"),
        ("THU HỒI - BỒI THƯỜNG", "Thu hồi - bồi thường"),
        ("1. ĐĂNG KÝ", "1. đăng ký"),
        # ordinary titles are left alone
        ("Đăng ký khai sinh", "Đăng ký khai sinh"),
        ("Thủ tục TTHC nội bộ của UBND", "Thủ tục TTHC nội bộ của UBND"),
        ("Cấp phép bay cho UAV", "Cấp phép bay cho UAV"),
        ("đăng ký khai sinh", "Đăng ký khai sinh"),
    ],
)
def test_titles_in_capitals_become_sentence_case(written: str, shown: str) -> None:
    assert sentence_case(written) == shown


@pytest.mark.parametrize("end", [".", " .", ". .", ",", ";", ":", " ", "...", " ;"])
def test_full_stop_at_the_end_is_removed(end: str) -> None:
    assert sentence_case(f"ĐĂNG KÝ KHAI SINH{end}") == "Đăng ký khai sinh"


@pytest.mark.parametrize(
    ("text", "shown"),
    [("", ""), (" ", ""), (".", ""), ("…", "…"), ("()", "()"), ("1", "1"), ("1.001193", "1.001193"), ("HTX", "HTX"),
     ("Ở", "Ở"), ("B", "B"), ("(x)", "(X)")],
)  # fmt: skip
def test_text_without_letters_is_unchanged(text: str, shown: str) -> None:
    assert sentence_case(text) == shown


@pytest.mark.parametrize("written", ["CẤP GIẤY PHÉP", "ĐĂNG KÝ", "KHAI TỬ"])
def test_sentence_case_is_idempotent(written: str) -> None:
    assert sentence_case(sentence_case(written)) == sentence_case(written)
