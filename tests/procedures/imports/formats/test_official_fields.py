"""Every official field, read from every format that has it and stored (docs/domain.md#procedure-fields).

A row of ``FIELDS`` gives a field as written in the list, the full text, the structured record and our own record, and
what the catalogue then contains. None: the format has no place for it (the list has neither times nor fees).
"""

from __future__ import annotations

import io
import json
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

import pytest
import time_machine

from procedures.imports.apply import ImportContext, write_changes
from procedures.imports.formats.reader import parse_file
from procedures.imports.plan import plan_import
from procedures.imports.record import ProcedureRecord
from procedures.models import LocalAssignment, Procedure, ProcedurePage
from procedures.page_content import read_content
from procedures.value_objects import (  # fmt: skip
    Case,
    ChannelDetails,
    Decision,
    Fee,
    Flags,
    LegalBasis,
    ListedBlankForm,
    RequiredDocument,
    Result,
    StepGroup,
)
from tests.procedures.factories import make_agency
from tests.procedures.files import csv_list, workbook

CODE = "1.001193"


LIST = {"Mã TTHC": CODE, "Tên TTHC": "Đăng ký khai sinh"}


FULL = {"ma_thu_tuc": CODE, "ten_thu_tuc": "Đăng ký khai sinh"}


META = {"mã_thủ_tục": CODE, "tên_thủ_tục": "Đăng ký khai sinh"}


OWN = {"core_code": CODE, "title": "Đăng ký khai sinh"}


TIME = (
    "Trực tuyến",
    "3 Ngày làm việc",
    "Lệ phí: 8000 Đồng (Miễn lệ phí cho người thuộc hộ nghèo)",
    "Trả qua bưu chính",
)


PAPERS = (
    "Trường hợp thông thường:\nTên giấy tờMẫu đơn, tờ khaiSố lượng"
    "Tờ khai đăng ký khai sinhTKkhaisinh.docx1 bản chính"
)


LAW = {"so_ky_hieu": "60/2014/QH13", "trich_yeu": "Luật Hộ tịch", "ngay_ban_hanh": "20-11-2014",
       "co_quan_ban_hanh": "Quốc hội"}  # fmt: skip


class Field(NamedTuple):
    """One official field: number, name, its form in each format, and its value in the record."""

    number: str
    name: str
    value: Any
    listed: dict[str, Any] | None = None
    full: dict[str, Any] | None = None
    structured: dict[str, Any] | None = None
    own: dict[str, Any] | None = None


def meta(**facts: Any) -> dict[str, Any]:
    return {"metadata": {**META, **facts}}


def content(**facts: Any) -> dict[str, Any]:
    return {"content": facts}


def tables(**facts: Any) -> dict[str, Any]:
    return {"tables": facts}


