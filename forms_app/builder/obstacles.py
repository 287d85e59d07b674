"""Why citizens do not find a form that is published and open. An app above registers what keeps it from them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from forms_app.builder.models import FormDefinition
from procedures.models import Procedure

Provider = Callable[[Procedure], list[str]]
_providers: Final[list[Provider]] = []


def register(provider: Provider) -> Provider:
    """Register the decorated function: it returns the reasons, as sentences for the editor, or none."""
    _providers.append(provider)
    return provider


def obstacles_to(definition: FormDefinition) -> list[str]:
    """Return why citizens cannot file with ``definition`` although a version is published and the form is open."""
    return [reason for provider in _providers for reason in provider(definition.procedure)]
