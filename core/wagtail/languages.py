"""Pages in the language of the reader: the translation if it is published, otherwise the Vietnamese page (ADR 140).

A page that is not translated is shown in every language at its Vietnamese path with the prefix of the language:
`/en/lien-he/` shows `/lien-he/`. An alias, which wagtail-localize makes of a page above a translated one, counts as not
translated, because it has the text of its source.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar
from uuid import UUID

from django.conf import settings
from django.db.models import BooleanField, Case, Exists, F, OuterRef, Q, When
from django.utils.translation import get_language
from wagtail.models import Locale, Page, PageViewRestriction
from wagtail.query import PageQuerySet

from core.web.process_cache import cached_until_publish

P = TypeVar("P", bound=Page)


class OriginalText(str):
    """A text in the default language on a page in another language; the filter `lang_of` marks it."""

    __slots__ = ()


def active_language() -> str:
    """Return the code of the active language; the default one when translation is off."""
    return get_language() or settings.LANGUAGE_CODE


def active_locale() -> Locale:
    """Return the active language as a row; the default one if the active one has none yet."""
    language = active_language()
    return cached_until_publish(("locale", language), lambda: _locale(language))


def _locale(language: str) -> Locale:
    return Locale.objects.filter(language_code=language).first() or Locale.get_default()


def restricted_paths() -> tuple[str, ...]:
    """Return the tree paths of the pages with view restrictions; cached until the next publication."""
    return cached_until_publish("restricted", _read_restricted_paths)


def _read_restricted_paths() -> tuple[str, ...]:
    return tuple(PageViewRestriction.objects.values_list("page__path", flat=True))


def translations(pages: PageQuerySet) -> PageQuerySet:
    """Return those of `pages` that are live, public, and more than a copy of a page in another language."""
    is_restricted = Q(pk__in=[])
    for path in restricted_paths():
        is_restricted |= Q(path__startswith=path)
    is_text = Q(alias_of__isnull=True) | Q(alias_of__locale=F("locale"))
    found: PageQuerySet = pages.live().filter(is_text).exclude(is_restricted)
    return found


def with_translated(pages: PageQuerySet) -> PageQuerySet:
    """Add `is_untranslated`: True for a page in the default language without a public translation."""
    others = translations(Page.objects.exclude(locale__language_code=settings.LANGUAGE_CODE)).order_by()
    has_none = ~Exists(others.filter(translation_key=OuterRef("translation_key")))
    is_default = Q(locale__language_code=settings.LANGUAGE_CODE)
    annotated: PageQuerySet = pages.annotate(
        is_untranslated=Case(
            When(is_default & has_none, then=True), default=False, output_field=BooleanField()
        )
    )
    return annotated


def in_language(pages: PageQuerySet, locale: Locale) -> PageQuerySet:
    """Return the live public `pages` of `locale`, and those in the default language without a translation into it."""
    public = translations(pages)
    if locale.language_code == settings.LANGUAGE_CODE:
        return public.filter(locale=locale)
    own = public.filter(locale=locale).order_by()
    translated = Exists(own.filter(translation_key=OuterRef("translation_key")))
    fallback = Q(locale__language_code=settings.LANGUAGE_CODE) & ~translated
    return public.filter(Q(locale=locale) | fallback)


def localized(pages: Sequence[P]) -> list[P]:
    """Return `pages`, each as its translation into the active language if there is one. No query in the default one."""
    language = active_language()
    if not pages or language == settings.LANGUAGE_CODE:
        return list(pages)
    model: Any = type(pages[0])
    keys = [page.translation_key for page in pages]
    found = translations(model.objects.filter(translation_key__in=keys, locale__language_code=language))
    by_key = {page.translation_key: page for page in found}
    return [by_key.get(page.translation_key, page) for page in pages]


def originals_of(pages: Sequence[P]) -> dict[UUID, P]:
    """Return the public page in the default language of each translation in `pages`, by translation key."""
    keys = [page.translation_key for page in pages if not page.locale.is_default]
    if not keys:
        return {}
    model: Any = type(pages[0])
    found = translations(model.objects.filter(translation_key__in=keys))
    return {one.translation_key: one for one in found.filter(locale__language_code=settings.LANGUAGE_CODE)}


def original(text: str) -> str:
    """Return a text that exists in the default language only, marked if another one is active."""
    return text if active_language() == settings.LANGUAGE_CODE else OriginalText(text)


def title_of(page: Page) -> str:
    """Return the title of `page`, marked if it is not in the active language."""
    title, is_own = str(page.title), language_of(page) == active_language()
    is_copy = is_own and page.alias_of_id and page.alias_of.locale_id != page.locale_id
    return title if is_own and not is_copy else OriginalText(title)


def path_of(page: Page) -> str:
    """Return the path of `page` in the active language; empty if it has none."""
    return in_active_language(str(page.url or ""))


def language_of(page: Page) -> str:
    """Return the code of the language of `page` by its address, without a query."""
    path = str(page.url or "")
    codes = (code for code, _name in settings.LANGUAGES if path.startswith(f"/{code}/"))
    return next(codes, settings.LANGUAGE_CODE)


def in_active_language(path: str) -> str:
    """Return the address of the Vietnamese `path` in the active language: /en/thu-tuc/ for /thu-tuc/."""
    language = active_language()
    is_prefixed = any(path.startswith(f"/{code}/") for code, _name in settings.LANGUAGES)
    if language == settings.LANGUAGE_CODE or is_prefixed or not path.startswith("/"):
        return path
    return f"/{language}{path}"


def translation_paths(page: Page) -> dict[str, str]:
    """Return the path of the published page in each language by its code; cached until the next publication."""
    return cached_until_publish(("translations", page.pk), lambda: _read_paths(page))


def _read_paths(page: Page) -> dict[str, str]:
    found = translations(Page.objects.filter(translation_key=page.translation_key)).select_related("locale")
    return {one.locale.language_code: str(one.url) for one in found if one.url}