FIELDS = [
    Field("1", "core_code", CODE, {}, {}, {}, {}),
    Field("1", "local_code", f"{CODE}.H12", {"Mã TTHC": f"{CODE}.H12"},
          {"ca_mau": {"ma_tthc_dia_phuong": f"{CODE}.H12"}}, None, {"local_code": f"{CODE}.h12"}),
    Field("2", "title", "Đăng ký khai sinh", {"Tên TTHC": "Đăng ký  khai sinh"}, {"ten_thu_tuc": " Đăng ký khai sinh"},
          meta(tên_thủ_tục="Đăng ký khai\nsinh"), {}),
    Field("3", "decision", Decision(number="163/QĐ-BTP"), {"QĐ Công bố": "Quyết định số 163/QĐ-BTP"},
          {"so_quyet_dinh": "163/QĐ-BTP"}, meta(số_quyết_định="163/QĐ-BTP"), {"decision": {"number": "163/QĐ-BTP"}}),
    Field("3", "decision", Decision(number="1242/QĐ-UBND"), None,
          {"so_quyet_dinh": "163/QĐ-BTP", "ca_mau": {"qd_cong_bo": "1242/QĐ-UBND"}}, None, None),
    Field("4", "levels", ("cap_bo", "cap_tinh", "cap_xa"), {"Cấp thực hiện": "Cấp Xã; Cấp Tỉnh; Cấp Bộ"},
          {"cap_thuc_hien": "Cấp Bộ, Cấp Tỉnh, Cấp Xã"}, meta(cấp_thực_hiện="Cấp Xã\nCấp Bộ\nCấp Tỉnh"),
          {"levels": ["cap_xa", "cap_bo", "cap_tinh"]}),
    Field("4", "levels", ("cap_huyen", "co_quan_khac"), {"Cấp thực hiện": "Cấp Huyện; Cơ quan khác"},
          {"cap_thuc_hien": "Cấp Huyện; Cơ quan khác"}, meta(cấp_thực_hiện="Cơ quan khác; Cấp Huyện"),
          {"levels": ["co_quan_khac", "cap_huyen"]}),
    Field("5", "kind", "luat_giao", None, {"loai_thu_tuc": "TTHC được luật giao quy định chi tiết"},
          meta(loại_thủ_tục="TTHC được luật giao quy định chi tiết"), {"kind": "luat_giao"}),
    Field("5", "kind", "khong_luat_giao", None, {"loai_thu_tuc": "TTHC không được luật giao cho địa phương quy định"},
          meta(loại_thủ_tục="TTHC không được luật giao cho địa phương"), {"kind": "khong_luat_giao"}),
    Field("5", "kind", "dac_thu", {"QĐ Công bố": "1544/QĐ-UBND (TTHC đặc thù)"}, {"loai_thu_tuc": "TTHC đặc thù"},
          meta(loại_thủ_tục="TTHC đặc thù"), {"kind": "dac_thu"}),
    Field("6", "field", "Hộ tịch", {"Lĩnh vực": "Hộ tịch (Bộ Tư pháp)"}, {"linh_vuc": "Hộ tịch (Bộ Tư pháp)"},
          meta(lĩnh_vực="Hộ tịch (Bộ Tư pháp)"), {"field": "Hộ tịch", "ministry": "Bộ Tư pháp"}),
    Field("6", "ministry", "Bộ Tư pháp", {"Lĩnh vực": "Hộ tịch (Bộ Tư pháp)"}, {"linh_vuc": "Hộ tịch (Bộ Tư pháp)"},
          meta(lĩnh_vực="Hộ tịch (Bộ Tư pháp)"), {"field": "Hộ tịch", "ministry": "Bộ Tư pháp"}),
    Field("6", "field_code", "G15-TP07", None, None, None, {"field": "Hộ tịch", "field_code": "G15-TP07"}),
    Field("7", "audiences", ("cong_dan", "nguoi_vn_nuoc_ngoai"),
          {"Đối tượng": "Công dân Việt Nam; Người Việt Nam định cư ở nước ngoài"},
          {"doi_tuong_thuc_hien": "Công dân Việt Nam, Người Việt Nam định cư ở nước ngoài"},
          meta(đối_tượng_thực_hiện="Người Việt Nam định cư ở nước ngoài; Công dân Việt Nam"),
          {"audiences": ["nguoi_vn_nuoc_ngoai", "cong_dan"]}),
    Field("8", "steps", (StepGroup(items=("Nộp hồ sơ.", "Nhận kết quả.")),), None,
          {"trinh_tu_thuc_hien": "Bước 1: Nộp hồ sơ.\nBước 2: Nhận kết quả."},
          content(trình_tự_thực_hiện="- Nộp hồ sơ.\n- Nhận kết quả."),
          {"steps": [{"items": ["Nộp hồ sơ.", "Nhận kết quả."]}]}),
    Field("8", "steps", (StepGroup(case="Trường hợp nộp trực tuyến", items=("Điền tờ khai.",)),), None,
          {"trinh_tu_thuc_hien": "Trường hợp nộp trực tuyến:\n- Điền tờ khai."},
          content(trình_tự_thực_hiện="* Trường hợp nộp trực tuyến:\n- Điền tờ khai."),
          {"steps": [{"case": "Trường hợp nộp trực tuyến", "items": ["Điền tờ khai."]}]}),
    Field("9", "channels",
          (ChannelDetails(channel="truc_tuyen", time_value=3, time_unit="ngay_lam_viec", time_note="Trả qua bưu chính",
                       fees=(Fee(amount=Decimal(8000), exemption="Miễn lệ phí cho người thuộc hộ nghèo"),)),),
          None,
          {"kenh_parsed": [{"hinh_thuc": TIME[0], "thoi_han": TIME[1], "phi_le_phi": "8.000 Đồng"}],
           "cach_thuc_thuc_hien":
               f"{TIME[0]}{TIME[1]}8.000 Đồng(Miễn lệ phí cho người thuộc hộ nghèo){TIME[3]}"},
          tables(hinh_thuc_nop=[{"hinh_thuc": TIME[0], "thoi_han_giai_quyet": TIME[1], "phi_le_phi": TIME[2],
                                 "mo_ta": TIME[3]}]),
          {"channels": [{"channel": "truc_tuyen", "time_value": 3, "time_unit": "ngay_lam_viec",
                         "time_note": TIME[3],
                         "fees": [{"amount": 8000, "exemption": "Miễn lệ phí cho người thuộc hộ nghèo"}]}]}),
    *(Field("9", "channels", (ChannelDetails(channel=code, time_value=value, time_unit=unit),), None,
            {"kenh_parsed": [{"hinh_thuc": channel, "thoi_han": text, "phi_le_phi": ""}]},
            tables(hinh_thuc_nop=[{"hinh_thuc": channel, "thoi_han_giai_quyet": text}]),
            {"channels": [{"channel": code, "time_value": value, "time_unit": unit}]})
      for channel, code in (("Trực tiếp", "truc_tiep"), ("Dịch vụ bưu chính", "buu_chinh"))
      for text, value, unit in (("05 Ngày", 5, "ngay"), ("4 Giờ", 4, "gio"), ("2 Tháng", 2, "thang"))),
    Field("10", "cases",
          (Case(title="Trường hợp thông thường",
                documents=(RequiredDocument(name="Tờ khai đăng ký khai sinh", originals=1,
                              blank_forms=(ListedBlankForm(name="TKkhaisinh.docx"),)),)),),
          None, {"thanh_phan_ho_so": PAPERS}, None,
          {"cases": [{"title": "Trường hợp thông thường",
                      "documents": [{"name": "Tờ khai đăng ký khai sinh", "originals": 1,
                                  "blank_form_name": "TKkhaisinh.docx"}]}]}),
    Field("10a", "cases",
          (Case(documents=(RequiredDocument(name="Tờ khai", originals=1, copies=2,
                                            blank_forms=(ListedBlankForm(name="TK.docx"),)),)),),
          None, None,
          tables(thanh_phan_ho_so=[{"ten_giay_to": "Tờ khai", "so_luong": "TK.docx",
                                    "ghi_chu": "Bản chính: 1\nBản sao: 2"}]),
          {"cases": [{"documents": [{"name": "Tờ khai", "originals": 1, "copies": 2,
                                  "blank_forms": [{"name": "TK.docx"}]}]}]}),
    Field("10a", "cases",
          (Case(documents=(RequiredDocument(name="Tờ khai",
                                            blank_forms=(
                                                ListedBlankForm(name="TK.docx", path=f"{CODE}/TK.docx"),)),)),),
          {"Tên giấy tờ": "Tờ khai", "Mẫu đơn, tờ khai": f"{CODE}/TK.docx", "Tên File": "TK.docx"}, None, None,
          {"cases": [{"documents": [{"name": "Tờ khai",
                                  "blank_forms": [{"name": "TK.docx", "path": f"{CODE}/TK.docx"}]}]}]}),
    Field("10a", "cases",
          (Case(documents=(RequiredDocument(name="Thẻ căn cước", kind="xuat_trinh", required=False,
                                            result_code="KQ.G01.000031"),
                        RequiredDocument(name="Lưu ý", kind="ghi_chu", required=False))),),
          None, None, None,
          {"cases": [{"documents": [{"name": "Thẻ căn cước", "kind": "xuat_trinh", "required": False,
                                  "result_code": "KQ.G01.000031"},
                                 {"name": "Lưu ý", "kind": "ghi_chu", "required": False}]}]}),
    Field("11", "implementing_agencies", ("Ủy ban nhân dân cấp xã", "Công an Xã"),
          {"Cơ quan thực hiện": "Ủy ban nhân dân cấp xã; Công an Xã"},
          {"co_quan_thuc_hien": "Ủy ban nhân dân cấp xã, Công an Xã"},
          content(cơ_quan_thực_hiện="Ủy ban nhân dân cấp xã\nCông an Xã"),
          {"implementing_agencies": ["Ủy ban nhân dân cấp xã", "Công an Xã"]}),
    *(Field(number, name, "Sở Tư pháp", None, {key: "Sở Tư pháp"}, content(**{structured: "Sở Tư pháp"}),
            {name: "Sở Tư pháp"})
      for number, name, key, structured in (
          ("12", "competent_authority", "co_quan_co_tham_quyen", "cơ_quan_có_thẩm_quyền"),
          ("13", "authorized_agency", "co_quan_duoc_uy_quyen", "cơ_quan_được_ủy_quyền"))),
    Field("14", "coordinating_agencies", ("Cơ quan Thuế",), None, {"co_quan_phoi_hop": "Cơ quan Thuế"},
          content(cơ_quan_phối_hợp="Cơ quan Thuế"), {"coordinating_agencies": ["Cơ quan Thuế"]}),
    Field("15", "reception_address", "Bộ phận Một cửa\nTầng 1", None,
          {"dia_chi_tiep_nhan": "Bộ phận  Một cửa\n\nTầng 1"},
          content(địa_chỉ_tiếp_nhận_hs="Bộ phận Một cửa\nTầng 1"), {"reception_address": "Bộ phận Một cửa\nTầng 1"}),
    Field("16", "results", (Result(name="Giấy khai sinh", code="KQ.G15.000031"),), None,
          {"ket_qua_parsed": [{"ten": "Giấy khai sinh", "ma": "KQ.G15.000031"}]}, None,
          {"results": [{"name": "Giấy khai sinh", "code": "KQ.G15.000031"}]}),
    Field("16", "results", (Result(name="Giấy khai sinh"), Result(name="Văn bản từ chối")), None,
          {"ket_qua_parsed": [{"ten": "Giấy khai sinh"}, {"ten": "Văn bản từ chối"}]},
          content(kết_quả_thực_hiện="Giấy khai sinh; Văn bản từ chối."),
          {"results": [{"name": "Giấy khai sinh"}, {"name": "Văn bản từ chối"}]}),
    Field("17", "legal_bases",
          (LegalBasis(number="60/2014/QH13", title="Luật Hộ tịch", date=date(2014, 11, 20), issuer="Quốc hội"),),
          None, None, tables(can_cu_phap_ly=[LAW]),
          {"legal_bases": [{"number": "60/2014/QH13", "title": "Luật Hộ tịch", "date": "2014-11-20",
                            "issuer": "Quốc hội"}]}),
    Field("17", "legal_bases", (LegalBasis(number="60/2014/QH13", title="Luật Hộ tịch"),), None,
          {"can_cu_phap_ly": "Tên văn bản pháp lý Mã văn bảnLuật Hộ tịch60/2014/QH13"}, None,
          {"legal_bases": [{"number": "60/2014/QH13", "title": "Luật Hộ tịch"}]}),
    Field("18", "requirements", "Có đủ các điều kiện:\n- Một", None,
          {"yeu_cau_dieu_kien": "Có đủ các điều kiện:\n- Một"},
          content(yêu_cầu_điều_kiện_thực_hiện="Có đủ các điều kiện:\n- Một"),
          {"requirements": "Có đủ các điều kiện:\n- Một"}),
    Field("19", "keywords", ("khai sinh", "con mới sinh"), None, {"tu_khoa": "khai sinh; con mới sinh"},
          meta(từ_khóa="khai sinh; con mới sinh"), {"keywords": ["khai sinh", "con mới sinh"]}),
    Field("20", "summary", "Ghi việc sinh vào sổ hộ tịch.", None, {"mo_ta": "Ghi việc sinh vào sổ hộ tịch."},
          content(mô_tả="Ghi việc sinh vào sổ hộ tịch."), {"summary": "Ghi việc sinh vào sổ hộ tịch."}),
    Field("21", "related_codes", ("1.000110", "2.000815"), None,
          {"thu_tuc_lien_quan": f"1.000110.H12 - Đăng ký lại; 2.000815; {CODE}"}, None,
          {"related_codes": ["1.000110", "2.000815"]}),
    *(Field("22", "status", code, {"Tình trạng": text}, {"ca_mau": {"tinh_trang": text}}, None, {"status": code})
      for text, code in (("Công khai", "cong_khai"), ("Chưa công khai", "chua_cong_khai"),
                         ("Hết hiệu lực", "het_hieu_luc"), ("Bãi bỏ", "bai_bo"))),
    Field("23", "service_level", "toan_trinh", None, None, None, {"service_level": "toan_trinh"}),
    Field("+", "flags", Flags(is_special=True), {"QĐ Công bố": "1544/QĐ-UBND (TTHC đặc thù)"}, None, None,
          {"flags": {"dac_thu": True}}),
    Field("+", "flags", Flags(is_vertical=True, is_internal=True, at_one_stop=True, post_in=True, post_out=True),
          None, None, None,
          {"flags": {"nganh_doc": True, "noi_bo": True, "mot_cua": True, "bcci_in": True, "bcci_out": True}}),
    Field("+", "same_day", True, None, None, None, {"same_day": True}),
]  # fmt: skip


