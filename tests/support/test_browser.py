"""The browser of the tests: JavaScript on and off, no foreign hosts, axe and screenshots."""

from __future__ import annotations

import pytest
from wagtail.models import Site

from tests.paths import ARTIFACTS
from tests.support.browser import assert_fits, axe_violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SCRIPT_PROBE = "<p id=a>no</p><script>document.getElementById('a').textContent = 'yes'</script>"


@pytest.mark.parametrize(("javascript", "expected"), [(True, "yes"), (False, "no")])
def test_javascript_runs_only_when_enabled(visits, javascript: bool, expected: str) -> None:
    page = visits.page(javascript=javascript)
    page.set_content(SCRIPT_PROBE)
    assert page.inner_text("#a") == expected


def test_live_server_uses_the_test_database(visits) -> None:
    assert Site.objects.exists()
    page = visits.page()
    reply = page.goto("/healthz")
    assert reply is not None
    assert reply.status == 200


def test_foreign_hosts_are_refused_and_reported(visits) -> None:
    page = visits.page()
    page.set_content("<img src='https://example.org/pixel.png'>")
    page.wait_for_load_state("networkidle")
    assert visits.complaints == ["foreign host: https://example.org/pixel.png"]
    visits.complaints.clear()


def test_uncaught_script_error_is_reported(visits) -> None:
    page = visits.page()
    page.set_content("<script>throw new Error('on purpose')</script>")
    page.wait_for_load_state("networkidle")
    assert "on purpose" in visits.complaints[0]
    visits.complaints.clear()


def test_axe_finds_violations(visits) -> None:
    page = visits.page()
    page.set_content("<html lang=vi><title>a</title><main><h1>a</h1><img src='data:,'></main>")
    assert any(line.startswith("image-alt (critical)") for line in axe_violations(page))
    page.set_content("<html lang=vi><title>a</title><main><h1>Không có lỗi</h1></main>")
    assert axe_violations(page) == []


def test_axe_can_be_limited_to_rules(visits) -> None:
    page = visits.page()
    page.set_content("<html lang=vi><title>a</title><main><h1>a</h1><img src='data:,'></main>")
    assert axe_violations(page, rules=["color-contrast"]) == []
    assert len(axe_violations(page, rules=["image-alt"])) == 1


def test_axe_refuses_a_page_without_javascript(visits) -> None:
    with pytest.raises(ValueError, match="axe is a script"):
        axe_violations(visits.page(javascript=False))


def test_horizontal_scrolling_is_found(visits) -> None:
    page = visits.page(width=360)
    page.set_content("<div style='width: 500px'>wide</div>")
    with pytest.raises(AssertionError, match="in a window of 360 px"):
        assert_fits(page)


def test_screenshot_is_saved(visits, shoot) -> None:
    page = visits.page(width=360)
    page.set_content("<html lang=vi><h1>Đủ dấu: Ữ ẵ ợ ỹ</h1>")
    shoot(page, "support/letters")
    assert (ARTIFACTS / "support/letters.jpg").read_bytes().startswith(b"\xff\xd8\xff")
