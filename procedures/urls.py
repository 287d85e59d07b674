"""URLs outside the page tree: procedures by code, blank forms."""

from django.urls import path

from procedures.views import pages

app_name = "procedures"

urlpatterns = [
    path("ma/<str:code>/", pages.by_code, name="by_code"),
    path("bieu-mau/<int:pk>/<str:name>", pages.blank_form_file, name="blank_form"),
]
