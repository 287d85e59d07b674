"""Malformed requests to every address of the admin, as each role: no response is a server error."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence

import pytest

from forms_app.dossiers.models import ConsentText
from tests.security.addresses import build_address, routes
from tests.security.scenario import Scenario, status_of

pytestmark = [
    pytest.mark.django_db,
    # wagtail-localize lists translations without an order, so that Django's paginator warns.
    pytest.mark.filterwarnings("ignore::django.core.paginator.UnorderedObjectListWarning"),
    pytest.mark.filterwarnings("ignore:.*SpooledTemporaryFile:pytest.PytestUnraisableExceptionWarning"),
]
ROLES = (
    "editor_b", "communication_a", "controller_a", "operator_a", "head_a", "superuser",
)  # fmt: skip
#: Values used as a key or name in an address, and as parameters.
KEYS = ("1'\"--", "💩", "1.0", "-1", "9" * 30, "xlsx", "²")
QUERY = "id=xlsx&id=%C2%B2&p=x&page=-1&ordering=%F0%9F%92%A9&locale=zz&next=//x.example&q=%22%27&collection_id=x&user=x"
SKIPPED = ("failwhale", "logout")
_TEXT_PARAMETER = re.compile(r"<(?:str:|path:)?(\w+)>")


def malformed(route: str, scenario: Scenario, keys: Sequence[str]) -> Iterator[str]:
    """Yield the address of a route with a query of nonsense, and with each malformed key where it takes text."""
    yield f"{build_address(route, scenario)}?{QUERY}"
    for key in keys if _TEXT_PARAMETER.search(route) else ():
        yield build_address(_TEXT_PARAMETER.sub(key, route), scenario)


@pytest.mark.parametrize("role", ROLES)
def test_no_request_is_a_server_error(scenario: Scenario, role: str) -> None:
    client, broken = scenario.client(role), []
    # Others are refused before most keys are read; the seed of the random order decides which two they try.
    keys = KEYS if role == "superuser" else random.sample(KEYS, 2)
    for route in routes():
        if not route.startswith("quan-tri/") or any(word in route for word in SKIPPED):
            continue
        for address in malformed(route, scenario, keys):
            if status_of(client.get(address)) >= 500:
                broken.append(f"GET {address}")
        for method in ("POST", "PUT") if role == "superuser" else ("POST",):
            address = build_address(route, scenario)
            if status_of(client.generic(method, address)) >= 500:
                broken.append(f"{method} {address}")
    assert not broken, "\n".join(broken)


def test_row_on_which_others_depend_is_not_deleted(scenario: Scenario) -> None:
    client, text = scenario.client("superuser"), scenario.dossier.consent
    address = f"/quan-tri/consent_texts/delete/{text.pk}/"
    response = client.post(address, follow=True)
    assert response.redirect_chain == [(address, 302)]
    assert "Không xóa được: dữ liệu khác còn dùng." in response.text
    assert ConsentText.objects.filter(pk=text.pk).exists()


@pytest.mark.parametrize(
    "path", ["snippets/choose/core/holiday/create/", "snippets/choose/home/khong-co/create/"]
)
def test_chooser_without_a_form_creates_nothing(scenario: Scenario, path: str) -> None:
    client = scenario.client("superuser")
    assert client.get(f"/quan-tri/{path}").status_code == 404
    assert client.post(f"/quan-tri/{path}", {"date": "2026-12-01"}).status_code == 404


def test_invalid_key_gives_a_404_and_an_incomplete_form_a_400(scenario: Scenario) -> None:
    client = scenario.client("superuser")
    assert client.get("/quan-tri/images/chooser/chosen/1.0/").status_code == 404
    assert client.get("/quan-tri/images/chooser/chosen-multiple/?id=xlsx").status_code == 404
    assert client.post("/quan-tri/forms/new/").status_code == 400
    assert client.post("/quan-tri/choose-external-link/").status_code == 400
    assert client.post("/quan-tri/redirects/import/process/", {"import_file_name": "x"}).status_code == 400
