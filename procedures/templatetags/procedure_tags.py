"""Small words of the procedure page."""

from __future__ import annotations

from pathlib import PurePath

from django import template
from django.utils.translation import ngettext

from core.display import size_text
from core.text import sentence_case
from procedures.parts import Paper, Template

register = template.Library()


@register.simple_tag
def copies(paper: Paper) -> str:
    """Return ``1 bản chính, 2 bản sao``; nothing where the list gives no number."""
    counted = [
        (paper.originals, ngettext("%(count)d original", "%(count)d originals", paper.originals)),
        (paper.copies, ngettext("%(count)d copy", "%(count)d copies", paper.copies)),
    ]
    return ", ".join(text % {"count": count} for count, text in counted if count)


@register.filter
def form_meta(form: Template) -> str:
    """Return ``(.docx, 24 kB)``."""
    suffix = PurePath(form.name).suffix.lower()
    return f"({', '.join(part for part in (suffix, size_text(form.size) if form.size else '') if part)})"


register.filter("sentence_case", sentence_case)
