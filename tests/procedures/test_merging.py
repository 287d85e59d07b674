"""Two files about one procedure: nothing that is known is lost, and the last word on what changes counts."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procedures.merging import merge, weight
from procedures.normalising import normalise
from procedures.parts import Case, ChannelPart, Decision, Flags, Paper, Template
from procedures.records import ProcedureRecord
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
        ({"flags": Flags(dac_thu=True)}, {}, {"flags": Flags(dac_thu=True)}),
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
def test_the_last_word_on_status_and_levels_counts_however_short(name, before, after):
    old = record(decision=LOCAL, **{name: before})

    assert getattr(merge(old, record(decision=LOCAL, **{name: after})), name) == after
    assert getattr(merge(old, record(decision=LOCAL)), name) == before, (
        "a file that says nothing changes nothing"
    )


def test_an_amendment_wins_even_with_fewer_words():
    old = record(
        decision=LOCAL, requirements="Rất nhiều điều kiện cũ", channels=(ChannelPart("truc_tiep", 5, "ngay"),)
    )
    new = record(decision=AMENDED, requirements="Không còn")

    merged = merge(old, new)

    assert merged.requirements == "Không còn"
    assert merged.channels == old.channels, "what the amendment does not speak of stays"


FORM = Template(name="TK.docx", path="1.000001/TK.docx", form=7, size=3)


@pytest.mark.parametrize(
    ("papers", "place"),
    [
        ((Paper("Tờ khai đăng ký kết hôn theo mẫu", originals=1), Paper("Giấy xác nhận")), 0),
        (
            (
                Paper("Giấy xác nhận tình trạng hôn nhân " * 3),
                Paper("Tờ khai", templates=(Template("TK.docx"),)),
            ),
            1,
        ),
    ],
)
def test_a_blank_form_finds_the_paper_it_belongs_to(papers, place):
    old = record(cases=(Case(papers=(Paper("Tờ khai đăng ký kết hôn", templates=(FORM,)),)),))
    new = record(cases=(Case(papers=papers),), summary="x")

    (case,) = merge(old, new).cases

    assert case.papers[place].templates == (FORM,)
    assert len(case.papers) == 2


def test_a_blank_form_of_no_known_paper_brings_its_paper_along():
    old = record(cases=(Case(papers=(Paper("Hợp đồng", templates=(FORM,)),)),))
    papers = (Paper("Tờ khai theo mẫu quy định"), Paper("Ảnh màu cỡ 4x6"))

    (case,) = merge(old, record(cases=(Case(papers=papers),))).cases

    assert [paper.name for paper in case.papers] == [
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
def test_no_fact_becomes_empty(first, second):
    one, two = read(first), read(second)
    merged = merge(one, two)

    for field in dataclasses.fields(ProcedureRecord):
        if weight(getattr(one, field.name)) or weight(getattr(two, field.name)):
            assert weight(getattr(merged, field.name)), field.name


@given(st.recursive(st.text() | st.none() | st.booleans(), lambda inner: st.lists(inner).map(tuple)))
def test_more_never_weighs_less(value):
    assert weight((value, "x")) > weight((value,)) >= weight(())
