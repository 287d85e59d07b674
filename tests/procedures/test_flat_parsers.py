"""Tables that lost their borders: what can be seen of them is read, what cannot is kept whole."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text import clean, fold
from procedures.choices import PaperKind
from procedures.importing import words
from procedures.importing.flat_legal import legal_bases_of
from procedures.importing.flat_papers import papers_of
from procedures.importing.fulltext import fulltext_record
from procedures.importing.steps import steps_of
from tests.paths import shared_data

PAPER_NAMES = st.sampled_from(["Tờ khai", "Ảnh", "Hợp đồng"])
LAW_TITLES = st.sampled_from(["Luật Hộ tịch", "Nghị định về phí"])
HEAD = "Tên giấy tờMẫu đơn, tờ khaiSố lượng"


def papers(text):
    return [paper for case in papers_of(text) for paper in case.papers]


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
    def test_a_row(self, row, name, file, originals, copies):
        (paper,) = papers(f"--{HEAD}{row}")

        assert (paper.name, paper.originals, paper.copies) == (name, originals, copies)
        assert [one.name for one in paper.templates] == ([file] if file else [])
        assert paper.kind == PaperKind.SUBMIT

    @pytest.mark.parametrize(
        ("title", "row", "kind"),
        [
            ("* Giấy tờ phải xuất trình:", "Căn cước0 bản chính", PaperKind.SHOW),
            ("", "Căn cước để xuất trình0 bản chính", PaperKind.SHOW),
            ("", "Trường hợp ủy quyền thì có văn bản ủy quyền0 bản chính", PaperKind.NOTE),
            ("", "Lưu ý: khai đúng sự thật0 bản chính", PaperKind.NOTE),
            ("", "Giấy xác nhận0 bản chính", PaperKind.NOTE),
            ("* Giấy tờ phải xuất trình:", "Đối với người nước ngoài0 bản chính", PaperKind.NOTE),
        ],
    )
    def test_rows_without_a_number_are_shown_or_explain(self, title, row, kind):
        (paper,) = papers(f"{title}{HEAD}{row}")

        assert paper.kind == kind
        assert paper.required is (kind != PaperKind.NOTE)

    def test_each_case_has_its_own_papers(self):
        text = (
            f"- Trường hợp mua bán, bao gồm: {HEAD}Hợp đồng1 bản chính"
            f"* Trường hợp thừa kế gồm:{HEAD}Di chúc1 bản chính,1 bản sao"
        )

        buy, inherit = papers_of(text)

        assert (buy.title, [paper.name for paper in buy.papers]) == ("Trường hợp mua bán", ["Hợp đồng"])
        assert (inherit.title, inherit.papers[0].copies) == ("Trường hợp thừa kế", 1)

    @pytest.mark.parametrize("text", ["", "--", "Không có thông tin", " - "])
    def test_nothing_is_nothing(self, text):
        assert papers_of(text) == ()

    def test_a_text_without_a_table_is_kept_whole(self):
        (paper,) = papers("Theo Điều 5 Nghị định 23/2015/NĐ-CP.")

        assert (paper.kind, paper.name) == (PaperKind.NOTE, "Theo Điều 5 Nghị định 23/2015/NĐ-CP.")

    @given(st.text(max_size=200))
    def test_no_text_is_too_strange(self, text):
        for paper in papers(f"{HEAD}{text}1 bản chính"):
            assert paper.name
            assert paper.originals >= 0

    @given(
        st.lists(
            st.tuples(st.sampled_from(["Tờ khai", "Ảnh", "Hợp đồng"]), st.integers(0, 9), st.integers(0, 9)),
            min_size=1,
        )
    )
    def test_every_quantity_is_read_back(self, rows):
        text = "".join(f"{name}{one} bản chính,{two} bản sao" for name, one, two in rows)

        assert [(paper.name, paper.originals, paper.copies) for paper in papers(HEAD + text)] == rows


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
    def test_numbers_and_titles(self, text, found):
        bases = legal_bases_of(f"Tên văn bản pháp lýMã văn bản{text}" if text else "")

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

        assert [(basis.number, basis.title) for basis in legal_bases_of(text)] == wanted

    @given(st.text(max_size=200))
    def test_no_text_is_too_strange(self, text):
        assert all(basis.number or basis.title for basis in legal_bases_of(text))


class TestSteps:
    @pytest.mark.parametrize(
        ("text", "items"),
        [
            ("Bước 1: Nộp.\nBước 2: Nhận.", ["Nộp.", "Nhận."]),
            ("- Bước 1. Nộp.\n- Bước 2. Nhận.", ["Nộp.", "Nhận."]),
            ("a) Bước 1: Nộp\nTại xã.\nb) Bước 2: Nhận", ["Nộp\nTại xã.", "Nhận"]),
            ("Chuẩn bị.\nBước 1: Nộp.", ["Chuẩn bị.", "Nộp."]),
            ("- Nộp.\n- Nhận.", ["Nộp.", "Nhận."]),
            ("1. Nộp.\n2) Nhận.", ["Nộp.", "Nhận."]),
            ("Nộp hồ sơ.\nRồi nhận.", ["Nộp hồ sơ.\nRồi nhận."]),
            ("Không có thông tin", []),
            ("", []),
        ],
    )
    def test_items(self, text, items):
        assert [item for group in steps_of(text) for item in group.items] == items

    def test_cases_are_parted(self):
        one, two = steps_of("Trường hợp nộp trực tiếp:\n- Nộp.\n* Trường hợp nộp trực tuyến:\n- Gửi.")

        assert (one.case, one.items) == ("Trường hợp nộp trực tiếp", ("Nộp.",))
        assert (two.case, two.items) == ("Trường hợp nộp trực tuyến", ("Gửi.",))

    @given(st.lists(st.sampled_from(["Nộp hồ sơ", "Nhận kết quả", "Trả phí"]), min_size=1, max_size=9))
    def test_every_counted_step_is_read_back(self, items):
        text = "\n".join(f"- Bước {number}: {item}" for number, item in enumerate(items, start=1))

        assert [item for group in steps_of(text) for item in group.items] == items


class TestWords:
    @pytest.mark.parametrize(
        ("text", "limit"),
        [
            ("15 Ngày làm việc", (15, "ngay_lam_viec", "")),
            ("03 ngày làm việc", (3, "ngay_lam_viec", "")),
            ("30 Ngày", (30, "ngay", "")),
            ("2 Giờ", (2, "gio", "")),
            ("1 Tháng", (1, "thang", "")),
            ("Không có thông tin", (None, "", "")),
            ("0 Ngày", (None, "", "0 Ngày")),
            ("Ngay trong ngày", (None, "", "Ngay trong ngày")),
            ("3 - 5 ngày", (None, "", "3 - 5 ngày")),
        ],
    )
    def test_time_limits(self, text, limit):
        assert words.time_limit(text) == limit

    @pytest.mark.parametrize(
        ("text", "status"),
        [
            ("Công khai", "cong_khai"), ("Chưa công khai", "chua_cong_khai"), ("Không công khai", "chua_cong_khai"),
            ("Hết hiệu lực", "het_hieu_luc"), ("Đã bãi bỏ", "bai_bo"), ("", ""), ("Khác", ""),
        ],
    )  # fmt: skip
    def test_status(self, text, status):
        assert words.status(text) == status

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("Hộ tịch (Bộ Tư pháp)", ("Hộ tịch", "Bộ Tư pháp")),
            ("Tín ngưỡng, tôn giáo (Dân tộc và Tôn giáo)", ("Tín ngưỡng, tôn giáo", "Dân tộc và Tôn giáo")),
            ("Thuế (phí, lệ phí)", ("Thuế (phí, lệ phí)", "")),
            ("Không có thông tin", ("", "")),
        ],
    )
    def test_fields(self, text, found):
        assert words.field(text) == found

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("Công dân Việt Nam", {"cong_dan"}),
            ("Doanh nghiệp; Tổ chức (không bao gồm doanh nghiệp, HTX)", 2),
            ("Doanh nghiệp có vốn đầu tư nước ngoài", 1),
            ("", 0),
        ],
    )
    def test_audiences_are_not_found_inside_of_others(self, text, found):
        read = words.audiences(text)

        assert set(read) == found if isinstance(found, set) else len(read) == found

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("1544/QĐ-UBND (TTHC đặc thù, Sở GTVT)", ("1544/QĐ-UBND", "TTHC đặc thù, Sở GTVT")),
            ("Quyết định số 163/QĐ-BTP", ("163/QĐ-BTP", "")),
            ("qđ số 9/QĐ-UBND", ("9/QĐ-UBND", "")),
        ],
    )
    def test_decisions(self, text, found):
        assert words.decision(text) == found


def test_nothing_that_the_national_texts_say_is_lost():
    """Every word of papers and legal bases stands on the page: what is parted wrongly is still there."""
    records = json.loads(shared_data("camau", "tthc_camau_overlap_194.json").read_text(encoding="utf-8"))
    for data in records:
        record = fulltext_record(data)
        kept = fold(" ".join(
            f"{case.title} " + " ".join(f"{p.name} {' '.join(t.name for t in p.templates)}" for p in case.papers)
            for case in record.cases
        ))  # fmt: skip
        source = fold(clean(data["thanh_phan_ho_so"].replace("Tên giấy tờMẫu đơn, tờ khaiSố lượng", " ")))
        source = re.sub(r"\d+ ban chinh(,\s*\d+ ban sao)?|\d+ ban sao", " ", source)
        missing = set(re.findall(r"[^\W\d_]{4,}", source)) - set(re.findall(r"[^\W\d_]{4,}", kept))
        assert len(missing) <= 0.1 * len(set(source.split())) + 5, (data["ma_thu_tuc"], sorted(missing)[:20])
