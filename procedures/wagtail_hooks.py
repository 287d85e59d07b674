"""What the catalogue adds to the Wagtail admin."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.snippets.models import register_snippet

from procedures.admin import CatalogueGroup
from procedures.services.uploads import may_import
from procedures.views import editing, imports

register_snippet(CatalogueGroup)
hooks.register("before_edit_page", editing.tell_what_waits)
hooks.register("before_publish_page", editing.count_versions)
hooks.register("after_publish_page", editing.tell_what_was_made)


@hooks.register("register_admin_urls")
def import_urls() -> list[URLPattern]:
    """Addresses of the import, behind the admin's own door."""
    return [
        path("nhap-thu-tuc/", imports.upload, name="procedures_import"),
        path("nhap-thu-tuc/<int:pk>/", imports.preview, name="procedures_import_preview"),
        path("nhap-thu-tuc/<int:pk>/ap-dung/", imports.apply, name="procedures_import_apply"),
    ]


class ImportMenuItem(MenuItem):
    """Shown to those who may import."""

    def is_shown(self, request: HttpRequest) -> bool:
        return may_import(request.user)


@hooks.register("register_admin_menu_item")
def import_menu_item() -> MenuItem:
    """The way to the import."""
    return ImportMenuItem(_("Import procedures"), reverse("procedures_import"), icon_name="upload", order=260)
