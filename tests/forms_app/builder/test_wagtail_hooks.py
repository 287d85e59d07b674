"""Admin addresses of the form editor: methods, CSRF, frames, caching, anonymous users."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from forms_app.builder import services
from forms_app.builder.models import FormDefinition, FormVersion
from tests.forms_app.builder.factories import controller, make_definition

pytestmark = pytest.mark.django_db
METHODS = {
    "builder_preview": {"GET", "HEAD"},
    "builder_export": {"GET", "HEAD"},
    "builder_publish": {"POST"},
    "builder_import": {"GET", "HEAD", "POST"},
    "builder_test_run": {"GET", "HEAD", "POST"},
}


def address(name: str, definition: FormDefinition) -> str:
    arguments = {"builder_import": [], "builder_test_run": [definition.pk, 0, "child"]}
    return reverse(name, args=arguments.get(name, [definition.pk]))


@pytest.fixture
def definition() -> FormDefinition:
    return make_definition()


@pytest.mark.parametrize("name", METHODS)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE"])
def test_views_accept_only_their_own_methods(definition: FormDefinition, name: str, method: str) -> None:
    answer = controller()[1].generic(method, address(name, definition))
    assert (answer.status_code == 405) == (method not in METHODS[name])
    assert answer.status_code < 500


@pytest.mark.parametrize("name", METHODS)
def test_anonymous_users_are_redirected_to_the_sign_in_page(definition: FormDefinition, name: str) -> None:
    for answer in (Client().get(address(name, definition)), Client().post(address(name, definition))):
        assert answer.status_code == 302
        assert answer["Location"].startswith("/tai-khoan/dang-nhap/")
    assert not FormVersion.objects.exists()


@pytest.mark.parametrize("name", [name for name, methods in METHODS.items() if "POST" in methods])
def test_post_views_require_a_csrf_token(definition: FormDefinition, name: str) -> None:
    user, _browser = controller()
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(user)
    answer = strict.post(address(name, definition), {"content_hash": definition.content_hash})
    assert answer.status_code == 403
    assert not FormVersion.objects.exists()


@pytest.mark.parametrize("name", ["builder_preview", "builder_test_run"])
def test_preview_and_test_run_can_be_framed_only_by_the_portal(definition: FormDefinition, name: str) -> None:
    answer = controller()[1].get(address(name, definition))
    assert "frame-ancestors 'self'" in answer["Content-Security-Policy"]
    assert answer["X-Frame-Options"] == "SAMEORIGIN"


@pytest.mark.parametrize("name", ["builder_preview", "builder_test_run", "builder_export"])
def test_admin_pages_are_not_publicly_cacheable(definition: FormDefinition, name: str) -> None:
    answer = controller()[1].get(address(name, definition))
    assert "private" in answer["Cache-Control"] or "no-store" in answer["Cache-Control"]
    assert "public" not in answer["Cache-Control"]


def test_test_run_is_not_indexed_by_search_engines(definition: FormDefinition) -> None:
    assert (
        'name="robots" content="noindex"'
        in controller()[1].get(address("builder_test_run", definition)).content.decode()
    )


def test_editor_texts_are_escaped_on_every_page(definition: FormDefinition) -> None:
    evil = "<img src=x onerror=alert(1)>"
    schema: dict[str, Any] = {
        "steps": [
            {
                "id": "s", "title": evil, "intro": evil,
                "fields": [
                    {
                        "id": "f", "type": "choice", "label": evil, "help": evil,
                        "choices": [{"value": evil, "label": evil}],
                    }
                ],
            }
        ]
    }  # fmt: skip
    services.publish(definition=definition, schema=schema)
    changed = {"steps": [{**schema["steps"][0], "title": f"{evil} mới"}]}
    services.save_working_copy(definition=definition, schema=changed, by=None)
    FormDefinition.objects.filter(pk=definition.pk).update(title=evil)
    _user, browser = controller()
    for page in (
        address("builder_preview", definition),
        reverse("builder_test_run", args=[definition.pk, 0, "s"]),
        reverse("builder_test_run", args=[definition.pk, 1, "s"]),
        reverse("forms:index"),
        reverse("forms:edit", args=[definition.pk]),
    ):
        html = browser.get(page).content.decode()
        assert "&lt;img src=x" in html or "\\u003Cimg" in html, page
        assert "<img src=x" not in html, page


@pytest.mark.parametrize(
    "draft",
    [
        {"steps": [], "format": 2},
        {"steps": "x"},
        {"steps": [{"id": "s"}]},
        {"steps": [{"id": "s", "title": "B", "fields": [{"id": "f", "type": "gone", "label": "L"}]}]},
    ],
)
def test_preview_reports_an_unreadable_working_copy(
    definition: FormDefinition, draft: dict[str, Any]
) -> None:
    """It was written by a later version of the software, or by hand."""
    FormDefinition.objects.filter(pk=definition.pk).update(working_copy=draft)
    page = controller()[1].get(address("builder_preview", definition))
    assert page.status_code == 200
    assert "Chưa công bố được biểu mẫu" in page.content.decode()
    assert address("builder_publish", definition) not in page.content.decode()
    assert controller()[1].get(address("builder_test_run", definition)).status_code == 404
    edited = controller()[1].get(reverse("forms:edit", args=[definition.pk]))
    assert edited["Location"] == address("builder_preview", definition)
    content_hash = FormDefinition.objects.get(pk=definition.pk).content_hash
    controller()[1].post(address("builder_publish", definition), {"content_hash": content_hash})
    assert not FormVersion.objects.exists()


def test_list_is_shown_despite_an_unreadable_working_copy(definition: FormDefinition) -> None:
    services.publish(definition=definition)
    FormDefinition.objects.filter(pk=definition.pk).update(working_copy={"format": 2})
    make_definition(title="Lành")
    html = controller()[1].get(reverse("forms:index")).content.decode()
    assert "Lành" in html
    assert "có sửa đổi chưa công bố" in html
