"""Keep the English texts of a translated procedure page with the Vietnamese ones that they translate."""

from __future__ import annotations

from django.db import transaction

from core.web import page_cache
from procedures.models import ProcedurePage
from procedures.page_content import read_content
from procedures.selectors import history, source_of
from procedures.translation import pair_texts


@transaction.atomic
def record_translation(*, page: ProcedurePage) -> None:
    """Pair the texts of a published translation with those of its Vietnamese page."""
    source = source_of(page)
    if source.pk == page.pk:
        return
    page.translated_texts = pair_texts(
        read_content(source),
        read_content(page),
        before=page.translated_texts,
        in_force=history(page.procedure_id).content,
    )
    ProcedurePage.objects.filter(pk=page.pk).update(translated_texts=page.translated_texts)
    page_cache.purge()
