"""The form of all pages in the editor: addresses as the portal generates them, and expiry times in the past."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from django.contrib.contenttypes.models import ContentType
from django.utils import timezone
from wagtail.admin.forms import WagtailAdminPageForm
from wagtail.admin.forms.pages import CopyForm
from wagtail.admin.widgets import SlugInput
from wagtail.models import Page

from core.text import INVISIBLE, MAX_SLUG_LENGTH, fold, slugify, unused_slug
from core.wagtail.page_permissions import types_not_copied

#: Too short for a person to write and save two pages with the same title.
SAME_PAGE: Final = timedelta(seconds=10)
# Latin letters with diacritics, including the Vietnamese ones.
_MARKED: Final = (*map(chr, range(0xC0, 0x250)), *map(chr, range(0x1E00, 0x1F00)))


def slug_formatters() -> list[tuple[str, str]]:
    """Return replacements (pattern, text) with which the browser generates the slugs of `core.text.slugify`.

    The browser lowers the letters afterwards.
    """
    marked: dict[str, str] = {}
    for letter in _MARKED:
        bare = fold(letter)
        if bare.isascii() and bare.isalpha():
            marked[bare] = marked.get(bare, "") + letter
    return [
        (INVISIBLE, ""),
        ("[\\u0300-\\u036f]+", ""),
        *((f"[{letters}]", bare) for bare, letters in sorted(marked.items())),
        ("[^a-zA-Z0-9]+", "-"),
        ("^-+|-+$", ""),
        # Cut between words, or within a word that is too long.
        (f"^(?=.{{{MAX_SLUG_LENGTH + 1}}})(.{{1,{MAX_SLUG_LENGTH}}})-.*$", "$1"),
        (f"^(.{{{MAX_SLUG_LENGTH}}}).+$", "$1"),
    ]


_SLUG_ATTRIBUTES: Final = SlugInput(formatters=slug_formatters()).attrs


def autosaved_draft(parent: Page, slug: str, user: Any, page_class: type[Page]) -> Page | None:
    """Return the draft of ``user`` below ``parent`` that an automatic save of the same form has just created."""
    same = {"slug": slug, "owner": user, "content_type": ContentType.objects.get_for_model(page_class)}
    recent = {"live": False, "latest_revision_created_at__gte": timezone.now() - SAME_PAGE}
    return Page.objects.child_of(parent).filter(**same, **recent).first()


class PortalCopyForm(CopyForm):
    """Offers to copy the pages below only if all of them may be copied."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.page.get_descendants().type(*types_not_copied()).exists():
            self.fields.pop("copy_subpages", None)


class PortalPageForm(WagtailAdminPageForm):
    """The base of the forms of all page types."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "slug" in self.fields:
            self.fields["slug"].widget.attrs.update(_SLUG_ATTRIBUTES)

    def clean(self) -> Any:
        """Drop an unchanged past expiry, which would forbid every save; number the slug of a title used before.

        The browser derives the slug of a page that was never published from its title, so the refused slug was never
        typed by the editor. This also holds after an automatic save that numbered it, since the form still has the
        slug without a number.
        """
        moment, before = self.cleaned_data.get("expire_at"), self.initial.get("expire_at")
        # The field shows minutes.
        if (
            moment
            and before
            and moment < timezone.now()
            and moment == before.replace(second=0, microsecond=0)
        ):
            self.cleaned_data["expire_at"] = None
        slug = self.cleaned_data.get("slug", "")
        never_published = self.instance.first_published_at is None
        if slug and never_published and slug == slugify(self.cleaned_data.get("title", "")):
            self.cleaned_data["slug"] = self._free_slug(slug)
        return super().clean()

    def _free_slug(self, slug: str) -> str:
        """Return ``slug``, with a number from 2 on if a sibling page already has it.

        Not if that is this very page, which an automatic save has just created (`core.wagtail.page_creation`).
        """
        if self.parent_page is None:
            return slug
        if not self.instance.pk and autosaved_draft(
            self.parent_page, slug, self.for_user, type(self.instance)
        ):
            return slug
        others = self.parent_page.get_children().exclude(pk=self.instance.pk)
        return unused_slug(slug, set(others.filter(slug__startswith=slug).values_list("slug", flat=True)))