def as_list(field: Field) -> bytes:
    row = {**LIST, **(field.listed or {})}
    cells = [f'"{value}"' for value in row.values()]
    return csv_list(cells, header=[f'"{name}"' for name in row])


def as_workbook(field: Field) -> bytes:
    row = {**LIST, **(field.listed or {})}
    return workbook(["DANH SÁCH THỦ TỤC HÀNH CHÍNH"], [], list(row), list(row.values()))


def as_full_text(field: Field) -> bytes:
    return json.dumps([{**FULL, **(field.full or {})}]).encode()


def as_structured(field: Field) -> bytes:
    return json.dumps({"thu_tuc_id": CODE, "metadata": META, **(field.structured or {})}).encode()


def as_own(field: Field) -> bytes:
    return json.dumps([{**OWN, **(field.own or {})}], ensure_ascii=False).encode()


FORMATS = {
    "csv": (as_list, "listed"),
    "xlsx": (as_workbook, "listed"),
    "full text": (as_full_text, "full"),
    "structured": (as_structured, "structured"),
    "own": (as_own, "own"),
}


WRITTEN = [
    pytest.param(write(field), field, id=f"{field.number} {field.name} {place} {kind}")
    for place, field in enumerate(FIELDS)
    for kind, (write, part) in FORMATS.items()
    if getattr(field, part) is not None
]


