"""Addresses beside the page tree: by code, blank forms."""

from django.urls import path

from procedures.views import codes, forms

app_name = "procedures"

urlpatterns = [
    path("ma/<str:code>/", codes.by_code, name="by_code"),
    path("bieu-mau/<int:pk>/<str:name>", forms.template_file, name="template"),
]
