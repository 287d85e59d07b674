"""The addresses of the form editor over HTTP: methods, tokens, frames, caches, people without a session."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from forms_app.builder import services
from forms_app.builder.models import FormDefinition, FormVersion
from tests.builder.factories import controller, make_definition

pytestmark = pytest.mark.django_db
METHODS = {
    "builder_preview": {"GET", "HEAD"},
    "builder_export": {"GET", "HEAD"},
    "builder_publish": {"POST"},
    "builder_import": {"GET", "HEAD", "POST"},
    "builder_try": {"GET", "HEAD", "POST"},
}


def address(name: str, definition: FormDefinition) -> str:
    arguments = {"builder_import": [], "builder_try": [definition.pk, 0, "child"]}
    return reverse(name, args=arguments.get(name, [definition.pk]))


@pytest.fixture
def definition() -> FormDefinition:
    return make_definition()


@pytest.mark.parametrize("name", METHODS)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE"])
def test_each_address_takes_its_own_methods(definition: FormDefinition, name: str, method: str) -> None:
    answer = controller()[1].generic(method, address(name, definition))
    assert (answer.status_code == 405) == (method not in METHODS[name])
    assert answer.status_code < 500


@pytest.mark.parametrize("name", METHODS)
def test_without_a_session_one_is_asked_to_sign_in(definition: FormDefinition, name: str) -> None:
    for answer in (Client().get(address(name, definition)), Client().post(address(name, definition))):
        assert answer.status_code == 302
        assert answer["Location"].startswith("/tai-khoan/dang-nhap/")
    assert not FormVersion.objects.exists()


@pytest.mark.parametrize("name", [name for name, methods in METHODS.items() if "POST" in methods])
def test_no_other_site_presses_the_buttons(definition: FormDefinition, name: str) -> None:
    user, _browser = controller()
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(user)
    answer = strict.post(address(name, definition), {"stamp": definition.stamp})
    assert answer.status_code == 403
    assert not FormVersion.objects.exists()


@pytest.mark.parametrize("name", ["builder_preview", "builder_try"])
def test_only_the_portal_frames_a_trial(definition: FormDefinition, name: str) -> None:
    answer = controller()[1].get(address(name, definition))
    assert "frame-ancestors 'self'" in answer["Content-Security-Policy"]
    assert answer["X-Frame-Options"] == "SAMEORIGIN"


@pytest.mark.parametrize("name", ["builder_preview", "builder_try", "builder_export"])
def test_no_cache_keeps_what_is_not_public(definition: FormDefinition, name: str) -> None:
    answer = controller()[1].get(address(name, definition))
    assert "private" in answer["Cache-Control"] or "no-store" in answer["Cache-Control"]
    assert "public" not in answer["Cache-Control"]


def test_a_trial_is_found_by_no_search_engine(definition: FormDefinition) -> None:
    assert (
        'name="robots" content="noindex"'
        in controller()[1].get(address("builder_try", definition)).content.decode()
    )


def test_an_editor_s_words_are_words_on_every_page(definition: FormDefinition) -> None:
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
    services.save_draft(definition=definition, schema=changed, by=None)
    FormDefinition.objects.filter(pk=definition.pk).update(title=evil)
    _user, browser = controller()
    for page in (
        address("builder_preview", definition),
        reverse("builder_try", args=[definition.pk, 0, "s"]),
        reverse("builder_try", args=[definition.pk, 1, "s"]),
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
def test_a_working_copy_that_this_portal_cannot_read_is_said_and_not_a_crash(
    definition: FormDefinition, draft: dict[str, Any]
) -> None:
    """Written by a later version of the software, or by hand."""
    FormDefinition.objects.filter(pk=definition.pk).update(draft=draft)
    page = controller()[1].get(address("builder_preview", definition))
    assert page.status_code == 200
    assert "Chưa công bố được biểu mẫu" in page.content.decode()
    assert address("builder_publish", definition) not in page.content.decode()
    assert controller()[1].get(address("builder_try", definition)).status_code == 404
    edited = controller()[1].get(reverse("forms:edit", args=[definition.pk]))
    assert edited["Location"] == address("builder_preview", definition)
    stamp = FormDefinition.objects.get(pk=definition.pk).stamp
    controller()[1].post(address("builder_publish", definition), {"stamp": stamp})
    assert not FormVersion.objects.exists()


def test_one_unreadable_working_copy_does_not_take_the_list_with_it(definition: FormDefinition) -> None:
    services.publish(definition=definition)
    FormDefinition.objects.filter(pk=definition.pk).update(draft={"format": 2})
    make_definition(title="Lành")
    html = controller()[1].get(reverse("forms:index")).content.decode()
    assert "Lành" in html
    assert "có sửa đổi chưa công bố" in html