# Kept with the field or the assignment, or only used to find the section.
ELSEWHERE = {"ministry", "status"}


def imported(data: bytes) -> ProcedurePage:
    write_changes(
        plan_import(parse_file(io.BytesIO(data)), writing=True).changes, ImportContext(source="test")
    )
    return ProcedurePage.objects.select_related("procedure__field").get()


@pytest.mark.parametrize(("data", "field"), WRITTEN)
def test_each_format_provides_the_field(data: bytes, field: Field) -> None:
    (row,) = parse_file(io.BytesIO(data))

    assert row.reason == ""
    expected = f"{CODE}.h12" if field.own and field.own.get("local_code") and b"h12" in data else field.value
    said = getattr(row.record, field.name)
    if isinstance(said, tuple) and field.name in {"levels", "audiences"}:
        said, expected = set(said), set(expected)
    assert said == expected


def test_every_official_field_is_covered() -> None:
    """Numbers 1 to 23 of docs/domain.md#procedure-fields, and the yes-or-no columns that follow."""
    assert {field.number for field in FIELDS} == {*map(str, range(1, 24)), "10a", "+"}
    named = {field.name for field in FIELDS}
    assert named >= set(ProcedureRecord.__dataclass_fields__) - {
        "short_title", "section_agency", "publisher", "level_2011", "level_2022", "national_url"
    }  # fmt: skip


