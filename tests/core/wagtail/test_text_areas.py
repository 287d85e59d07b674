"""Text areas of the admin read CRLF as the line end that was stored."""

from __future__ import annotations

from typing import Any

import pytest
from django import forms
from wagtail.admin.forms.models import formfield_for_dbfield
from wagtail.admin.panels import get_edit_handler
from wagtail.models import Page, get_page_models
from wagtail.snippets.models import get_snippet_models

from core.wagtail.text_areas import NormalisedTextArea

PAGES = [model for model in get_page_models() if model is not Page]


def text_areas(form_class: Any) -> list[tuple[str, forms.Widget]]:
    """The text areas of a form and of the rows inside it; comments on a page are not part of its content."""
    found = [
        (f"{form_class._meta.model.__name__}.{name}", field.widget)
        for name, field in form_class.base_fields.items()
        if isinstance(field.widget, forms.Textarea)
    ]
    for formset in getattr(form_class, "formsets", {}).values():
        found += text_areas(formset.form)
    return found


@pytest.mark.parametrize("model", [*PAGES, *get_snippet_models()], ids=lambda model: model._meta.label)
def test_every_text_area_of_the_admin_normalises_its_text(model):
    if model in PAGES:
        form_class = model.get_edit_handler().get_form_class()
    else:
        form_class = get_edit_handler(model).get_form_class()

    others = [
        name
        for name, widget in text_areas(form_class)
        if not isinstance(widget, NormalisedTextArea) and not name.startswith("Comment")
    ]

    assert others == []


def test_procedures_have_text_areas_in_rows_of_rows():
    model = next(model for model in PAGES if model.__name__ == "ProcedurePage")

    names = {name for name, _widget in text_areas(model.get_edit_handler().get_form_class())}

    assert {
        "ProcedurePage.requirements",
        "ProcedureStep.text",
        "RequiredDocument.name",
        "ChannelFee.note",
    } <= names


def test_a_long_text_is_counted_as_it_is_stored():
    """500 characters in two lines are 501 as a browser sends them."""
    summary = next(model for model in PAGES if model.__name__ == "NewsPage")._meta.get_field("summary")
    form = type("Form", (forms.Form,), {"summary": formfield_for_dbfield(summary)})(
        {"summary": f"{'a' * 250}\r\n{'b' * 249}"}
    )

    assert form.is_valid()
    assert form.cleaned_data["summary"] == f"{'a' * 250}\n{'b' * 249}"
