"""Registration of the form editor in the Wagtail admin."""

from __future__ import annotations

from django.urls import URLPattern, path
from wagtail import hooks

from forms_app.builder.admin import test_run, views
from forms_app.builder.admin.viewset import FormDefinitionViewSet


@hooks.register("register_admin_viewset")
def register_forms() -> FormDefinitionViewSet:
    """Register the list and the editor."""
    return FormDefinitionViewSet("forms")


@hooks.register("register_admin_urls")
def register_addresses() -> list[URLPattern]:
    """Register preview, test run, publication, export and import."""
    return [
        path("bieu-mau/nhap/", views.import_form, name="builder_import"),
        path("bieu-mau/<int:pk>/", views.preview, name="builder_preview"),
        path("bieu-mau/<int:pk>/cong-bo/", views.publish, name="builder_publish"),
        path("bieu-mau/<int:pk>/thu/<int:number>/<slug:step_id>/", test_run.step, name="builder_test_run"),
        path("bieu-mau/<int:pk>/xuat/", views.export, name="builder_export"),
    ]
