"""Two files about one procedure: no known fact is lost, and the latest value of changing facts counts."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procedures.imports.merge_rules import content_length, merge
from procedures.imports.record import ProcedureRecord, normalise
from procedures.value_objects import Case, ChannelDetails, Decision, Flags, ListedBlankForm, RequiredDocument
from tests.procedures import strategies

LOCAL, NATIONAL, AMENDED = (Decision(number=n) for n in ("1242/QĐ-UBND", "163/QĐ-BTP", "99/QĐ-UBND"))


def record(**facts):
    return ProcedureRecord(core_code="1.000001", title=facts.pop("title", "Một"), **facts)


@pytest.mark.parametrize(
    ("old", "new", "merged"),
    [
        ({"summary": "dài hơn"}, {"summary": "ngắn"}, {"summary": "dài hơn"}),
        ({"summary": "ngắn"}, {"summary": "dài hơn"}, {"summary": "dài hơn"}),
        ({"summary": "có"}, {"summary": ""}, {"summary": "có"}),
        ({"title": "MỘT"}, {"title": "Một"}, {"title": "Một"}),
        ({"title": "Một"}, {"title": "MỘT"}, {"title": "Một"}),
        ({"title": "Một"}, {"title": "Hai"}, {"title": "Một"}),
        ({"decision": LOCAL}, {"decision": NATIONAL}, {"decision": LOCAL}),
        ({"decision": NATIONAL}, {"decision": LOCAL}, {"decision": LOCAL}),
        ({"decision": LOCAL}, {"decision": AMENDED}, {"decision": AMENDED}),
        ({"decision": LOCAL}, {"decision": None}, {"decision": LOCAL}),
        (
            {"keywords": ("sao y",)},
            {"keywords": ("chứng thực", "sao y")},
            {"keywords": ("sao y", "chứng thực")},
        ),
        ({"local_code": "1.000001.H12"}, {}, {"local_code": "1.000001.H12"}),
        ({"flags": Flags(is_special=True)}, {}, {"flags": Flags(is_special=True)}),
    ],
)
def test_richer_facts_stay(old, new, merged):
    found = merge(record(**old), record(**new))

    for name, value in merged.items():
        assert getattr(found, name) == value


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("status", "cong_khai", "bai_bo"),
        ("status", "bai_bo", "cong_khai"),
        ("status", "het_hieu_luc", "bai_bo"),
        ("service_level", "toan_trinh", "mot_phan"),
        ("service_level", "mot_phan", "toan_trinh"),
        ("level_2011", 4, 3),
        ("level_2022", "toan_trinh", "thong_tin"),
    ],
)
def test_latest_status_and_level_win_even_if_shorter(name, before, after):
    old = record(decision=LOCAL, **{name: before})

    assert getattr(merge(old, record(decision=LOCAL, **{name: after})), name) == after
    assert getattr(merge(old, record(decision=LOCAL)), name) == before, (
        "a file that says nothing changes nothing"
    )


def test_an_amendment_wins_even_with_fewer_words():
    old = record(
        decision=LOCAL,
        requirements="Rất nhiều điều kiện cũ",
        channels=(ChannelDetails("truc_tiep", 5, "ngay"),),
    )
    new = record(decision=AMENDED, requirements="Không còn")

    merged = merge(old, new)

    assert merged.requirements == "Không còn"
    assert merged.channels == old.channels, "what the amendment does not speak of stays"


FORM = ListedBlankForm(name="TK.docx", path="1.000001/TK.docx", own_copy=7, size=3)


@pytest.mark.parametrize(
    ("documents", "place"),
    [
        (
            (
                RequiredDocument("Tờ khai đăng ký kết hôn theo mẫu", originals=1),
                RequiredDocument("Giấy xác nhận"),
            ),
            0,
        ),
        (
            (
                RequiredDocument("Giấy xác nhận tình trạng hôn nhân " * 3),
                RequiredDocument("Tờ khai", blank_forms=(ListedBlankForm("TK.docx"),)),
            ),
            1,
        ),
    ],
)
def test_blank_form_moves_to_the_most_similar_document(documents, place):
    old = record(cases=(Case(documents=(RequiredDocument("Tờ khai đăng ký kết hôn", blank_forms=(FORM,)),)),))
    new = record(cases=(Case(documents=documents),), summary="x")

    (case,) = merge(old, new).cases

    assert case.documents[place].blank_forms == (FORM,)
    assert len(case.documents) == 2


def test_unmatched_blank_form_adds_its_document():
    old = record(cases=(Case(documents=(RequiredDocument("Hợp đồng", blank_forms=(FORM,)),)),))
    documents = (RequiredDocument("Tờ khai theo mẫu quy định"), RequiredDocument("Ảnh màu cỡ 4x6"))

    (case,) = merge(old, record(cases=(Case(documents=documents),))).cases

    assert [document.name for document in case.documents] == [
        "Tờ khai theo mẫu quy định",
        "Ảnh màu cỡ 4x6",
        "Hợp đồng",
    ]


def read(data):
    title = f"Thủ tục {data['title']}"
    return normalise(ProcedureRecord.from_json({**data, "title": title, "channels": [], "level_2011": None}))


@given(strategies.RECORD)
def test_a_file_read_twice_adds_nothing(data):
    one = read(data)

    assert normalise(merge(one, one)) == one


@given(strategies.RECORD, strategies.RECORD)
def test_reading_two_files_again_in_their_order_adds_nothing(first, second):
    one, two = read(first), read(second)
    merged = normalise(merge(one, two))

    assert normalise(merge(merged, two)) == merged


@given(strategies.RECORD, strategies.RECORD)
def test_merging_never_empties_a_field(first, second):
    one, two = read(first), read(second)
    merged = merge(one, two)

    for field in dataclasses.fields(ProcedureRecord):
        if content_length(getattr(one, field.name)) or content_length(getattr(two, field.name)):
            assert content_length(getattr(merged, field.name)), field.name


@given(st.recursive(st.text() | st.none() | st.booleans(), lambda inner: st.lists(inner).map(tuple)))
def test_longer_value_is_never_considered_poorer(value):
    assert content_length((value, "x")) > content_length((value,)) >= content_length(())
