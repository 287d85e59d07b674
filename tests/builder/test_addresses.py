"""Addresses on today's two-tier list: province, commune, words (DOMAIN 4: no districts since 1 July 2025)."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.core.cache import cache

from accounts.models import AdminUnit, Agency
from forms_app.builder.compiling import StepForm
from forms_app.builder.field_types import registry, units
from forms_app.builder.schema import StepSpec
from tests.accounts.factories import AgencyFactory, UnitFactory
from tests.builder.factories import asked, spec_of

pytestmark = pytest.mark.django_db
TODAY = "2026-11-23T02:00:00Z"


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(TODAY, tick=False):
        yield


@dataclass
class Land:
    """Two provinces: the portal's own with two communes, and one whose communes the list does not have."""

    home: AdminUnit
    away: AdminUnit
    ward: AdminUnit
    commune: AdminUnit


@pytest.fixture
def land() -> Land:
    home = UnitFactory(name="Tỉnh Cà Mau", level="province", gso_code="96")
    AgencyFactory(code="H12", unit=home)
    return Land(
        home=home,
        away=UnitFactory(name="Tỉnh Đồng Tháp", level="province", gso_code="82"),
        ward=UnitFactory(name="Phường Tân Thành", parent=home),
        commune=UnitFactory(name="Xã Đất Mũi", parent=home),
    )


def typed(province: Any = "", commune: Any = "", detail: str = "", **spec: Any) -> StepForm:
    key = {"province": province, "commune": commune, "detail": detail}
    data = {f"f_{part}": str(getattr(value, "pk", value)) for part, value in key.items()}
    return asked(spec_of("address", **spec), data)


def error_of(form: StepForm) -> str:
    assert not form.is_valid()
    assert form.answers() == {}
    return " ".join(form.errors["f"])


@pytest.mark.parametrize("detail", ["", "Ấp 1", "Số 12/3B, hẻm 5, đường Phan Ngọc Hiển"])
def test_a_commune_of_the_province_is_enough(land: Land, detail: str) -> None:
    form = typed(land.home, land.commune, detail)
    assert form.is_valid(), form.errors
    text = f"{detail}, xã Đất Mũi, tỉnh Cà Mau" if detail else "Xã Đất Mũi, tỉnh Cà Mau"
    assert form.answers()["f"] == {
        "province": str(land.home.pk), "commune": str(land.commune.pk), "detail": detail, "text": text,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("province", "commune", "detail", "said"),
    [
        ("home", "", "", "Điền “Câu hỏi”."),
        ("", "", "", "Điền “Câu hỏi”."),
        ("home", "", "Ấp 1", "Chọn xã hoặc phường."),
        ("away", "", "", "Viết xã, phường và số nhà"),
        ("away", "ward", "", "không thuộc tỉnh"),
        ("away", "ward", "Ấp 1", "không thuộc tỉnh"),
        ("", "ward", "Ấp 1", "Chọn tỉnh"),
        ("", "", "Ấp 1", "Chọn tỉnh"),
        ("home", "", " \u200b ", "Điền “Câu hỏi”."),
        ("home", "ward", "ộ" * 201, "Viết tối đa 200 ký tự. Bạn đã viết 201."),
        ("999999", "", "Ấp 1", "Chọn trong danh sách."),
        ("home", "999999", "Ấp 1", "Chọn trong danh sách."),
        ("ward", "", "Ấp 1", "Chọn trong danh sách."),
        ("home", "home", "Ấp 1", "Chọn trong danh sách."),
    ],
)
def test_what_is_missing_is_said(land: Land, province: str, commune: str, detail: str, said: str) -> None:
    form = typed(getattr(land, province, province), getattr(land, commune, commune), detail)
    assert said in error_of(form)


def test_the_longest_line_is_counted_in_letters(land: Land) -> None:
    decomposed = unicodedata.normalize("NFD", "ộ" * 200)
    form = typed(land.home, land.ward, decomposed)
    assert form.is_valid(), form.errors
    assert form.answers()["f"]["detail"] == "ộ" * 200


@pytest.mark.parametrize(("province", "taken"), [("", True), ("home", True), ("away", False)])
def test_who_need_not_answer_may_leave_the_province_that_stood_there(
    land: Land, province: str, taken: bool
) -> None:
    """Another province is somebody's choice: it is not thrown away without a word."""
    form = typed(getattr(land, province, ""), required=False)
    assert form.is_valid() == taken
    if taken:
        assert form.answers() == {"f": None}


def test_elsewhere_the_commune_is_written(land: Land) -> None:
    form = typed(land.away, "", "Ấp Mỹ Đông, xã Mỹ Quí")
    assert form.is_valid(), form.errors
    assert form.answers()["f"]["text"] == "Ấp Mỹ Đông, xã Mỹ Quí, tỉnh Đồng Tháp"


def test_before_any_list_is_loaded_words_will_do() -> None:
    form = typed(detail="Ấp 1, xã Đất Mũi, Cà Mau")
    assert form.is_valid(), form.errors
    assert form.answers()["f"]["text"] == "Ấp 1, xã Đất Mũi, Cà Mau"


