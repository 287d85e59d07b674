"""Two holes of wagtail-localize, closed (FACTS): its views ask for the model permission only.

With "submit translation" and rights on one section a user published live English pages of another agency. Here a
person needs the right to edit the source page, and the rights on the tree where the translation stands or will stand.
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

from core.intake import is_key


def may_translate(user: Any, page: Page, locale: Locale) -> bool:
    """Say whether ``user`` may put a translation of ``page`` into the tree of ``locale``.

    An existing translation must be theirs to publish; a new one needs the right to add and publish below the nearest
    ancestor that is translated.
    """
    if not page.permissions_for_user(user).can_edit():
        return False
    existing = page.get_translation_or_none(locale)
    if existing is not None:
        return bool(existing.permissions_for_user(user).can_publish())
    for ancestor in page.get_ancestors().order_by("-depth"):
        target = ancestor.get_translation_or_none(locale)
        if target is not None:
            rights = target.permissions_for_user(user)
            return bool(rights.can_add_subpage() and rights.can_publish_subpage())
    return False


def may_update(user: Any, source: Model) -> bool:
    """Say whether ``user`` may carry changes of ``source`` over to all its translations."""
    if not isinstance(source, Page):
        return bool(user.has_perm(f"{source._meta.app_label}.change_{source._meta.model_name}"))
    translations = source.get_translations()
    return all(may_translate(user, source, page.locale) for page in translations.select_related("locale"))


def submit_page(request: HttpRequest, page_id: int) -> HttpResponseBase:
    """The submit view, for the page and the locales that were chosen."""
    page = get_object_or_404(Page, pk=page_id)
    wanted = Locale.objects.exclude(pk=page.locale_id)
    if request.method == "POST":
        chosen = [value for value in request.POST.getlist("locales") if is_key(value)]
        if chosen and "select_all" not in request.POST:
            wanted = wanted.filter(pk__in=chosen)
        allowed = bool(wanted) and all(may_translate(request.user, page, locale) for locale in wanted)
    else:
        allowed = any(may_translate(request.user, page, locale) for locale in wanted)
    if not allowed:
        raise PermissionDenied
    return SubmitPageTranslationView.as_view()(request, page_id=page_id)


def update(request: HttpRequest, translation_source_id: int) -> HttpResponseBase:
    """The update view, for the source's owner with rights on every translation."""
    source = get_object_or_404(TranslationSource, pk=translation_source_id)
    if not may_update(request.user, source.get_source_instance()):
        raise PermissionDenied
    return UpdateTranslationsView.as_view()(request, translation_source_id=translation_source_id)
