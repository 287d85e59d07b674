"""What the forms add to the Wagtail admin."""

from __future__ import annotations

from django.urls import URLPattern, path
from wagtail import hooks

from forms_app.builder.admin import trying, views
from forms_app.builder.admin.viewset import FormDefinitionViewSet


@hooks.register("register_admin_viewset")
def register_forms() -> FormDefinitionViewSet:
    """Add the list and the editor."""
    return FormDefinitionViewSet("forms")


@hooks.register("register_admin_urls")
def register_addresses() -> list[URLPattern]:
    """Add preview, trial, publishing, export and import."""
    return [
        path("bieu-mau/nhap/", views.import_form, name="builder_import"),
        path("bieu-mau/<int:pk>/", views.preview, name="builder_preview"),
        path("bieu-mau/<int:pk>/cong-bo/", views.publish, name="builder_publish"),
        path("bieu-mau/<int:pk>/thu/<int:number>/<slug:step_id>/", trying.step, name="builder_try"),
        path("bieu-mau/<int:pk>/xuat/", views.export, name="builder_export"),
    ]