class TestTheLists:
    def soup(self, answers: dict[str, Any] | None = None) -> BeautifulSoup:
        form = StepForm(StepSpec("s", "B", fields=(spec_of("address"),)), answers=answers or {})
        return BeautifulSoup(str(form["f"]), "html.parser")

    def test_communes_stand_under_their_province_without_scripts(self, land: Land) -> None:
        other = UnitFactory(name="Xã Mỹ Quí", parent=land.away)
        groups = {
            group["label"]: [option.get_text() for option in group.find_all("option")]
            for group in self.soup().select("[name=f_commune] optgroup")
        }
        assert groups == {"Tỉnh Cà Mau": ["Phường Tân Thành", "Xã Đất Mũi"], "Tỉnh Đồng Tháp": [other.name]}

    def test_the_home_province_stands_chosen_and_no_commune_does(self, land: Land) -> None:
        chosen = [option["value"] for option in self.soup().select("option[selected]")]
        assert [value for value in chosen if value] == [str(land.home.pk)]

    def test_what_was_answered_stands_chosen_again(self, land: Land) -> None:
        form = typed(land.away, "", "Ấp 1")
        assert form.is_valid()
        soup = self.soup(form.answers())
        assert soup.select_one("[name=f_province] option[selected]")["value"] == str(land.away.pk)
        assert soup.select_one("[name=f_detail]")["value"] == "Ấp 1"

    def test_each_part_has_its_own_name(self, land: Land) -> None:
        soup = self.soup()
        names = [
            soup.find("label", attrs={"for": part["id"]}).get_text(strip=True)
            for part in soup.select("[name]")
        ]
        assert names == ["Tỉnh, thành phố", "Xã, phường", "Số nhà, đường, ấp, khóm"]

    def test_no_district_is_asked_or_offered(self, land: Land) -> None:
        ended = {"valid_from": date(2004, 1, 1), "valid_to": date(2025, 6, 30)}
        UnitFactory(name="Huyện Ngọc Hiển", level="district", parent=land.home, **ended)
        assert "Ngọc Hiển" not in self.soup().get_text()
        assert "huyện" not in self.soup().get_text().lower()

    def test_the_list_is_read_once_for_all_addresses_of_a_while(
        self, land: Land, django_assert_num_queries: Any
    ) -> None:
        self.soup()
        with django_assert_num_queries(0):
            self.soup()

    def test_naming_an_answer_is_one_query(self, land: Land, django_assert_num_queries: Any) -> None:
        form = typed(land.home, land.ward, "Ấp 1")
        assert form.is_valid()
        with django_assert_num_queries(1):
            form.answers()


class TestDaysOfChange:
    """Units end and begin at midnight in Vietnam; nobody waits for a cache."""

    def offered(self) -> set[str]:
        provinces, groups = units.choices()
        return {name for _pk, name in provinces} | {
            name for _group, communes in groups for _pk, name in communes
        }

    def test_at_midnight_the_list_is_that_of_the_new_day(self, land: Land) -> None:
        UnitFactory(name="Xã Cũ", parent=land.home, valid_to=date(2026, 11, 23))
        UnitFactory(name="Xã Mới", parent=land.home, valid_from=date(2026, 11, 24))
        with time_machine.travel("2026-11-23T16:59:59Z", tick=False):
            assert self.offered() >= {"Xã Cũ"}
            assert "Xã Mới" not in self.offered()
        with time_machine.travel("2026-11-23T17:00:00Z", tick=False):
            assert self.offered() >= {"Xã Mới"}
            assert "Xã Cũ" not in self.offered()

    def test_a_unit_added_today_is_there_when_the_while_is_over(self, land: Land) -> None:
        assert "Xã Thêm" not in self.offered()
        UnitFactory(name="Xã Thêm", parent=land.home)
        cache.clear()
        assert "Xã Thêm" in self.offered()

    def test_an_answer_given_before_the_change_is_asked_again_at_the_desk_of_today(self, land: Land) -> None:
        """The draft keeps the ids; a commune that ended meanwhile is not filed."""
        data = {"f_province": str(land.home.pk), "f_commune": str(land.ward.pk), "f_detail": ""}
        assert asked(spec_of("address"), data).is_valid()
        AdminUnit.objects.filter(pk=land.ward.pk).update(valid_to=date(2026, 11, 23))
        with time_machine.travel("2026-11-24T02:00:00Z", tick=False):
            assert not asked(spec_of("address"), data).is_valid()

    def test_the_home_province_is_that_of_the_provincial_agency(self, land: Land) -> None:
        assert units.home_province_id() == str(land.home.pk)
        cache.clear()
        Agency.objects.filter(code="H12").update(unit=None)
        assert units.home_province_id() is None


def test_an_answer_is_read_from_itself(django_assert_num_queries: Any) -> None:
    """Old dossiers show what was answered, whatever became of the list."""
    answer = {"province": "1", "commune": "2", "detail": "Ấp 1", "text": "Ấp 1, Xã Cũ, Tỉnh Cũ"}
    with django_assert_num_queries(0):
        assert registry.get("address").display(spec_of("address"), answer) == "Ấp 1, Xã Cũ, Tỉnh Cũ"