@pytest.mark.django_db
class TestInTheCatalogue:
    """What was read is stored on the page and in the version, and a second import finds nothing new."""

    @pytest.fixture(autouse=True)
    def _today(self):
        with time_machine.travel("2026-11-23 09:00 +0700", tick=False):
            yield

    @pytest.mark.parametrize(
        "field", [f for f in FIELDS if f.own is not None], ids=lambda f: f"{f.number} {f.name}"
    )
    def test_field_is_stored_in_the_catalogue(self, field: Field) -> None:
        page = imported(as_own(field))
        version = page.procedure.versions.get()

        if field.name in ELSEWHERE:
            kept = {
                "ministry": page.procedure.field and page.procedure.field.ministry,
                "status": page.procedure.status,
            }
            assert kept[field.name] == field.value
        else:
            assert getattr(version.content, field.name) == field.value
            assert read_content(page) == version.content
        plan = plan_import(parse_file(io.BytesIO(as_own(field))))
        assert plan.report.summary() == "created=0 updated=0 unchanged=1 refused=0"

    def test_online_levels_are_stored_with_the_local_assignment(self) -> None:
        agency = make_agency(slug="so-tu-phap")
        record = {**OWN, "section_agency": agency.slug, "level_2011": 4, "level_2022": "toan_trinh",
                  "local_code": f"{CODE}.H12", "flags": {"mot_cua": True, "bcci_out": True}}  # fmt: skip
        imported(json.dumps([record]).encode())

        row = LocalAssignment.objects.get()
        assert (row.agency, row.local_code, row.level_2011, row.level_2022) == (
            agency, f"{CODE}.H12", 4, "toan_trinh"
        )  # fmt: skip
        assert (row.at_one_stop, row.post_in, row.post_out) == (True, False, True)
        assert row.valid_from == date(2026, 11, 23)

    def test_the_list_the_full_text_and_the_structured_record_become_one_procedure(self) -> None:
        def united(part: str, base: dict[str, Any]) -> dict[str, Any]:
            whole: dict[str, Any] = dict(base)
            for field in FIELDS:
                for key, value in (getattr(field, part) or {}).items():
                    whole[key] = {**whole.get(key, {}), **value} if isinstance(value, dict) else value
            return whole

        row = {
            **LIST,
            **{k: v for f in FIELDS for k, v in (f.listed or {}).items()},
            "Tình trạng": "Công khai",
        }
        row["QĐ Công bố"] = "1242/QĐ-UBND (TTHC đặc thù)"
        full = united("full", FULL)
        full["ca_mau"]["tinh_trang"] = "Công khai"
        files = [
            workbook(list(row), list(row.values())),
            json.dumps([full]).encode(),
            json.dumps([united("structured", {"thu_tuc_id": CODE, "metadata": META})]).encode(),
        ]
        for data in files:
            write_changes(
                plan_import(parse_file(io.BytesIO(data)), writing=True).changes, ImportContext(source="test")
            )

        content = Procedure.objects.get().versions.latest("number").content
        empty = {name for name in ProcedureRecord.__dataclass_fields__ if hasattr(content, name)
                 and getattr(content, name) in ("", (), None, False)}  # fmt: skip
        assert empty == {"short_title", "field_code", "service_level", "same_day"}, (
            "only our own record has these"
        )
        for data in files:
            assert plan_import(parse_file(io.BytesIO(data))).report.counts()["unchanged"] == 1
