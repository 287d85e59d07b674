"""No page of the admin that a role can reach contains an English word."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from django.urls import Resolver404, resolve
from django.utils import timezone
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Locale

from home.models import MenuItem
from procedures.models import Field
from search.models import BestBet, OtherOffice, SearchedQuery, SearchedQueryDay
from tests.home.factories import alert
from tests.portal.admin_words import foreign_words, read
from tests.procedures.factories import make_decision, make_page, make_section
from tests.security.addresses import build_address, routes
from tests.security.scenario import Scenario, make_scenario, text_of

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore:.*SpooledTemporaryFile:pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::django.core.paginator.UnorderedObjectListWarning"),
]
ROLES = ("editor_b", "communication_a", "controller_a", "operator_a", "head_a", "superuser")
START = "/quan-tri/"
#: Addresses of one route differ only in their objects; the second one may show what the first lacks.
PER_ROUTE = 2
#: Pages for superusers only: permissions and columns whose names are rows and fields of Django and Wagtail.
SUPERUSERS = ("/groups/", "/sites/", "/locales/")
SKIPPED = (
    *SUPERUSERS,
    "failwhale",
    "logout",
    "jsi18n",
    "sprite",
    "/api/",
    "test404",
    "preview/",
    "view_draft",
    "/view/",
)


@pytest.fixture
def scenario() -> Scenario:
    """Add something to every list of the admin."""
    scenario = make_scenario()
    section = make_section(scenario.a)
    page = make_page(section)
    page.decision = make_decision()
    page.save_revision(user=scenario.people["controller_a"], log_action=True).publish()
    page.title += " mới"
    page.save_revision(user=scenario.people["controller_a"], log_action=True)
    for news, person in ((scenario.news_a, "editor_a"), (scenario.news_b, "editor_b")):
        news.title += " sửa"
        news.go_live_at = timezone.now() + timedelta(days=3)
        news.save_revision(user=scenario.people[person], log_action=True)
    Field.objects.get_or_create(name="Hộ tịch", slug="ho-tich")
    alert(title="Nghỉ chiều nay", agency=scenario.a)
    MenuItem.objects.create(label="Hỏi đáp", path="/hoi-dap/")
    Redirect.objects.create(old_path="/cu", redirect_page=scenario.news_a)
    Locale.objects.get_or_create(language_code="en")
    query = SearchedQuery.objects.create(week=date(2026, 11, 23), language="vi", digest="1", text="sổ hồng")
    SearchedQueryDay.objects.create(query=query, day=query.week, shown=3, without_result=3)
    # The words of the shipped offices are English too.
    OtherOffice.objects.exclude(slug="toa-an-ly-hon").delete()
    OtherOffice.objects.update(words="ly hôn")
    BestBet.objects.create(words="cưới", documents=["procedure:0"], valid_from=query.week)
    return scenario


def crawl(client: Any, addresses: list[str]) -> dict[str, set[str]]:
    """Follow every link of the admin from ``addresses``; return the foreign words by address."""
    waiting, seen, visits, found = list(addresses), set(addresses), Counter[str](), {}
    while waiting:
        address = waiting.pop(0)
        route = _route_of(address)
        if not route or visits[route] >= PER_ROUTE or any(word in address for word in SKIPPED):
            continue
        response = client.get(address)
        if response.status_code != 200:
            continue
        visits[route] += 1
        content_type = response.headers.get("Content-Type", "")
        if "html" in content_type:
            page = text_of(response)
        elif "json" in content_type:
            page = str(response.json().get("html", "") if isinstance(response.json(), dict) else "")
        else:
            continue
        reader = read(page)
        if words := foreign_words(reader.texts):
            found[address] = words
        for link in reader.links:
            target = urlsplit(urljoin(address, link))
            to = target.path + (f"?{target.query}" if target.query else "")
            if not target.netloc and to.startswith(START) and to not in seen:
                seen.add(to)
                waiting.append(to)
    return found


def _route_of(address: str) -> str:
    try:
        return resolve(urlsplit(address).path).route
    except Resolver404:
        return ""


@pytest.mark.parametrize("role", ROLES)
def test_no_english_word_remains(scenario: Scenario, role: str) -> None:
    every_route = [
        build_address(route, scenario)
        for route in routes()
        if route.startswith("quan-tri/") and route != "quan-tri/^.*/$"
    ]
    found = crawl(scenario.client(role), [START, *every_route])
    words = {word for some in found.values() for word in some}
    assert not found, f"{sorted(words)}\n" + "\n".join(f"{a}: {sorted(w)}" for a, w in found.items())
