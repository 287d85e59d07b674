"""Long lists as comboboxes: search without diacritics, former names, other provinces, another country."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from accounts.models import AdministrativeUnit, AdministrativeUnitSuccession
from accounts.services.unit_import import TWO_TIERS_FROM
from tests.accounts.factories import UnitFactory
from tests.e2e.people import choose
from tests.e2e.province import COMMUNE_CHOICE
from tests.e2e.scenario import FILING
from tests.support.browser import assert_accessible, follow

pytestmark = pytest.mark.browser


def _add_places() -> None:
    away = UnitFactory(name="Thành phố Hà Nội", level="province", gso_code="01")
    UnitFactory(name="Phường Ba Đình", parent=away, gso_code="00004")
    AdministrativeUnitSuccession.objects.create(
        predecessor=UnitFactory(
            name="Xã Tắc Vân", valid_to="2025-06-30", valid_from="2004-07-08",
            parent=UnitFactory(
                name="Thành phố Cà Mau", level="district", valid_to="2025-06-30", valid_from="2004-07-08"
            ),
        ),
        successor=AdministrativeUnit.objects.get(name="Xã Khánh Lâm"), share="default", date=TWO_TIERS_FROM,
    )  # fmt: skip


@pytest.fixture
def page(scenario_visits):
    """The first step of an application, with communes elsewhere."""
    # The scenario, including these rows, is kept for the next test.
    if not AdministrativeUnit.objects.filter(name="Phường Ba Đình").exists():
        _add_places()
    page = scenario_visits.page(width=360)
    page.goto(FILING)
    choose(page, "Bạn nộp ở đâu?", "tan", COMMUNE_CHOICE)
    follow(page.get_by_role("button", name="Bắt đầu"))
    return page


def test_places_are_found_by_parts_former_names_and_in_other_provinces_and_countries(page):
    commune = page.get_by_role("combobox", name="Xã, phường")
    commune.fill("tac van")
    expect(page.get_by_role("listbox").get_by_role("option")).to_have_text(
        "Khánh Lâm (xã), trước đây là xã Tắc Vân"
    )
    assert_accessible(page)
    commune.press("Tab")
    expect(commune).to_have_value("Khánh Lâm (xã)")

    for words in ("tp ca mau", "thành phố Cà Mau"):
        commune.fill(words)
        expect(page.get_by_role("listbox").get_by_role("option")).to_have_text(
            "Khánh Lâm (xã), trước đây thuộc thành phố Cà Mau (nay không còn)"
        )
    commune.fill("xyz")
    listed = page.get_by_role("listbox", name="Xã, phường")
    expect(listed).to_have_text("Không có trong danh sách. Kiểm tra lại chính tả.")
    commune.press("Tab")
    expect(commune).to_have_value("Khánh Lâm (xã)")

    # The communes arrive late: what is typed in the meantime is kept and found.
    held = []

    def hold(route):
        held.append(route)

    lists = page.locator("[name=address_province]").get_attribute("data-lists")
    page.route(f"**{lists}*/", hold)
    choose(page, "Tỉnh, thành phố", "ha noi", "Hà Nội (thành phố)")
    commune.fill("ba d")
    expect(listed).to_have_text("Không có trong danh sách. Kiểm tra lại chính tả.")
    held[0].continue_()
    expect(page.get_by_role("listbox").get_by_role("option").first).to_have_text("Ba Đình (phường)")
    page.unroute(f"**{lists}*/")
    commune.press("Enter")
    expect(commune).to_have_value("Ba Đình (phường)")
    choose(page, "Tỉnh, thành phố", "nuoc ngoai", "Ở nước ngoài")
    choose(page, "Quốc gia", "nhat", "Nhật Bản")
    assert page.locator("[name=address_commune]").input_value() == "JP"
    expect(page.get_by_role("button", name="Hiện xã, phường của tỉnh này")).to_be_hidden()


def test_late_answer_for_a_former_province_is_ignored(page):
    """Two quick changes: the first list arrives after the second one."""
    held = []

    def hold(route):
        held.append(route)

    lists = page.locator("[name=address_province]").get_attribute("data-lists")
    commune = page.get_by_role("combobox", name="Xã, phường")
    choose(page, "Tỉnh, thành phố", "ha noi", "Hà Nội (thành phố)")
    choose(page, "Tỉnh, thành phố", "nuoc ngoai", "Ở nước ngoài")
    page.route(f"**{lists}*/", hold)
    choose(page, "Tỉnh, thành phố", "ha noi", "Hà Nội (thành phố)")
    choose(page, "Tỉnh, thành phố", "ca mau", "Cà Mau (tỉnh)")
    second = page.locator("[name=address_commune]")
    with page.expect_response(f"**{lists}*/"):
        held[1].continue_()
    expect(second.locator("option", has_text="Khánh Lâm")).to_have_count(1)
    with page.expect_response(f"**{lists}*/") as late:
        held[0].continue_()
    late.value.finished()
    page.evaluate("() => new Promise(done => setTimeout(done, 50))")
    expect(second.locator("option", has_text="Khánh Lâm")).to_have_count(1)
    expect(second.locator("option", has_text="Ba Đình")).to_have_count(0)
    expect(commune).to_be_visible()


def test_without_a_response_the_button_for_the_list_is_shown(page):
    lists = page.locator("[name=address_province]").get_attribute("data-lists")
    show = page.get_by_role("button", name="Hiện xã, phường của tỉnh này").first
    expect(show).to_be_hidden()
    page.route(f"**{lists}*/", lambda route: route.abort())
    choose(page, "Tỉnh, thành phố", "ha noi", "Hà Nội (thành phố)")
    expect(show).to_be_visible()
    page.unroute(f"**{lists}*/")
    choose(page, "Tỉnh, thành phố", "ca mau", "Cà Mau (tỉnh)")
    expect(show).to_be_hidden()
