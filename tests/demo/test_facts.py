"""Demo procedures compared with published records: codes, audiences, levels, times, fees, results, laws."""

from __future__ import annotations

import csv
import json
import re
import zipfile
from functools import cache

import pytest

from demo import sources
from tests.paths import shared_data

PROCEDURES = {record["core_code"]: record for record in sources.read_folder("procedures")}
AUDIENCES = {
    "Công dân Việt Nam": "cong_dan",
    "Người Việt Nam định cư ở nước ngoài": "nguoi_vn_nuoc_ngoai",
    "Người nước ngoài": "nguoi_nuoc_ngoai",
    "Cán bộ, công chức, viên chức": "can_bo",
    "Doanh nghiệp có vốn đầu tư nước ngoài": "doanh_nghiep_fdi",
    "Doanh nghiệp Việt Nam": "doanh_nghiep",
    "Tổ chức (không bao gồm doanh nghiệp, HTX)": "to_chuc",
    "Tổ chức nước ngoài": "to_chuc_nuoc_ngoai",
    "Hợp tác xã": "hop_tac_xa",
    "Đảng viên": "dang_vien",
    "Tổ chức Đảng": "to_chuc_dang",
    "Doanh nghiệp": "doanh_nghiep",
}
LEVELS = {"cấp bộ": "cap_bo", "cấp tỉnh": "cap_tinh", "cấp xã": "cap_xa", "cơ quan khác": "co_quan_khac"}
CHANNELS = {"truc_tiep": "Trực tiếp", "truc_tuyen": "Trực tuyến", "buu_chinh": "Dịch vụ bưu chính"}
UNITS = {"ngay_lam_viec": "Ngày làm việc", "ngay": "Ngày", "gio": "Giờ", "thang": "Tháng"}
# The record says working days in the column and counts calendar days in its steps and its note, as the decree does.
CALENDAR_DAYS = {("1.013997", "truc_tiep")}
# The record misspells the number (118/2025/NĐ-C) or gives the title without it.
MISSPELT = {
    ("1.012753", "118/2025/NĐ-CP"),
    ("1.012796", "118/2025/NĐ-CP"),
    ("1.012812", "118/2025/NĐ-CP"),
    ("2.001263", "52/2010/QH12"),
    ("2.001263", "19/2011/NĐ-CP"),
}
# Titles of three lines that list every kind of building or dwelling; ours say what they have in common.
SHORTENED = {"1.010736", "1.013225", "1.013227", "1.013314"}
ONLY_IN_PROVINCIAL_LIST = {
    "1.001699", "1.001731", "1.003622", "1.005099", "1.007868", "1.012592",
    "1.013734", "1.013750", "1.014027", "2.000620", "2.001283", "3.000467",
}  # fmt: skip
IN_NATIONAL_RECORDS = sorted(set(PROCEDURES) - ONLY_IN_PROVINCIAL_LIST)


@cache
def national():
    records = json.loads(shared_data("camau", "tthc_camau_overlap_194.json").read_text(encoding="utf-8"))
    return {record["ma_thu_tuc"]: record for record in records}


@cache
def province():
    path = shared_data("camau", "DanhSachTTHC_CaMau_capxa.csv")
    with path.open(encoding="utf-8-sig", newline="") as lines:
        rows = [row for row in csv.reader(lines) if len(row) > 8]
    return {found[0]: row for row in rows if (found := re.findall(r"^\d\.\d{6}", row[1].strip()))}


def audiences(text):
    found = set()
    for name in sorted(AUDIENCES, key=len, reverse=True):
        if name in text:
            found.add(AUDIENCES[name])
            text = text.replace(name, "")
    return found


@pytest.mark.parametrize("code", sorted(PROCEDURES))
def test_code_decision_level_and_audience_match_the_published_record(code):
    record, row = PROCEDURES[code], province()[code]
    official = national().get(code)
    assert record["local_code"] == row[1].strip()
    assert row[3].startswith(record["decision"]["number"])
    named = official["doi_tuong_thuc_hien"] if official else row[4]
    assert set(record["audiences"]) == audiences(named)
    levels = official["cap_thuc_hien"] if official else row[7]
    assert set(record["levels"]) == {LEVELS[one.strip().lower()] for one in re.split("[,;]", levels)}
    assert record["field"] in {row[5].split(" (Bộ")[0].split(" (Dân")[0], official and official["linh_vuc"]}


def plain(title):
    words = re.findall(r"\w+", re.sub(r"\s*\(\d\.\d{6}\)|^thủ tục\s+", "", title.strip().lower()))
    return " ".join(words)


@pytest.mark.parametrize("code", sorted(PROCEDURES))
def test_title_matches_the_published_one(code):
    published = {plain(province()[code][2]), plain(national().get(code, {}).get("ten_thu_tuc", ""))}
    title = PROCEDURES[code]["title"]
    assert not title.isupper()
    if code in SHORTENED:
        assert set(plain(title).split()) <= set(" ".join(published).split()) | {"và", "tình", "trạng", "để"}
    else:
        assert plain(title) in published


