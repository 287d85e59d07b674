"""The Wagtail admin works under its policy: no violation on the pages where editors spend their day."""

from __future__ import annotations

import pytest
from django.conf import settings
from wagtail.models import Page

from tests.accounts.factories import UserFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PAGES = (
    "/quan-tri/",
    "/quan-tri/pages/",
    "/quan-tri/pages/{page}/edit/",
    "/quan-tri/images/",
    "/quan-tri/images/add/",
    "/quan-tri/documents/",
    "/quan-tri/users/",
)


def test_no_violation_where_editors_work(visits, client):
    root = Page.get_first_root_node()
    page = root.get_first_child() or root.add_child(instance=Page(title="Thử", slug="thu"))
    client.force_login(UserFactory(is_superuser=True))
    tab = visits.page()
    tab.context.add_cookies(
        [
            {
                "name": settings.SESSION_COOKIE_NAME,
                "value": client.cookies[settings.SESSION_COOKIE_NAME].value,
                "url": visits.base_url,
            }
        ]
    )
    for address in PAGES:
        answer = tab.goto(visits.base_url + address.format(page=page.pk))
        assert answer.status == 200, address
        assert "'unsafe-eval'" not in answer.headers["content-security-policy"]
        tab.wait_for_load_state("networkidle")
