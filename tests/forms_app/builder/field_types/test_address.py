"""Addresses in two-tier units: province, commune, text (docs/domain.md#administrative-units)."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.core.cache import cache

from accounts import places
from accounts.models import AdministrativeUnit, AdministrativeUnitSuccession, Agency
from forms_app.builder.field_types import registry
from forms_app.builder.schema import StepSpec
from forms_app.builder.step_form import StepForm
from tests.accounts.factories import AgencyFactory, UnitFactory
from tests.forms_app.builder.factories import asked, spec_of

pytestmark = pytest.mark.django_db
TODAY = "2026-11-23T02:00:00Z"
CHANGE_DAY = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(TODAY, tick=False):
        yield


@dataclass
class Units:
    """Two provinces: the portal's own with two communes, and one without listed communes."""

    home: AdministrativeUnit
    away: AdministrativeUnit
    ward: AdministrativeUnit
    commune: AdministrativeUnit


@pytest.fixture
def units() -> Units:
    home = UnitFactory(name="Tỉnh Cà Mau", level="province", gso_code="96")
    AgencyFactory(code="H12", unit=home)
    return Units(
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
def test_commune_without_street_is_accepted(units: Units, detail: str) -> None:
    form = typed(units.home, units.commune, detail)
    assert form.is_valid(), form.errors
    text = f"{detail}, xã Đất Mũi, tỉnh Cà Mau" if detail else "Xã Đất Mũi, tỉnh Cà Mau"
    assert form.answers()["f"] == {
        "province": str(units.home.pk), "commune": str(units.commune.pk), "detail": detail, "text": text,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("province", "commune", "detail", "message"),
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
def test_missing_part_is_reported(
    units: Units, province: str, commune: str, detail: str, message: str
) -> None:
    form = typed(getattr(units, province, province), getattr(units, commune, commune), detail)
    assert message in error_of(form)


def test_length_of_the_detail_is_counted_in_composed_characters(units: Units) -> None:
    decomposed = unicodedata.normalize("NFD", "ộ" * 200)
    form = typed(units.home, units.ward, decomposed)
    assert form.is_valid(), form.errors
    assert form.answers()["f"]["detail"] == "ộ" * 200


@pytest.mark.parametrize(("province", "accepted"), [("", True), ("home", True), ("away", False)])
def test_preselected_province_alone_is_not_an_answer_to_an_optional_question(
    units: Units, province: str, accepted: bool
) -> None:
    """A different province was chosen by the citizen and is therefore reported, not dropped silently."""
    form = typed(getattr(units, province, ""), required=False)
    assert form.is_valid() == accepted
    if accepted:
        assert form.answers() == {"f": None}


def test_commune_of_another_province_is_free_text(units: Units) -> None:
    form = typed(units.away, "", "Ấp Mỹ Đông, xã Mỹ Quí")
    assert form.is_valid(), form.errors
    assert form.answers()["f"]["text"] == "Ấp Mỹ Đông, xã Mỹ Quí, tỉnh Đồng Tháp"


class TestAbroad:
    """ "Người Việt Nam định cư ở nước ngoài" and foreigners are an audience of the catalogue."""

    def test_country_and_text_are_an_address(self, units: Units) -> None:
        form = typed("abroad", "JP", "1-2-3 Shinjuku, Tokyo")
        assert form.is_valid(), form.errors
        answer = form.answers()["f"]
        assert answer == {
            "province": "abroad", "commune": "", "country": "JP", "detail": "1-2-3 Shinjuku, Tokyo",
            "text": "1-2-3 Shinjuku, Tokyo, Nhật Bản",
        }  # fmt: skip
        again = StepForm(StepSpec("s", "B", fields=(spec_of("address"),)), answers={"f": answer})
        soup = BeautifulSoup(str(again["f"]), "html.parser")
        chosen = [option["value"] for option in soup.select("option[selected]")]
        assert chosen == ["abroad", "JP"]

    @pytest.mark.parametrize(
        ("country", "detail", "message"),
        [
            ("", "Tokyo", "Chọn quốc gia."),
            ("XX", "Tokyo", "Chọn quốc gia."),
            ("VN", "Hà Nội", "Chọn quốc gia."),
            ("JP", "", "Nhập địa chỉ ở nước đó."),
        ],
    )
    def test_missing_part_is_reported(self, units: Units, country: str, detail: str, message: str) -> None:
        assert message in error_of(typed("abroad", country, detail))

    def test_country_is_not_a_commune(self, units: Units) -> None:
        assert "không thuộc tỉnh" in error_of(typed(units.home, "JP", "Tokyo"))


def test_address_is_free_text_before_units_are_loaded() -> None:
    form = typed(detail="Ấp 1, xã Đất Mũi, Cà Mau")
    assert form.is_valid(), form.errors
    assert form.answers()["f"]["text"] == "Ấp 1, xã Đất Mũi, Cà Mau"


class TestLists:
    def soup(self, answers: dict[str, Any] | None = None) -> BeautifulSoup:
        form = StepForm(StepSpec("s", "B", fields=(spec_of("address"),)), answers=answers or {})
        return BeautifulSoup(str(form["f"]), "html.parser")

    def texts(self, soup: BeautifulSoup, part: str) -> list[str]:
        return [option.get_text() for option in soup.select(f"[name=f_{part}] option")][1:]

    def test_lists_begin_with_the_distinguishing_name_in_vietnamese_order(self, units: Units) -> None:
        UnitFactory(name="Xã Đá Bạc", parent=units.home)
        soup = self.soup()
        assert self.texts(soup, "province") == ["Cà Mau (tỉnh)", "Đồng Tháp (tỉnh)", "Ở nước ngoài"]
        assert self.texts(soup, "commune") == ["Đá Bạc (xã)", "Đất Mũi (xã)", "Tân Thành (phường)"]

    def test_second_list_has_the_communes_of_the_chosen_province_without_javascript(
        self, units: Units
    ) -> None:
        UnitFactory(name="Xã Mỹ Quí", parent=units.away)
        soup = BeautifulSoup(str(typed(units.away)["f"]), "html.parser")
        assert self.texts(soup, "commune") == ["Mỹ Quí (xã)"]

    def test_second_list_has_the_countries_for_an_address_abroad(self, units: Units) -> None:
        soup = BeautifulSoup(str(typed("abroad")["f"]), "html.parser")
        countries = self.texts(soup, "commune")
        assert {"Nhật Bản", "Hoa Kỳ", "Đài Loan (Trung Quốc)"} < set(countries)
        assert countries.index("Áo") < countries.index("Ba Lan")
        assert (
            soup.find("label", attrs={"for": soup.select_one("[name=f_commune]")["id"]}).get_text()
            == "Quốc gia"
        )

    def test_list_is_found_by_the_name_of_a_former_commune(self, units: Units) -> None:
        ended = {"valid_from": date(2004, 7, 8), "valid_to": date(2025, 6, 30)}
        old = UnitFactory(name="Xã Tắc Vân", **ended)
        same = UnitFactory(name="Phường Tân Thành", **ended)
        for former in (old, same):
            AdministrativeUnitSuccession.objects.create(
                predecessor=former, successor=units.ward, share="default", date=date(2025, 7, 1)
            )
        option = self.soup().select_one(f'option[value="{units.ward.pk}"]')
        assert option["data-former"] == "xã Tắc Vân"

    def test_home_province_is_preselected_without_a_commune(self, units: Units) -> None:
        chosen = [option["value"] for option in self.soup().select("option[selected]")]
        assert [value for value in chosen if value] == [str(units.home.pk)]

    def test_stored_answer_is_preselected(self, units: Units) -> None:
        form = typed(units.away, "", "Ấp 1")
        assert form.is_valid()
        soup = self.soup(form.answers())
        assert soup.select_one("[name=f_province] option[selected]")["value"] == str(units.away.pk)
        assert soup.select_one("[name=f_detail]")["value"] == "Ấp 1"

    def test_each_part_has_its_own_label(self, units: Units) -> None:
        soup = self.soup()
        names = [
            soup.find("label", attrs={"for": part["id"]}).get_text(strip=True)
            for part in soup.select("[name^=f_]")
        ]
        assert names == ["Tỉnh, thành phố", "Xã, phường", "Số nhà, đường, ấp, khóm"]

    def test_districts_are_neither_asked_for_nor_offered(self, units: Units) -> None:
        ended = {"valid_from": date(2004, 1, 1), "valid_to": date(2025, 6, 30)}
        UnitFactory(name="Huyện Ngọc Hiển", level="district", parent=units.home, **ended)
        assert "Ngọc Hiển" not in self.soup().get_text()
        assert "huyện" not in self.soup().get_text().lower()

    def test_unit_list_is_cached(self, units: Units, django_assert_num_queries: Any) -> None:
        self.soup()
        with django_assert_num_queries(0):
            self.soup()

    def test_reading_an_answer_needs_one_query(self, units: Units, django_assert_num_queries: Any) -> None:
        form = typed(units.home, units.ward, "Ấp 1")
        assert form.is_valid()
        with django_assert_num_queries(1):
            form.answers()


class TestChangeOfUnits:
    """Units begin and end at midnight in Vietnam, whatever is cached."""

    def offered(self) -> set[str]:
        listed = [
            *places.provinces(),
            *(below for province in places.provinces() for below in places.communes(province.value)),
        ]
        return {place.label for place in listed}

    def test_list_changes_at_midnight(self, units: Units) -> None:
        UnitFactory(name="Xã Cũ", parent=units.home, valid_to=date(2026, 11, 23))
        UnitFactory(name="Xã Mới", parent=units.home, valid_from=date(2026, 11, 24))
        with time_machine.travel("2026-11-23T16:59:59Z", tick=False):
            assert self.offered() >= {"Cũ (xã)"}
            assert "Mới (xã)" not in self.offered()
        with time_machine.travel("2026-11-23T17:00:00Z", tick=False):
            assert self.offered() >= {"Mới (xã)"}
            assert "Cũ (xã)" not in self.offered()

    def test_new_unit_is_offered_after_the_cache_expires(self, units: Units) -> None:
        assert "Thêm (xã)" not in self.offered()
        UnitFactory(name="Xã Thêm", parent=units.home)
        cache.clear()
        assert "Thêm (xã)" in self.offered()

    def test_answer_with_an_abolished_unit_must_be_given_again(self, units: Units) -> None:
        """The draft keeps the ids; a commune abolished in the meantime is rejected."""
        data = {"f_province": str(units.home.pk), "f_commune": str(units.ward.pk), "f_detail": ""}
        assert asked(spec_of("address"), data).is_valid()
        AdministrativeUnit.objects.filter(pk=units.ward.pk).update(valid_to=date(2026, 11, 23))
        with time_machine.travel("2026-11-24T02:00:00Z", tick=False):
            assert not asked(spec_of("address"), data).is_valid()

    def test_home_province_is_the_unit_of_the_provincial_agency(self, units: Units) -> None:
        assert places.home_province_id() == str(units.home.pk)
        cache.clear()
        Agency.objects.filter(code="H12").update(unit=None)
        assert places.home_province_id() is None


def test_stored_address_is_displayed_without_queries(django_assert_num_queries: Any) -> None:
    """Old dossiers show the answer as given, even if units have changed since."""
    answer = {"province": "1", "commune": "2", "detail": "Ấp 1", "text": "Ấp 1, Xã Cũ, Tỉnh Cũ"}
    with django_assert_num_queries(0):
        assert registry.get("address").display(spec_of("address"), answer) == "Ấp 1, Xã Cũ, Tỉnh Cũ"


class TestAddressByDate:
    """The units offered are those valid today (docs/domain.md#administrative-units)."""

    @pytest.fixture
    def home(self) -> AdministrativeUnit:
        unit: AdministrativeUnit = UnitFactory(name="Tỉnh Cà Mau", level="province", gso_code="96")
        AgencyFactory(code="H12", unit=unit)
        return unit

    def accepted(self, province: AdministrativeUnit, commune: AdministrativeUnit) -> bool:
        data = {"f_province": str(province.pk), "f_commune": str(commune.pk), "f_detail": "Ấp 1"}
        return bool(asked(spec_of("address"), data).is_valid())

    @pytest.mark.parametrize(
        ("valid_from", "valid_to", "accepted"),
        [
            (date(2025, 7, 1), None, True),
            (CHANGE_DAY, CHANGE_DAY, True),
            (date(2019, 1, 1), date(2025, 6, 30), False),
            (date(2019, 1, 1), CHANGE_DAY - timedelta(days=1), False),
            (CHANGE_DAY + timedelta(days=1), None, False),
        ],
    )
    def test_commune_is_accepted_only_while_it_is_valid(
        self, home: AdministrativeUnit, valid_from: date, valid_to: date | None, accepted: bool
    ) -> None:
        commune = UnitFactory(parent=home, valid_from=valid_from, valid_to=valid_to)
        UnitFactory(parent=home)
        assert self.accepted(home, commune) == accepted

    def test_abolished_province_is_not_offered(self, home: AdministrativeUnit) -> None:
        abolished = UnitFactory(
            name="Tỉnh Bạc Liêu", level="province", valid_from=date(2019, 1, 1), valid_to=date(2025, 6, 30)
        )
        form = asked(
            spec_of("address"), {"f_province": str(abolished.pk), "f_commune": "", "f_detail": "Số 1"}
        )
        assert not form.is_valid()
        assert "Bạc Liêu" not in str(form["f"])

    def test_stored_answer_keeps_the_unit_name_of_its_day(self, home: AdministrativeUnit) -> None:
        commune = UnitFactory(name="Xã Tân Ân", parent=home)
        data = {"f_province": str(home.pk), "f_commune": str(commune.pk), "f_detail": "Ấp 1"}
        form = asked(spec_of("address"), data)
        assert form.is_valid()
        answer = form.answers()["f"]
        AdministrativeUnit.objects.filter(pk=commune.pk).update(name="Xã Đất Mũi")
        assert registry.get("address").display(spec_of("address"), answer) == "Ấp 1, xã Tân Ân, tỉnh Cà Mau"

    @pytest.mark.parametrize("value", ["x", "-1", "²", "1;2", "9" * 40, "\x00", "None"])
    @pytest.mark.parametrize("part", ["f_province", "f_commune"])
    def test_tampered_unit_id_is_rejected(self, home: AdministrativeUnit, part: str, value: str) -> None:
        commune = UnitFactory(parent=home)
        data = {"f_province": str(home.pk), "f_commune": str(commune.pk), "f_detail": "Ấp 1"} | {part: value}
        assert not asked(spec_of("address"), data).is_valid()


class TestHomeOnly:
    """A house to be numbered or a shop to be licensed must be in the province."""

    def form(self, data: dict[str, str]) -> StepForm:
        return asked(spec_of("address", options={"home_only": True}), data)

    def test_place_in_the_province_is_accepted(self, units: Units) -> None:
        assert self.form(
            {"f_province": str(units.home.pk), "f_commune": str(units.ward.pk), "f_detail": "Ấp 1"}
        ).is_valid()

    @pytest.mark.parametrize(("country", "detail"), [("ZW", "Khóm 2, đường Bờ Kè"), ("", "Ấp 1")])
    def test_place_elsewhere_is_refused(self, units: Units, country: str, detail: str) -> None:
        province = places.ABROAD if country else str(units.away.pk)
        form = self.form({"f_province": province, "f_commune": country, "f_detail": detail})
        assert "Địa chỉ này phải ở" in form.errors["f"][0]

    def test_only_the_province_is_offered(self, units: Units) -> None:
        soup = BeautifulSoup(str(self.form({})["f"]), "html.parser")
        offered = [option["value"] for option in soup.select("select")[0].select("option")]
        assert offered == ["", str(units.home.pk)]

    def test_any_place_is_accepted_while_the_province_is_unknown(self, units: Units) -> None:
        Agency.objects.all().delete()
        cache.clear()
        assert self.form({"f_province": str(units.away.pk), "f_detail": "Ấp 1"}).is_valid()
