"""Accessibility of a rendered step: labels, groups, descriptions, hints for phones and browsers."""

from __future__ import annotations

from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag
from django.template import Context, Template

from forms_app.builder.field_types import registry
from forms_app.builder.schema import FieldSpec, StepSpec
from forms_app.builder.step_form import StepForm
from tests.accounts.factories import AgencyFactory, UnitFactory
from tests.forms_app.builder.factories import spec_of

pytestmark = pytest.mark.django_db
TYPES = [field_type.code for field_type in registry.installed()]
GROUPS = {"choice", "many_choices", "yes_no", "address", "identity_document"}
CHOICES = [{"value": value, "label": f"Loại {value}"} for value in "abcd"]


@pytest.fixture(autouse=True)
def units() -> None:
    home = UnitFactory(name="Tỉnh Cà Mau", level="province", gso_code="96")
    AgencyFactory(code="H12", unit=home)
    UnitFactory(name="Xã Đất Mũi", parent=home)


def question(kind: str, **values: Any) -> FieldSpec:
    """A question of a type, with choices if it needs them."""
    return spec_of(kind, **{"choices": CHOICES if registry.get(kind).has_choices else [], **values})


def page(*specs: FieldSpec, data: Any = None) -> BeautifulSoup:
    """Return the step as rendered by crispy-forms; it is validated if there is ``data``."""
    form = StepForm(StepSpec("s", "Bước", fields=specs), answers={}, data=data, files={} if data else None)
    html = Template("{% load crispy_forms_tags %}{% crispy form %}").render(Context({"form": form}))
    return BeautifulSoup(html, "html.parser")


def accessible_name(soup: BeautifulSoup, element: Tag) -> str:
    """Return the accessible name of an input."""
    around = element.find_parent("label")
    label = soup.find("label", attrs={"for": element["id"]}) or around
    return label.get_text(" ", strip=True) if label else str(element.get("aria-label", ""))


def inputs(soup: BeautifulSoup) -> list[Tag]:
    return [tag for tag in soup.find_all(["input", "select", "textarea"]) if tag.get("type") != "hidden"]


@pytest.mark.parametrize("required", [True, False])
@pytest.mark.parametrize("kind", TYPES)
def test_every_input_has_an_accessible_name_and_a_unique_id(kind: str, required: bool) -> None:
    soup = page(question(kind, required=required))
    ids = [tag["id"] for tag in soup.find_all(id=True)]
    assert len(ids) == len(set(ids))
    assert inputs(soup)
    for element in inputs(soup):
        assert accessible_name(soup, element), element


@pytest.mark.parametrize("kind", TYPES)
def test_question_with_several_inputs_is_a_fieldset_with_a_legend(kind: str) -> None:
    soup = page(question(kind))
    legends = [legend.get_text(strip=True) for legend in soup.select("fieldset > legend")]
    assert legends == (["Câu hỏi"] if kind in GROUPS else [])
    if kind not in GROUPS:
        assert soup.select_one("label.field__label").get_text(strip=True) == "Câu hỏi"


@pytest.mark.parametrize("kind", TYPES)
def test_optional_questions_are_marked(kind: str) -> None:
    assert "không bắt buộc" in page(question(kind, required=False)).get_text()
    assert "không bắt buộc" not in page(question(kind)).get_text()


@pytest.mark.parametrize("kind", TYPES)
def test_help_and_error_are_referenced_by_aria_describedby(kind: str) -> None:
    soup = page(question(kind, help="Xem mặt sau <thẻ>."), data={"other": "x"})
    element = soup.select_one("fieldset") if kind in GROUPS else inputs(soup)[0]
    described = element["aria-describedby"].split()
    texts = [soup.find(id=identifier).get_text(" ", strip=True) for identifier in described]
    assert "Xem mặt sau <thẻ>." in texts[0]
    assert "Lỗi:" in texts[1]
    assert "Câu hỏi" in texts[1]


@pytest.mark.parametrize("kind", [kind for kind in TYPES if kind not in GROUPS])
def test_input_with_an_error_has_aria_invalid(kind: str) -> None:
    assert inputs(page(question(kind), data={"other": "x"}))[0]["aria-invalid"] == "true"


@pytest.mark.parametrize("kind", TYPES)
def test_error_summary_links_to_focusable_inputs(kind: str) -> None:
    soup = page(question(kind), data={"other": "x"})
    summary = soup.select_one("[data-error-summary]")
    assert summary["role"] == "alert"
    assert summary["tabindex"] == "-1"
    links = summary.select("a")
    assert len(links) == 1
    target = soup.find(id=links[0]["href"].removeprefix("#"))
    assert target.name in {"input", "select", "textarea"}, target


def test_error_summary_lists_errors_in_question_order() -> None:
    specs = [FieldSpec(f"q{n}", "short_text", f"Câu {n}") for n in range(5)]
    soup = page(*specs, data={"q2": "có"})
    message = [link.get_text(strip=True) for link in soup.select("[data-error-summary] a")]
    assert message == ["Điền “Câu 0”.", "Điền “Câu 1”.", "Điền “Câu 3”.", "Điền “Câu 4”."]
    assert "4 chỗ cần sửa" in soup.select_one("[data-error-summary] h2").get_text(" ", strip=True)


