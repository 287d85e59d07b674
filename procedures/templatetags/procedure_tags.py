"""Template tags of the procedure page."""

from __future__ import annotations

import json
import re
from pathlib import PurePath
from typing import Final

from django import template
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import ngettext

from core.display import size_text
from core.text import sentence_case
from procedures.presentation.procedure import ProcedurePresentation, government_service
from procedures.value_objects import ListedBlankForm, RequiredDocument

register = template.Library()
_NO_MARKUP: Final = {ord(mark): f"\\u{ord(mark):04X}" for mark in "<>&"}
_INDENTATION: Final = re.compile(r"\s*\n\s*")


@register.simple_tag
def copies(document: RequiredDocument) -> str:
    """Return ``1 bản chính, 2 bản sao``; empty if the list gives no number."""
    counted = [
        (document.originals, ngettext("%(count)d original", "%(count)d originals", document.originals)),
        (document.copies, ngettext("%(count)d copy", "%(count)d copies", document.copies)),
    ]
    return ", ".join(text % {"count": count} for count, text in counted if count)


@register.filter
def blank_form_meta(blank_form: ListedBlankForm) -> str:
    """Return ``(.docx, 24 kB)``."""
    suffix = PurePath(blank_form.name).suffix.lower()
    return f"({', '.join(part for part in (suffix, size_text(blank_form.size) if blank_form.size else '') if part)})"


@register.simple_tag(name="government_service")
def government_service_tag(presentation: ProcedurePresentation, url: str, province: str) -> SafeString:
    """Return the JSON-LD block; ``<>&`` are escaped, and data blocks need no nonce."""
    data = json.dumps(government_service(presentation, url=str(url), province=province), ensure_ascii=False)
    return mark_safe(f'<script type="application/ld+json">{data.translate(_NO_MARKUP)}</script>')  # noqa: S308 - no < left


register.filter("sentence_case", sentence_case)


class SqueezeNode(template.Node):
    """Renders its content without indentation."""

    def __init__(self, inner: template.NodeList) -> None:
        self.inner = inner

    def render(self, context: template.Context) -> SafeString:
        return mark_safe(_INDENTATION.sub("\n", self.inner.render(context)))  # noqa: S308 - rendered and escaped above


@register.tag
def squeeze(parser: template.base.Parser, _token: template.base.Token) -> SqueezeNode:
    """Drop the indentation of a long page, a fifth of its size. Not for text areas and ``pre``."""
    inner = parser.parse(("endsqueeze",))
    parser.delete_first_token()
    return SqueezeNode(inner)
