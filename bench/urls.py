"""The portal's addresses and those it is measured against."""

from django.urls import path

from bench import views
from portal.urls import handler400, handler403, handler404, handler500
from portal.urls import urlpatterns as portal_patterns

urlpatterns = [
    path("bench/constant/", views.constant),
    path("bench/insert/", views.insert),
    path("bench/stock/<path:path>", views.stock),
    *portal_patterns,
]

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]
