"""What the start page shows before the first question."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from procedures.models import ProcedurePage
from procedures.value_objects import Case, ListedBlankForm, RequiredDocument
from tests.forms_app.dossiers.factories import make_form, make_version
from tests.home.factories import english
from tests.procedures.factories import make_page

pytestmark = pytest.mark.django_db


class TestWhatToPrepare:
    def test_documents_are_listed_by_case_with_their_labels_and_without_the_form(self) -> None:
        documents = (
            RequiredDocument("Tờ khai theo mẫu", blank_forms=(ListedBlankForm("to-khai.docx"),)),
            RequiredDocument("Giấy chứng sinh"),
            RequiredDocument("Căn cước", kind="xuat_trinh"),
            RequiredDocument("Văn bản ủy quyền", required=False),
            RequiredDocument("Lưu ý về ảnh chụp", kind="ghi_chu"),
        )
        cases = (Case("", documents), Case("Trường hợp trẻ bị bỏ rơi", (RequiredDocument("Biên bản"),)))
        form = make_form(make_version(cases=cases))
        page = Client().get(f"/nop-ho-so/{form.definition.procedure.core_code}/").content.decode()
        section = BeautifulSoup(page, "html.parser").find("h2", string="Bạn cần chuẩn bị").parent
        listed = [" ".join(item.get_text(" ", strip=True).split()) for item in section.find_all(["li", "h3"])]
        assert listed == [
            "Giấy chứng sinh",
            "Căn cước xuất trình",
            "Văn bản ủy quyền nếu có",
            "Trường hợp trẻ bị bỏ rơi",
            "Biên bản",
        ]


def test_english_page_says_that_the_questions_are_in_vietnamese() -> None:
    path = f"/nop-ho-so/{make_form().definition.procedure.core_code}/"
    assert "The questions of this form are in Vietnamese" in Client().get(f"/en{path}").text
    assert "bằng tiếng Việt" not in Client().get(path).text


def test_reader_of_english_sees_the_english_texts_of_the_procedure() -> None:
    cases = (Case("", (RequiredDocument("Giấy chứng sinh"), RequiredDocument("Giấy ủy quyền"))),)
    form = make_form(make_version(cases=cases))
    procedure = form.definition.procedure
    texts = {"Giấy chứng sinh": "Birth notice"}
    page = english(make_page(procedure=procedure))
    ProcedurePage.objects.filter(pk=page.pk).update(translated_texts=texts)
    shown = BeautifulSoup(Client().get(f"/en/nop-ho-so/{procedure.core_code}/").content, "html.parser")
    assert shown.find("span", string="Birth notice").get("lang") is None
    assert shown.find("span", string="Giấy ủy quyền")["lang"] == "vi"
