"""A paper that both the form and the procedure name is asked for once."""

from __future__ import annotations

from typing import Any

import pytest

from forms_app.builder import documents
from forms_app.builder.schema import FormSchema

LONG = "Giấy xác nhận tình trạng hôn nhân đã cấp trước đây, nếu xin cấp lại"
PROXY = "Văn bản ủy quyền"


def schema(*questions: dict[str, Any]) -> FormSchema:
    fields = [{"id": f"q{number}", "type": "file", **one} for number, one in enumerate(questions)]
    other = {"id": "name", "type": "short_text", "label": PROXY}
    return FormSchema.from_json({"steps": [{"id": "a", "title": "A", "fields": [*fields, other]}]})


@pytest.mark.parametrize(("question", "collected"), [
    ({"label": "Giấy xác nhận đã cấp trước đây"}, False),
    ({"label": "Giấy xác nhận đã cấp trước đây", "options": {"document": LONG.upper()}}, True),
    ({"label": "Giấy xác nhận tình trạng hôn nhân"}, True),
    ({"label": "Giấy xác nhận tình trạng hôn nhân", "options": {"document": PROXY}}, False),
])  # fmt: skip
def test_question_collects_the_document_that_it_names(question: dict[str, Any], collected: bool) -> None:
    (asked,) = documents.file_questions(schema(question))
    assert documents.collects(asked, LONG) is collected


def test_documents_without_a_question_are_listed_once_in_order() -> None:
    asked = documents.file_questions(schema({"label": PROXY}))
    assert documents.uncollected(asked, ["Sổ đỏ", PROXY, "Bản vẽ", "SỔ ĐỎ"]) == ["Sổ đỏ", "Bản vẽ"]


class TestWarnings:
    def test_question_and_document_that_may_be_the_same_paper(self) -> None:
        (text,) = documents.warnings(schema({"label": "Giấy cũ"}, {"label": PROXY}), [LONG, PROXY])
        assert "“Giấy cũ”" in text
        assert f"“{LONG}”" in text
        assert PROXY not in text

    def test_document_that_the_procedure_does_not_list(self) -> None:
        found = list(documents.warnings(schema({"label": "A", "options": {"document": "Giấy B"}}), [LONG]))
        assert len(found) == 1
        assert "“Giấy B”" in found[0]

    @pytest.mark.parametrize("names", [[], [PROXY], [PROXY, LONG]])
    def test_nothing_to_say(self, names: list[str]) -> None:
        assert list(documents.warnings(schema({"label": PROXY}), names)) == []
