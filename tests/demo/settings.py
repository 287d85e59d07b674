"""The settings in which a demo differs."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from django.conf import settings


def demo_settings() -> dict[str, Any]:
    """Return what `portal.settings.demo` changes in the page: for `override_settings`."""
    (engine,) = deepcopy(settings.TEMPLATES)
    engine["OPTIONS"]["context_processors"].append("demo.context_processors.demo")
    return {"DEMO": True, "TEMPLATES": [engine]}
