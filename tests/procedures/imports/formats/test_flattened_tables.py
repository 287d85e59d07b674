"""Tables of full-text records whose cell borders were lost."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text import clean, fold
from procedures.choices import DocumentKind
from procedures.imports.formats.flattened_tables import parse_legal_bases, parse_required_documents
from procedures.imports.formats.full_text import fulltext_record
from tests.paths import shared_data

HEAD = "Tên giấy tờMẫu đơn, tờ khaiSố lượng"


def documents(text):
    return [document for case in parse_required_documents(text) for document in case.documents]


class TestPapers:
    @pytest.mark.parametrize(
        ("row", "name", "file", "originals", "copies"),
        [
            ("Tờ khai1 bản chính", "Tờ khai", None, 1, 0),
            ("Tờ khai1 bản chính,2 bản sao", "Tờ khai", None, 1, 2),
            ("Tờ khai0 bản chính,1 bản sao", "Tờ khai", None, 0, 1),
            ("Ảnh10 bản chính", "Ảnh", None, 10, 0),
            ("Đơn theo Mẫu số 181 bản chính", "Đơn theo Mẫu số 18", None, 1, 0),
            ("- Tờ khai theo mẫu;TK.docx1 bản chính", "Tờ khai theo mẫu;", "TK.docx", 1, 0),
            (".Bản sao quyết định0 bản chính,1 bản sao", "Bản sao quyết định", None, 0, 1),
            ("Đơn kèm NĐ số 58/2024/NĐ-CPMus132.docx1 bản chính", "Đơn kèm NĐ số 58/2024/NĐ-CP", "Mus132.docx", 1, 0),
            ("Đơn ngày 26/01/2026Mau so 02.docx1 bản chính", "Đơn ngày 26/01/2026", "Mau so 02.docx", 1, 0),
            ("Biên bản (nếu có) ;Phụ lục II.doc1 bản chính", "Biên bản (nếu có) ;", "Phụ lục II.doc", 1, 0),
            ("Đơn theo quy địnhvăn bản.docx1 bản chính", "Đơn theo quy địnhvăn bản.docx", None, 1, 0),
        ],
    )  # fmt: skip
    def test_row_becomes_a_required_document(self, row, name, file, originals, copies):
        (document,) = documents(f"--{HEAD}{row}")

        assert (document.name, document.originals, document.copies) == (name, originals, copies)
        assert [one.name for one in document.blank_forms] == ([file] if file else [])
        assert document.kind == DocumentKind.SUBMIT

    @pytest.mark.parametrize(
        ("title", "row", "kind"),
        [
            ("* Giấy tờ phải xuất trình:", "Căn cước0 bản chính", DocumentKind.SHOW),
            ("", "Căn cước để xuất trình0 bản chính", DocumentKind.SHOW),
            ("", "Trường hợp ủy quyền thì có văn bản ủy quyền0 bản chính", DocumentKind.NOTE),
            ("", "Lưu ý: khai đúng sự thật0 bản chính", DocumentKind.NOTE),
            ("", "Giấy xác nhận0 bản chính", DocumentKind.NOTE),
            ("* Giấy tờ phải xuất trình:", "Đối với người nước ngoài0 bản chính", DocumentKind.NOTE),
        ],
    )
    def test_rows_without_quantity_are_documents_to_show_or_notes(self, title, row, kind):
        (document,) = documents(f"{title}{HEAD}{row}")

        assert document.kind == kind
        assert document.required is (kind != DocumentKind.NOTE)

    def test_each_case_has_its_own_documents(self):
        text = (
            f"- Trường hợp mua bán, bao gồm: {HEAD}Hợp đồng1 bản chính"
            f"* Trường hợp thừa kế gồm:{HEAD}Di chúc1 bản chính,1 bản sao"
        )

        buy, inherit = parse_required_documents(text)

        assert (buy.title, [document.name for document in buy.documents]) == (
            "Trường hợp mua bán",
            ["Hợp đồng"],
        )
        assert (inherit.title, inherit.documents[0].copies) == ("Trường hợp thừa kế", 1)

    @pytest.mark.parametrize("text", ["", "--", "Không có thông tin", " - "])
    def test_empty_text_has_no_documents(self, text):
        assert parse_required_documents(text) == ()

    def test_text_without_a_table_is_kept_whole(self):
        (document,) = documents("Theo Điều 5 Nghị định 23/2015/NĐ-CP.")

        assert (document.kind, document.name) == (DocumentKind.NOTE, "Theo Điều 5 Nghị định 23/2015/NĐ-CP.")

    @given(st.text(max_size=200))
    def test_any_text_is_parsed_without_error(self, text):
        for document in documents(f"{HEAD}{text}1 bản chính"):
            assert document.name
            assert document.originals >= 0

    @given(
        st.lists(
            st.tuples(st.sampled_from(["Tờ khai", "Ảnh", "Hợp đồng"]), st.integers(0, 9), st.integers(0, 9)),
            min_size=1,
        )
    )
    def test_every_quantity_is_read_back(self, rows):
        text = "".join(f"{name}{one} bản chính,{two} bản sao" for name, one, two in rows)

        assert [
            (document.name, document.originals, document.copies) for document in documents(HEAD + text)
        ] == rows


class TestLegalBases:
    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("Luật Hộ tịch60/2014/QH13", [("60/2014/QH13", "Luật Hộ tịch")]),
            ("Luật Cư trú68/2020/QH14Nghị định về cư trú154/2024/NĐ-CP",
             [("68/2020/QH14", "Luật Cư trú"), ("154/2024/NĐ-CP", "Nghị định về cư trú")]),
            ("Nghị định 101/2024/NĐ-CPNghị định 101/2024/NĐ-CP", [("101/2024/NĐ-CP", "")]),
            ("Nghị quyết số 66.7/2025/NQ-CP cắt giảm66.7/2025/NQ-CP",
             [("66.7/2025/NQ-CP", "Nghị quyết số 66.7/2025/NQ-CP cắt giảm")]),
            ("Luật số 43/2024/QH15 ngày 29/6/202443/2024/QH15",
             [("43/2024/QH15", "Luật số 43/2024/QH15 ngày 29/6/2024")]),
            ("Quyết định của Thủ tướng24/2021/QĐ-TTg", [("24/2021/QĐ-TTg", "Quyết định của Thủ tướng")]),
            ("Thông tư liên tịch về nhiễu10/2013/TTLT-BTTTT-BQP-BCA",
             [("10/2013/TTLT-BTTTT-BQP-BCA", "Thông tư liên tịch về nhiễu")]),
            ("Theo Luật Đất đai", [("", "Theo Luật Đất đai")]),
            ("Không có thông tin", []),
            ("", []),
        ],
    )  # fmt: skip
    def test_legal_bases_are_split_into_number_and_title(self, text, found):
        bases = parse_legal_bases(f"Tên văn bản pháp lýMã văn bản{text}" if text else "")

        assert [(basis.number, basis.title) for basis in bases] == found

    @given(
        st.lists(
            st.tuples(
                st.sampled_from(["Luật Hộ tịch", "Nghị định về phí"]),
                st.integers(1, 999),
                st.integers(2000, 2030),
            ),
            max_size=5,
        )
    )
    def test_every_number_is_read_back_once(self, rows):
        text = "".join(f"{title}{number}/{year}/NĐ-CP" for title, number, year in rows)
        wanted = list(dict.fromkeys((f"{number}/{year}/NĐ-CP", title) for title, number, year in rows))

        assert [(basis.number, basis.title) for basis in parse_legal_bases(text)] == wanted

    @given(st.text(max_size=200))
    def test_any_text_is_parsed_without_error(self, text):
        assert all(basis.number or basis.title for basis in parse_legal_bases(text))


def test_no_word_of_the_national_texts_is_lost():
    """Every word of documents and legal bases is on the page, even if it was split wrongly."""
    records = json.loads(shared_data("camau", "tthc_camau_overlap_194.json").read_text(encoding="utf-8"))
    for data in records:
        record = fulltext_record(data)
        kept = fold(" ".join(
            f"{case.title} " + " ".join(f"{p.name} {' '.join(t.name for t in p.blank_forms)}" for p in case.documents)
            for case in record.cases
        ))  # fmt: skip
        source = fold(clean(data["thanh_phan_ho_so"].replace("Tên giấy tờMẫu đơn, tờ khaiSố lượng", " ")))
        source = re.sub(r"\d+ ban chinh(,\s*\d+ ban sao)?|\d+ ban sao", " ", source)
        missing = set(re.findall(r"[^\W\d_]{4,}", source)) - set(re.findall(r"[^\W\d_]{4,}", kept))
        assert len(missing) <= 0.1 * len(set(source.split())) + 5, (data["ma_thu_tuc"], sorted(missing)[:20])
