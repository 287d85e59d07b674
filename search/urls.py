"""URLs of the search, below /tim-kiem/."""

from django.urls import path

from search import views

app_name = "search"

urlpatterns = [
    path("", views.results, name="results"),
    path("goi-y/", views.suggestions, name="suggestions"),
    path("noi-khac/", views.other_offices, name="other_offices"),
    path("luot-tim/", views.count_report, name="count"),
]
