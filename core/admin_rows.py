"""Rows of our own in the Wagtail admin of which a person sees and changes only a part.

Wagtail's views ask for the right on the model and never for the row. A ``RowPolicy`` says which rows are a person's,
and the views of a ``RowViewSet`` ask it at every address that the set makes: the list, its search, filters and results
hold no other row, and edit, copy, delete, history, usage and inspect answer with the 404 of a row that does not exist.
Such a set is no snippet: snippets have choosers and bulk actions, which ask for no row either.
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import Http404
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.permission_policies import ModelPermissionPolicy


class RowPolicy(ModelPermissionPolicy):
    """The right on the model, and the row must be one of ``rows(user)``."""

    def rows(self, user: Any) -> models.QuerySet[Any]:
        """Return the rows that concern ``user``, whose right on the model has been asked for."""
        raise NotImplementedError

    def user_has_permission_for_instance(self, user: Any, action: str, instance: models.Model) -> bool:
        """Say whether ``user`` may do ``action`` to this row."""
        return self.user_has_permission(user, action) and self.rows(user).filter(pk=instance.pk).exists()

    def instances_user_has_any_permission_for(self, user: Any, actions: Any) -> models.QuerySet[Any]:
        """Return the rows to which ``user`` may do one of ``actions``."""
        if self.user_has_any_permission(user, actions):
            return self.rows(user)
        nothing: models.QuerySet[Any] = self.model._default_manager.none()
        return nothing


class OwnRow:
    """One row: somebody else's is the 404 of nothing, before the view says or does anything."""

    #: What the person must be allowed to do to the row.
    row_action = "change"

    def get_object(self, *args: Any, **kwargs: Any) -> Any:
        """Return the row."""
        try:
            row = super().get_object(*args, **kwargs)  # type: ignore[misc]
        except PermissionDenied as error:  # Wagtail's copy asks here, and would tell that there is such a row
            raise Http404 from error
        user = self.request.user  # type: ignore[attr-defined]
        policy: Any = self.permission_policy  # type: ignore[attr-defined]
        if not policy.user_has_permission_for_instance(user, self.row_action, row):
            raise Http404
        return row


class OwnRows:
    """A list without the rows of others."""

    def get_base_queryset(self) -> Any:
        """Return the rows."""
        policy: Any = self.permission_policy  # type: ignore[attr-defined]
        user = self.request.user  # type: ignore[attr-defined]
        return policy.instances_user_has_any_permission_for(user, self.any_permission_required)  # type: ignore[attr-defined]


class RowIndexView(OwnRows, generic.IndexView):
    """The list."""


class RowCopyView(OwnRow, generic.CopyView):
    """Add a row like another one."""


class RowEditView(OwnRow, generic.EditView):
    """Change a row."""


class RowDeleteView(OwnRow, generic.DeleteView):
    """Delete a row."""

    row_action = "delete"


class RowHistoryView(OwnRow, generic.HistoryView):
    """Who did what to a row."""


class RowUsageView(OwnRow, generic.UsageView):
    """Where a row is used."""


class RowInspectView(OwnRow, generic.InspectView):
    """Look at a row."""

    row_action = "view"


class RowViewSet(ModelViewSet):
    """A viewset whose policy is a ``RowPolicy``; its forms know from Wagtail who fills them in (``for_user``)."""

    policy_class: type[RowPolicy]
    index_view_class = RowIndexView
    copy_view_class = RowCopyView
    edit_view_class = RowEditView
    delete_view_class = RowDeleteView
    history_view_class = RowHistoryView
    usage_view_class = RowUsageView
    inspect_view_class = RowInspectView
    search_backend_name = None

    @property
    def permission_policy(self) -> RowPolicy:
        """Return the policy that all views of the set ask."""
        return self.policy_class(self.model)