def test_twelve_procedures_are_only_in_the_provincial_list():
    assert set(PROCEDURES) - set(national()) == ONLY_IN_PROVINCIAL_LIST


@pytest.mark.parametrize("code", IN_NATIONAL_RECORDS)
def test_processing_times_match_published_ones_with_a_unit(code):
    official = national()[code]
    published = {row["hinh_thuc"]: row["thoi_han"] for row in official["kenh_parsed"]}
    for channel in PROCEDURES[code]["channels"]:
        assert CHANNELS[channel["channel"]] in published
        stated = published[CHANNELS[channel["channel"]]]
        if not re.search(r"\d+ \w", stated) or (code, channel["channel"]) in CALENDAR_DAYS:
            continue
        assert f"{channel['time_value']} {UNITS[channel['time_unit']]}" == stated


@pytest.mark.parametrize("code", IN_NATIONAL_RECORDS)
def test_fee_amounts_match_the_published_ones(code):
    official = national()[code]
    for channel in PROCEDURES[code]["channels"]:
        amounts = {fee["amount"] for fee in channel["fees"]} - {None, 0}
        texts = [row["phi_le_phi"] for row in official["kenh_parsed"]]
        flat = " ".join([*texts, official["cach_thuc_thuc_hien"]])
        digits = [re.sub(r"\D", "", number) for number in re.findall(r"\d[\d.,]*", flat)]
        published = {int(number) for number in digits if number}
        assert amounts <= published, code


@pytest.mark.parametrize("code", IN_NATIONAL_RECORDS)
def test_results_and_legal_documents_are_in_the_published_record(code):
    official = national()[code]
    record = PROCEDURES[code]
    assert {result["code"] for result in record["results"]} <= {
        row["ma"] for row in official["ket_qua_parsed"]
    }
    assert record["results"]
    text = json.dumps(official, ensure_ascii=False)
    missing = {basis["number"] for basis in record["legal_bases"] if basis["number"] not in text}
    assert missing <= {number for procedure, number in MISSPELT if procedure == code}


@pytest.mark.parametrize("code", sorted(PROCEDURES))
def test_legal_document_is_cited_identically_everywhere(code):
    cited = [basis for record in PROCEDURES.values() for basis in record["legal_bases"]]
    first = {basis["number"]: basis for basis in reversed(cited)}
    for basis in PROCEDURES[code]["legal_bases"]:
        assert basis == first[basis["number"]]
        years = re.findall(r"/(\d{4})/", basis["number"])
        if years and basis["date"]:
            assert basis["date"][:4] == years[0]


@pytest.mark.parametrize("code", sorted(PROCEDURES))
def test_unknown_amounts_have_a_note_and_texts_name_no_district(code):
    record = PROCEDURES[code]
    for channel in record["channels"]:
        assert all(fee["note"] for fee in channel["fees"] if fee["amount"] is None)
    text = " ".join([record["summary"], record["reception_address"], *record["implementing_agencies"]])
    text += " ".join(item for group in record["steps"] for item in group["items"])
    assert not re.search(r"(cấp|UBND) huyện|Ủy ban nhân dân (cấp )?huyện|thị trấn", text)


@pytest.mark.parametrize("code", sorted(PROCEDURES))
def test_legal_documents_are_cited_once_per_procedure(code):
    numbers = [basis["number"] for basis in PROCEDURES[code]["legal_bases"]]
    assert len(set(numbers)) == len(numbers)


FORM_FOLDERS = {
    "1.004873": "1.000894",  # its blank form is in the folder of the marriage procedure
    "1.001193": "1.001193",
    "1.000656": "1.000656",
    "2.000635": "2.000635",
    "1.001612": "1.001612",
    "1.001731": "1.001731",
}


def blank_form_paragraphs(code):
    """Return the paragraphs of the official blank form as plain text."""
    folder = shared_data("camau", "forms", f"{FORM_FOLDERS[code]}.000.00.00.H12", "docx")
    path = sorted(folder.glob("*.docx"))[0]
    with zipfile.ZipFile(path) as archive:
        xml = archive.read("word/document.xml").decode()
    return [re.sub(r"<[^>]+>", "", part) for part in re.findall(r"<w:p[ >].*?</w:p>", xml, re.DOTALL)]


@pytest.mark.parametrize("code", sorted(FORM_FOLDERS))
def test_questions_are_in_the_order_of_the_official_blank_form(code):
    """Questions that are worded as on the blank form come in the same order."""
    text = " ".join(blank_form_paragraphs(code)).split("Chú thích")[0].lower()
    form = next(form for form in sources.read_folder("forms") if form["procedure"] == code)
    labels = [field["label"] for step in form["steps"] for field in step["fields"] if field["type"] != "file"]
    found, at = 0, 0
    for label in labels:
        position = text.find(label.lower().removesuffix(" (căn cước)"), at)
        if position >= 0:
            found, at = found + 1, position
    assert found >= len(labels) * 0.4, (found, labels)
