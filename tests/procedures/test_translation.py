"""English texts shown over the legal version, paired when the translation is published."""

from __future__ import annotations

import dataclasses

from core.wagtail.languages import OriginalText
from procedures.snapshot import Snapshot
from procedures.translation import in_english, is_complete, pair_texts
from procedures.value_objects import Case, RequiredDocument, Result, StepGroup


def snapshot(**fields: object) -> Snapshot:
    return Snapshot(core_code="1.000894", **{"title": "Đăng ký kết hôn", **fields})


VIETNAMESE = snapshot(
    summary="Hai bên nam, nữ cùng có mặt.",
    steps=(StepGroup(items=("Nộp hồ sơ.", "Nhận kết quả.")),),
    results=(Result(name="Giấy chứng nhận kết hôn", code="KQ.G15.000031"),),
    cases=(Case(documents=(RequiredDocument(name="Tờ khai", originals=1),)),),
)
ENGLISH = snapshot(
    title="Marriage registration",
    summary="Both partners must be present.",
    steps=(StepGroup(items=("Submit the documents.", "Collect the result.")),),
    results=(Result(name="Marriage certificate", code="KQ.G15.000031"),),
    cases=(Case(documents=(RequiredDocument(name="Application form", originals=1),)),),
)


def paired(before: dict[str, str] | None = None, **changes: object) -> dict[str, str]:
    original = dataclasses.replace(VIETNAMESE, **changes)
    return pair_texts(original, ENGLISH, before=before or {}, in_force=None)


def test_every_text_of_the_version_is_shown_in_english() -> None:
    shown = in_english(VIETNAMESE, paired())
    assert shown == ENGLISH
    assert is_complete(shown)


def test_facts_are_those_of_the_version() -> None:
    amended = dataclasses.replace(
        VIETNAMESE, cases=(Case(documents=(RequiredDocument(name="Tờ khai", originals=2, copies=1),)),)
    )
    document = in_english(amended, paired()).documents()[0]
    assert (document.name, document.originals, document.copies) == ("Application form", 2, 1)


def test_an_amended_text_is_shown_in_vietnamese() -> None:
    amended = dataclasses.replace(VIETNAMESE, steps=(StepGroup(items=("Nộp hồ sơ.", "Nhận qua bưu điện.")),))
    shown = in_english(amended, paired())
    assert shown.steps[0].items == ("Submit the documents.", "Nhận qua bưu điện.")
    assert [type(item) for item in shown.steps[0].items] == [str, OriginalText]
    assert not is_complete(shown)


def test_an_unchanged_english_text_does_not_translate_the_amended_one() -> None:
    before = paired()
    again = paired(before, summary="Một bên có thể vắng mặt.")
    assert "Một bên có thể vắng mặt." not in again
    assert again["Nộp hồ sơ."] == "Submit the documents."


def test_a_changed_english_text_translates_the_amended_one() -> None:
    amended = dataclasses.replace(VIETNAMESE, summary="Một bên có thể vắng mặt.")
    english = dataclasses.replace(ENGLISH, summary="One partner may be absent.")
    texts = pair_texts(amended, english, before=paired(), in_force=None)
    assert texts["Một bên có thể vắng mặt."] == "One partner may be absent."


def test_texts_in_force_keep_their_translation_while_an_amendment_waits() -> None:
    amended = dataclasses.replace(VIETNAMESE, summary="Một bên có thể vắng mặt.")
    texts = pair_texts(amended, ENGLISH, before=paired(), in_force=VIETNAMESE)
    assert texts[VIETNAMESE.summary] == ENGLISH.summary
    assert VIETNAMESE.summary not in pair_texts(amended, ENGLISH, before=paired(), in_force=None)


def test_lists_of_different_lengths_are_not_paired() -> None:
    texts = paired(steps=(StepGroup(items=("Nộp hồ sơ.", "Chờ.", "Nhận kết quả.")),))
    assert "Nộp hồ sơ." not in texts


def test_line_breaks_and_spaces_do_not_count() -> None:
    texts = pair_texts(
        dataclasses.replace(VIETNAMESE, requirements="Từ đủ 20 tuổi\r\ntrở lên"),
        dataclasses.replace(ENGLISH, requirements="Aged 20\nor over"),
        before={},
        in_force=None,
    )
    assert (
        in_english(snapshot(requirements="Từ đủ 20 tuổi\n trở lên"), texts).requirements == "Aged 20\nor over"
    )


def test_a_text_without_a_translation_is_marked() -> None:
    shown = in_english(VIETNAMESE, {})
    assert isinstance(shown.title, OriginalText)
    assert not isinstance(shown.core_code, OriginalText)