@pytest.mark.parametrize(
    ("kind", "options", "attributes"),
    [
        ("citizen_id", {}, {"inputmode": "numeric", "autocomplete": "off", "spellcheck": "false"}),
        ("phone", {}, {"type": "tel", "autocomplete": "tel"}),
        ("email", {}, {"type": "email", "autocomplete": "email"}),
        ("date", {}, {"inputmode": "numeric", "type": "text", "placeholder": None}),
        ("number", {}, {"inputmode": "numeric", "type": "text"}),
        ("number", {"decimals": 2}, {"inputmode": "decimal"}),
        ("number", {"min": 0, "decimals": 1}, {"inputmode": "decimal"}),
        ("number", {"min": -5}, {"inputmode": "text"}),
        ("short_text", {"autocomplete": "name"}, {"autocomplete": "name", "type": "text"}),
        ("short_text", {}, {"autocomplete": None, "maxlength": None}),
        ("long_text", {"rows": 9}, {"rows": "9", "maxlength": None}),
        ("file", {"extensions": ["pdf", "png"]}, {"type": "file", "accept": ".pdf,.png"}),
    ],
)
def test_inputs_have_inputmode_and_autocomplete(kind: str, options: dict, attributes: dict) -> None:
    element = inputs(page(question(kind, options=options)))[0]
    assert {name: element.get(name) for name in attributes} == attributes


def test_address_parts_have_autocomplete_tokens() -> None:
    tokens = [element["autocomplete"] for element in inputs(page(question("address")))]
    assert tokens == ["address-level1", "address-level2", "street-address"]


@pytest.mark.parametrize(
    ("label", "help_text", "message"),
    [
        ("Diện tích", "", "Đơn vị: m²."),
        ("Diện tích", "Theo sổ đỏ.", "Theo sổ đỏ. Đơn vị: m²."),
        ("Diện tích (m²)", "", ""),
        ("Diện tích", "Tính bằng m².", "Tính bằng m²."),
    ],
)
def test_unit_of_a_number_is_not_repeated_in_the_hint(label: str, help_text: str, message: str) -> None:
    soup = page(spec_of("number", label=label, help=help_text, options={"unit": "m²"}))
    hint = soup.select_one(".field__hint")
    assert (hint.get_text(strip=True) if hint else "") == message


@pytest.mark.parametrize(
    ("help_text", "message"),
    [
        ("", "Ví dụ: 27/11/1990 hoặc 27111990."),
        ("Theo giấy khai sinh.", "Theo giấy khai sinh. Ví dụ: 27/11/1990 hoặc 27111990."),
        ("Ví dụ 05/09/1996.", "Ví dụ 05/09/1996."),
    ],
)
def test_date_hint_shows_the_notation_once(help_text: str, message: str) -> None:
    """The number pad of a phone has no slash, so the hint shows the digits-only notation."""
    assert page(spec_of("date", help=help_text)).select_one(".field__hint").get_text(strip=True) == message


@pytest.mark.parametrize("first", ["choice", "many_choices", "yes_no", "address"])
@pytest.mark.parametrize("second", ["short_text", "choice", "file"])
def test_ids_of_inputs_are_unique_among_similar_questions(first: str, second: str) -> None:
    """``loai_2`` is the id of a second question “Loại” and Django's id of the third radio button of ``loai``."""
    specs = [question(first), *(FieldSpec.from_json({**_json(second), "id": f"f_{n}"}) for n in range(4))]
    soup = page(*specs)
    ids = [tag["id"] for tag in soup.find_all(id=True)]
    assert len(ids) == len(set(ids))


def _json(kind: str) -> dict[str, Any]:
    return {"type": kind, "label": "Khác", "choices": CHOICES if registry.get(kind).has_choices else []}


@pytest.mark.parametrize("kind", ["choice", "yes_no"])
def test_answer_of_an_optional_choice_can_be_cleared(kind: str) -> None:
    optional, required_inputs = (
        inputs(page(question(kind, required=required))) for required in (False, True)
    )
    assert optional[0]["value"] == ""
    assert optional[0].has_attr("checked")
    assert "" not in [element["value"] for element in required_inputs]
    assert not [element for element in required_inputs if element.has_attr("checked")], (
        "a required choice is not preselected"
    )


@pytest.mark.parametrize("kind", [kind for kind in TYPES if kind not in GROUPS | {"file"}])
def test_input_keeps_its_value_after_an_error(kind: str) -> None:
    specs = [question(kind), FieldSpec("other", "short_text", "Khác")]
    typed = "x <b> & “y” 12"
    element = inputs(page(*specs, data={"f": typed}))[0]
    assert (element.get_text().strip() if element.name == "textarea" else element["value"]) == typed


def test_checkboxes_and_lists_keep_their_values_after_an_error() -> None:
    specs = [
        FieldSpec.from_json({**_json("many_choices"), "id": "many"}),
        FieldSpec.from_json({**_json("yes_no"), "id": "sure"}),
        FieldSpec.from_json({**_json("address"), "id": "home"}),
        FieldSpec("missing", "short_text", "Thiếu"),
    ]
    soup = page(*specs, data={"many": ["b", "d"], "sure": "no", "home_detail": "Ấp 1"})
    assert [tag["value"] for tag in soup.find_all("input", checked=True)] == ["b", "d", "no"]
    assert soup.find("input", attrs={"name": "home_detail"})["value"] == "Ấp 1"


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize(
    "evil", ["<img src=x onerror=alert(1)>", '" autofocus onfocus="alert(1)', "{{ form }}"]
)
def test_editor_texts_are_escaped_in_a_step(kind: str, evil: str) -> None:
    values: dict[str, Any] = {"label": evil, "help": evil}
    if registry.get(kind).has_choices:
        values["choices"] = [{"value": evil, "label": evil}]
    soup = page(question(kind, **values), data={"other": "x"})
    assert not soup.find("img")
    assert not soup.find(onfocus=True)
    assert evil in soup.get_text()
