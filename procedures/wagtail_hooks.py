"""Additions to the Wagtail admin for the catalogue."""

from __future__ import annotations

from collections.abc import Iterator

from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.widgets.button import Button
from wagtail.log_actions import LogActionRegistry
from wagtail.models import Page
from wagtail.snippets.models import register_snippet

from accounts.models import User
from procedures.admin import CatalogueGroup
from procedures.imports.uploads import may_import
from procedures.models import ProcedurePage
from procedures.views import editing, imports, lifecycle, waiting_versions

register_snippet(CatalogueGroup)
hooks.register("before_edit_page", editing.warn_about_upcoming_versions)
hooks.register("before_edit_page", editing.warn_about_changed_source)
hooks.register("before_publish_page", editing.note_latest_version)
hooks.register("after_publish_page", editing.report_new_version)


@hooks.register("register_admin_urls")
def import_urls() -> list[URLPattern]:
    """URLs of the import in the admin."""
    return [
        path("nhap-thu-tuc/", imports.upload, name="procedures_import"),
        path("nhap-thu-tuc/<int:pk>/", imports.preview, name="procedures_import_preview"),
        path("nhap-thu-tuc/<int:pk>/lua-chon/", imports.choices, name="procedures_import_choices"),
        path("nhap-thu-tuc/<int:pk>/ap-dung/", imports.apply, name="procedures_import_apply"),
        path("nhap-thu-tuc/<int:pk>/tien-do/", imports.progress, name="procedures_import_progress"),
        path("nhap-thu-tuc/<int:pk>/huy/", imports.cancel, name="procedures_import_cancel"),
        path("nhap-thu-tuc/<int:pk>/tiep-tuc/", imports.resume, name="procedures_import_resume"),
        path("nhap-thu-tuc/<int:pk>/hoan-tac/", imports.undo, name="procedures_import_undo"),
        path("nhap-thu-tuc/<int:pk>/bao-cao.csv", imports.report, name="procedures_import_report"),
    ]


@hooks.register("register_admin_urls")
def register_urls() -> list[URLPattern]:
    """URLs of the entries of the register."""
    return [
        path("thu-tuc/tao/", lifecycle.create, name="procedures_create"),
        path("thu-tuc/<int:pk>/", lifecycle.entry, name="procedures_entry"),
        path(
            "thu-tuc/<int:pk>/phien-ban/<int:number>/",
            waiting_versions.waiting_version,
            name="procedures_waiting_version",
        ),
        path("thu-tuc/<int:pk>/cham-dut/", lifecycle.end, name="procedures_end"),
        path("thu-tuc/<int:pk>/huy-cham-dut/", lifecycle.cancel_end, name="procedures_cancel_end"),
        path("thu-tuc/<int:pk>/cong-khai/", lifecycle.show_or_hide, name="procedures_show_or_hide"),
    ]


@hooks.register("register_log_actions")
def log_actions(actions: LogActionRegistry) -> None:
    """Name the actions on an entry of the register in its history."""
    for name, label, message in (
        ("create", _("Create"), _("Created under a decision")),
        ("end", _("End"), _("End entered")),
        ("cancel_end", _("Cancel the end"), _("End cancelled")),
        ("withdraw_version", _("Withdraw a version"), _("Version withdrawn before its first day")),
        ("move_version", _("Change the day of a version"), _("First day of a version changed")),
        ("show", _("Show to the public"), _("Shown to the public")),
        ("hide", _("Hide"), _("Hidden from the public")),
    ):
        actions.register_action(f"procedures.{name}", label, message)


@hooks.register("register_page_header_buttons")
def entry_button(page: Page, user: User, view_name: str, next_url: str | None = None) -> Iterator[Button]:
    """Link the page of a procedure to its entry in the register."""
    if isinstance(page, ProcedurePage) and page.permissions_for_user(user).can_publish():
        url = reverse("procedures_entry", args=[page.procedure_id])
        yield Button(_("Entry in the register, end"), url=url, icon_name="list-ul", priority=5)


class ImportMenuItem(MenuItem):
    """A menu item for users who may import."""

    def is_shown(self, request: HttpRequest) -> bool:
        return may_import(request.user)


@hooks.register("register_admin_menu_item")
def import_menu_item() -> MenuItem:
    """Return the menu item of the import."""
    return ImportMenuItem(_("Import procedures"), reverse("procedures_import"), icon_name="upload", order=260)
