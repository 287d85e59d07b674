"""Texts that Wagtail keeps in English are shown in the reader's language."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.template import Origin, engines
from django.template.loader import render_to_string
from django.utils.translation import override
from wagtail.admin.forms.choosers import EmailLinkChooserForm
from wagtail.admin.menu import Menu
from wagtail.contrib.redirects.filters import RedirectsReportFilterSet
from wagtail.snippets.widgets import AdminSnippetChooser
from wagtail_localize.models import StringTranslation

from core.wagtail import untranslated
from procedures.models import PublicationDecision


@pytest.mark.parametrize(("language", "label"), [("vi", "Chữ của liên kết"), ("en", "Link text")])
def test_fields_named_by_their_key_have_labels(language: str, label: str) -> None:
    with override(language):
        assert EmailLinkChooserForm()["link_text"].label == label


@pytest.mark.django_db
def test_choices_of_a_filter_follow_the_language() -> None:
    with override("en"):
        assert "Permanent" in str(RedirectsReportFilterSet().form)
    with override("vi"):
        form = str(RedirectsReportFilterSet().form)
    assert "Lâu dài" in form
    assert "Tất cả" in form
    assert "Permanent" not in form


def test_chooser_created_in_one_language_is_shown_in_that_of_the_reader() -> None:
    with override("en"):
        widget = AdminSnippetChooser(PublicationDecision)
        assert str(widget.choose_another_text) == "Choose another publication decision"
    with override("vi"):
        assert str(widget.choose_another_text) == "Chọn quyết định công bố khác"


def test_menu_first_built_in_english_is_vietnamese_too() -> None:
    menu = Menu(register_hook_name="register_reports_menu_item")
    with override("en"):
        english = {str(item.label) for item in menu.registered_menu_items}
    with override("vi"):
        assert {str(item.label) for item in menu.registered_menu_items}.isdisjoint(english)


@pytest.mark.parametrize(
    ("template", "context", "text"),
    [
        ("wagtailadmin/shared/headers/_actions.html", {}, 'aria-label="Các việc"'),
        ("wagtailadmin/tables/boolean_cell.html", {"value": True}, "Có"),
        ("wagtailadmin/tables/boolean_cell.html", {"value": False}, "Không"),
    ],
)
def test_templates_are_translated(template: str, context: dict[str, Any], text: str) -> None:
    with override("vi"):
        assert text in render_to_string(
            template, context | {"column": {}}
        ).lower() or text in render_to_string(template, context | {"column": {}})


def test_text_that_an_upgrade_removed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    name = "wagtailadmin/home.html"
    monkeypatch.setitem(untranslated.TEMPLATES, name, (("no such text", ""),))
    loader = untranslated.Loader(engines["django"].engine)
    origin = next(found for found in loader.get_template_sources(name) if "/wagtail/admin/" in found.name)
    with pytest.raises(LookupError, match=r"wagtailadmin/home\.html has no 'no such text'"):
        loader.get_contents(origin)


def test_template_of_another_app_with_the_same_name_is_left_alone(tmp_path: Any) -> None:
    path = tmp_path / "home.html"
    path.write_text("ours")
    origin = Origin(name=str(path), template_name="wagtailadmin/home.html", loader=None)
    assert untranslated.Loader(engines["django"].engine).get_contents(origin) == "ours"


def test_dates_of_translations_have_no_english_month() -> None:
    written = StringTranslation(updated_at=datetime(2026, 11, 30, tzinfo=UTC), tool_name="PO")
    with override("vi"):
        assert "30/11/2026" in written.get_comment()
