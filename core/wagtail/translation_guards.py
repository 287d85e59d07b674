"""Page permissions for two views of wagtail-localize, which check the model permission only.

In stock wagtail-localize a user with "submit translation" and permissions on one section could publish English pages of
another agency (docs/facts.md#wagtail-localize). Here the editors of a page translate it (ADR 141): a user needs the
permission to edit and publish the source page, and to publish its translation if there is one already.
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from wagtail.models import Locale, Page
from wagtail_localize.models import TranslationSource
from wagtail_localize.views.submit_translations import SubmitPageTranslationView
from wagtail_localize.views.update_translations import UpdateTranslationsView

from core.text import parse_pk


def may_translate(user: Any, page: Page, locale: Locale) -> bool:
    """Return True if `user` may make or update the translation of `page` into `locale`.

    The position of a new translation follows from that of its source: below the translated parent, or its alias if
    it has no translation. So the first page of a language can be translated, too.
    """
    permissions = page.specific.permissions_for_user(user)
    if not (permissions.can_edit() and permissions.can_publish()):
        return False
    existing = page.get_translation_or_none(locale)
    if existing is None or existing.alias_of_id is not None:
        return True
    return bool(existing.specific.permissions_for_user(user).can_publish())


def may_update(user: Any, source: Model) -> bool:
    """Return True if `user` may copy changes of `source` to all its translations."""
    if not isinstance(source, Page):
        return bool(user.has_perm(f"{source._meta.app_label}.change_{source._meta.model_name}"))
    translations = source.get_translations()
    return all(may_translate(user, source, page.locale) for page in translations.select_related("locale"))


def submit_page(request: HttpRequest, page_id: int) -> HttpResponseBase:
    """Check the chosen page and locales, then call the submit view."""
    page = get_object_or_404(Page, pk=page_id)
    wanted = Locale.objects.exclude(pk=page.locale_id)
    if request.method == "POST":
        chosen = [pk for value in request.POST.getlist("locales") if (pk := parse_pk(value)) is not None]
        if chosen and "select_all" not in request.POST:
            wanted = wanted.filter(pk__in=chosen)
        allowed = bool(wanted) and all(may_translate(request.user, page, locale) for locale in wanted)
    else:
        allowed = any(may_translate(request.user, page, locale) for locale in wanted)
    if not allowed:
        raise PermissionDenied
    return SubmitPageTranslationView.as_view()(request, page_id=page_id)


def update(request: HttpRequest, translation_source_id: int) -> HttpResponseBase:
    """Check the permissions on the source and every translation, then call the update view."""
    source = get_object_or_404(TranslationSource, pk=translation_source_id)
    if not may_update(request.user, source.get_source_instance()):
        raise PermissionDenied
    return UpdateTranslationsView.as_view()(request, translation_source_id=translation_source_id)
