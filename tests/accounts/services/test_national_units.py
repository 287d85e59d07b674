"""The administrative units that come with the portal (accounts/data/README.md)."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.management import call_command

from accounts.models import AdministrativeUnit
from accounts.places import communes, provinces
from accounts.selectors import current_communes, current_provinces, former_units

pytestmark = pytest.mark.django_db


@pytest.fixture
def loaded(capsys):
    call_command("load_units")
    return capsys.readouterr().out


def test_whole_country_is_loaded_from_the_day_of_the_two_tiers(loaded):
    assert current_provinces().count() == 34
    assert current_communes().count() == 3321
    assert current_communes(date(2025, 6, 30)).count() == 164
    assert current_communes().filter(parent__gso_code="96").count() == 64
    kinds = set(AdministrativeUnit.objects.valid_on(date(2026, 7, 1)).values_list("kind", flat=True))
    assert kinds == {"tinh", "thanh_pho", "phuong", "xa", "dac_khu"}
    assert loaded.startswith("units: created=3355")


def test_second_run_changes_nothing_and_keeps_corrections(loaded, capsys):
    AdministrativeUnit.objects.filter(gso_code="32025", level="commune", valid_to=None).update(
        name="Phường Sửa"
    )
    call_command("load_units")
    assert capsys.readouterr().out.count("created=0 updated=0") == 2
    assert current_communes().get(gso_code="32025").name == "Phường Sửa"


def test_divided_commune_is_found_at_both_successors_the_greater_part_first(loaded):
    names = {
        unit.name: {former.name: former.is_lesser_part for former in former_units([unit.pk])[unit.pk]}
        for unit in current_communes().filter(gso_code__in=["32025", "32041"])
    }
    assert names["Phường Tân Thành"]["Xã Tắc Vân"] is False
    assert names["Phường Hòa Thành"]["Xã Tắc Vân"] is True


def test_lists_are_in_vietnamese_order_of_the_distinguishing_names(loaded, django_assert_num_queries):
    names = [place.label for place in provinces()]
    assert names[0] == "An Giang (tỉnh)"
    assert (
        names.index("Cần Thơ (thành phố)")
        < names.index("Đà Nẵng (thành phố)")
        < names.index("Gia Lai (tỉnh)")
    )
    home = next(place.value for place in provinces() if place.label.startswith("Cà Mau"))
    with django_assert_num_queries(3):
        listed = communes(home)
    assert len(listed) == 64
    found = next(place for place in listed if place.label == "Tân Thành (phường)")
    assert "xã Tắc Vân" in found.former
    assert found.districts == ("thành phố Cà Mau",)
    within = {place.label for place in listed if "thành phố Cà Mau" in place.districts}
    assert {"An Xuyên (phường)", "Lý Văn Lâm (phường)", "Tân Thành (phường)", "Hòa Thành (phường)"} <= within
    assert "Đất Mũi (xã)" not in within
    with django_assert_num_queries(0):
        communes(home)


class TestSecondList:
    def test_communes_of_a_province_are_sent_with_their_former_names(self, loaded, client):
        home = next(place.value for place in provinces() if place.label.startswith("Cà Mau"))
        answer = client.get(f"/tai-khoan/don-vi-hanh-chinh/{home}/").json()
        assert (answer["label"], answer["empty"]) == ("Xã, phường", "Chọn xã, phường")
        (found,) = [place for place in answer["places"] if place[1] == "Tân Thành (phường)"]
        assert "xã Tắc Vân" in found[2]
        assert found[3] == ["thành phố Cà Mau"]

    def test_countries_are_sent_for_abroad_in_the_language_of_the_page(self, client):
        answer = client.get("/tai-khoan/don-vi-hanh-chinh/abroad/").json()
        assert answer["label"] == "Quốc gia"
        assert ["JP", "Nhật Bản", ["Japan"], []] in answer["places"]
        english = client.get("/en/tai-khoan/don-vi-hanh-chinh/abroad/").json()
        assert ["JP", "Japan", ["Nhật Bản"], []] in english["places"]

    @pytest.mark.parametrize("parent", ["0", "999999999", "x", "9" * 60, "-1"])
    def test_unknown_province_has_no_communes(self, client, parent):
        answer = client.get(f"/tai-khoan/don-vi-hanh-chinh/{parent}/")
        assert answer.status_code == 200
        assert answer.json()["places"] == []
