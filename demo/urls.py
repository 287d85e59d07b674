"""Addresses of a demo, included by the root URLs only where ``settings.DEMO`` is set."""

from __future__ import annotations

from django.urls import path

from demo.mailbox import mails

app_name = "demo"

urlpatterns = [path("thu/", mails, name="mails")]
