"""Texts that Wagtail shows in English whatever the language of the reader, in the reader's language.

Wagtail writes them into templates, derives them from field names, or translates them while a module loads, that is, in
the language of the process's first request. No catalogue covers them (ADR 85). An upgrade of Wagtail that changes a
place named here fails ``tests/core/wagtail/test_untranslated.py`` or stops the process with the name of the place.
"""

from __future__ import annotations

from typing import Any, Final, cast

from django.template import Origin
from django.template.loaders.app_directories import Loader as AppDirectoriesLoader
from django.utils.functional import Promise, lazy
from django.utils.translation import get_language, gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

Text = str | Promise

#: By template: the text in it, and what is shown instead.
TEMPLATES: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "wagtailadmin/home.html": (('value="Search"', 'value="{% translate "Search" %}"'),),
    "wagtailadmin/shared/header.html": (('value="Search"', 'value="{% translate "Search" %}"'),),
    "wagtailadmin/shared/user_avatar.html": (("{{ user }}", '{{ user|default_if_none:"" }}'),),
    "wagtailadmin/tables/boolean_cell.html": (("title=value|stringformat:'s'", "title=value|yesno"),),
    "wagtailadmin/shared/headers/_actions.html": (
        (
            '<nav aria-label="Actions"',
            '{% load i18n %}<nav aria-label="{% translate "Actions" %}"',
        ),
    ),
}


class Loader(AppDirectoriesLoader):
    """Load the templates of apps, those in `TEMPLATES` with their texts translatable."""

    def get_contents(self, origin: Origin) -> str:
        """Return the template's source; raises LookupError if a text of `TEMPLATES` is no longer there."""
        source: str = super().get_contents(origin)
        is_wagtails = "/wagtail/admin/templates/" in str(origin.name)
        for text, replacement in TEMPLATES.get(str(origin.template_name), ()) if is_wagtails else ():
            if text not in source:
                raise LookupError(f"core.wagtail.untranslated: {origin.name} has no {text!r}")
            source = source.replace(text, replacement)
        return source


def _label_fields() -> None:
    from wagtail.admin.forms import choosers  # noqa: PLC0415
    from wagtail.admin.forms.workflows import WorkflowPageForm  # noqa: PLC0415
    from wagtail.images.forms import ImageInsertionForm  # noqa: PLC0415

    link_text = _("Link text")
    labels: dict[Any, dict[str, Text]] = {
        choosers.ExternalLinkChooserForm: {"link_text": link_text},
        choosers.AnchorLinkChooserForm: {"link_text": link_text},
        choosers.EmailLinkChooserForm: {
            "email_address": _("Email address"),
            "link_text": link_text,
            "subject": _("Subject"),
            "body": _("Message"),
        },
        choosers.PhoneLinkChooserForm: {"phone_number": _("Phone number"), "link_text": link_text},
        WorkflowPageForm: {"page": _("Page")},
        ImageInsertionForm: {
            "format": _("Format"),
            "image_is_decorative": _("Image is decorative"),
            "alt_text": _("Alt text"),
        },
    }
    for form, texts in labels.items():
        for name, text in texts.items():
            form.base_fields[name].label = text


def _label_task_types() -> None:
    from wagtail.admin.forms.workflows import TaskChooserSearchForm  # noqa: PLC0415

    initialise = TaskChooserSearchForm.__init__

    def with_label(self: Any, *args: Any, **kwargs: Any) -> None:
        initialise(self, *args, **kwargs)
        if "task_type" in self.fields:
            self.fields["task_type"].label = _("Task type")

    TaskChooserSearchForm.__init__ = with_label


def _label_filters() -> None:
    from wagtail.contrib.redirects.filters import RedirectsReportFilterSet  # noqa: PLC0415
    from wagtail_localize.views.report import TranslationsReportFilterSet  # noqa: PLC0415

    kind = RedirectsReportFilterSet.base_filters["is_permanent"]
    kind.label = _("Type")
    kind.extra["choices"] = ((True, _("Permanent")), (False, _("Temporary")))
    kind.extra["empty_label"] = _("All")
    TranslationsReportFilterSet.base_filters["source_locale"].label = _("Source language")
    TranslationsReportFilterSet.base_filters["target_locale"].label = _("Target language")


def _label_choosers() -> None:
    from wagtail.snippets.widgets import AdminSnippetChooser  # noqa: PLC0415

    initialise = AdminSnippetChooser.__init__

    def with_texts(self: Any, model: Any, **kwargs: Any) -> None:
        initialise(self, model, **kwargs)
        # A widget made while a module loads keeps these for the life of the process.
        self.choose_one_text = _about(gettext_noop("Choose %(object)s"), model)
        self.choose_another_text = _about(gettext_noop("Choose another %(object)s"), model)
        self.link_to_chosen_text = _about(gettext_noop("Edit this %(object)s"), model)

    AdminSnippetChooser.__init__ = with_texts


def _about(text: str, model: Any) -> Promise:
    made: Any = lazy(lambda: gettext(text) % {"object": model._meta.verbose_name}, str)()
    return cast(Promise, made)


def _build_menus_by_language() -> None:
    from wagtail.admin.menu import Menu  # noqa: PLC0415

    if isinstance(Menu.registered_menu_items, property):
        return  # connected before: Django's tests rebuild the app registry
    build = Menu.registered_menu_items.func

    def items(self: Any) -> Any:
        by_language = self.__dict__.setdefault("items_by_language", {})
        language = get_language()
        if language not in by_language:
            by_language[language] = build(self)
        return by_language[language]

    Menu.registered_menu_items = property(items)


def _name_counted_pages() -> None:
    from wagtail.admin.ui.tables.pages import PageTitleColumn  # noqa: PLC0415
    from wagtail.models import Page  # noqa: PLC0415

    get_header = PageTitleColumn.get_header_context_data

    def with_name(self: Any, parent_context: Any) -> Any:
        context = get_header(self, parent_context)
        # The search and the reports give no name.
        context["model_name"] = context.get("model_name") or Page._meta.verbose_name_plural
        return context

    PageTitleColumn.get_header_context_data = with_name


def _write_dates_in_figures() -> None:
    """Write the dates of the translation editor as 30/11/2026, since month names would be in English."""
    from wagtail_localize import models  # noqa: PLC0415
    from wagtail_localize.views import edit_translation  # noqa: PLC0415

    models.DATE_FORMAT = edit_translation.DATE_FORMAT = "%d/%m/%Y"


def install_patch() -> None:
    """Give the forms, filters and tables of Wagtail lazy texts; called once when the apps are ready."""
    _label_fields()
    _label_task_types()
    _label_filters()
    _label_choosers()
    _build_menus_by_language()
    _name_counted_pages()
    _write_dates_in_figures()
