"""Creating a page while its first draft is just being saved automatically.

The editor saves a new page every half second. A draft saved in this way and a button pressed at the same moment both
create the page; in stock Wagtail the second request fails on the address of the first.
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpResponseBase
from wagtail.admin.views.pages.create import CreateView
from wagtail.admin.views.pages.edit import EditView
from wagtail.permissions import page_permission_policy

from core.text import slugify
from core.wagtail.page_form import autosaved_draft


class PageCreateView(CreateView):
    """Store the form in the page that an automatic save of the same form has just created."""

    def form_valid(self, form: Any) -> HttpResponseBase:
        """Create the page, or edit the autosaved draft.

        An address that was taken in the meantime is an error in the form.
        """
        try:
            with transaction.atomic():
                response: HttpResponseBase = super().form_valid(form)
                return response
        except (ValidationError, IntegrityError) as error:
            in_draft = self._save_in_draft(form)
            if in_draft is None and "slug" not in getattr(error, "error_dict", ()):
                raise
            if in_draft is None:
                form.add_error("slug", error.error_dict["slug"])  # type: ignore[union-attr]
            return in_draft or super().form_invalid(form)

    def set_default_privacy_setting(self) -> None:
        """Read the user's permissions again after the new page was saved, because this may have granted some."""
        super().set_default_privacy_setting()
        if hasattr(self.request.user, page_permission_policy.permission_cache_name):
            delattr(self.request.user, page_permission_policy.permission_cache_name)

    def form_invalid(self, form: Any) -> HttpResponseBase:
        """Show the errors, unless the only one is the address of the autosaved draft."""
        taken = self._save_in_draft(form) if set(form.errors) == {"slug"} else None
        response: HttpResponseBase = taken or super().form_invalid(form)
        return response

    def _save_in_draft(self, form: Any) -> HttpResponseBase | None:
        if self.expects_json_response:
            return None
        slug = slugify(form.data.get("slug") or form.data.get("title") or "")
        page = autosaved_draft(self.parent_page, slug, self.request.user, self.page_class)
        return None if page is None else EditView.as_view()(self.request, page_id=page.pk)
