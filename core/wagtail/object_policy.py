"""Object permissions for models in the Wagtail admin.

Wagtail's views check the permission on the model, never on the object. An `ObjectPermissionPolicy` names the objects
a user may access, and the views of an `ObjectPermissionViewSet` check it at every address of the set: list, search,
filters and results contain no other objects, and edit, copy, delete, history, usage and inspect answer 404 as for a
missing object. Do not use snippets for such models: their choosers and bulk actions do not check objects either.
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import Http404
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.permission_policies import ModelPermissionPolicy

from core.wagtail.dependants import KeptObjectMixin


class ObjectPermissionPolicy(ModelPermissionPolicy):
    """Require the permission on the model and that the object is one of `objects_for(user)`."""

    def objects_for(self, user: Any) -> models.QuerySet[Any]:
        """Return the objects in the scope of `user`, whose permission on the model has been checked."""
        raise NotImplementedError

    def user_has_permission_for_instance(self, user: Any, action: str, instance: models.Model) -> bool:
        """Return True if `user` may perform `action` on this object."""
        return (
            self.user_has_permission(user, action) and self.objects_for(user).filter(pk=instance.pk).exists()
        )

    def instances_user_has_any_permission_for(self, user: Any, actions: Any) -> models.QuerySet[Any]:
        """Return the objects on which `user` may perform one of `actions`."""
        if self.user_has_any_permission(user, actions):
            return self.objects_for(user)
        nothing: models.QuerySet[Any] = self.model._default_manager.none()
        return nothing


class ObjectPermissionMixin:
    """Return 404 for objects outside the user's scope, as for missing ones."""

    #: The action that must be permitted on the object.
    required_action = "change"

    def get_object(self, *args: Any, **kwargs: Any) -> Any:
        """Return the object if the user may access it."""
        try:
            instance = super().get_object(*args, **kwargs)  # type: ignore[misc]
        except (
            PermissionDenied
        ) as error:  # Wagtail's copy view checks here and would reveal that the object exists
            raise Http404 from error
        user = self.request.user  # type: ignore[attr-defined]
        policy: Any = self.permission_policy  # type: ignore[attr-defined]
        if not policy.user_has_permission_for_instance(user, self.required_action, instance):
            raise Http404
        return instance


class ObjectListMixin:
    """List only the objects in the user's scope."""

    def get_base_queryset(self) -> Any:
        """Return the objects that the user may access."""
        policy: Any = self.permission_policy  # type: ignore[attr-defined]
        user = self.request.user  # type: ignore[attr-defined]
        return policy.instances_user_has_any_permission_for(user, self.any_permission_required)  # type: ignore[attr-defined]


class ObjectIndexView(ObjectListMixin, generic.IndexView):
    """List of objects."""


class ObjectCopyView(ObjectPermissionMixin, generic.CopyView):
    """Create an object from a copy."""


class ObjectEditView(ObjectPermissionMixin, generic.EditView):
    """Edit an object."""


class ObjectDeleteView(KeptObjectMixin, ObjectPermissionMixin, generic.DeleteView):
    """Delete an object."""

    required_action = "delete"


class ObjectHistoryView(ObjectPermissionMixin, generic.HistoryView):
    """History of an object."""


class ObjectUsageView(ObjectPermissionMixin, generic.UsageView):
    """Usage of an object."""


class ObjectInspectView(ObjectPermissionMixin, generic.InspectView):
    """Inspect an object."""

    required_action = "view"


class ObjectPermissionViewSet(ModelViewSet):
    """A viewset with an `ObjectPermissionPolicy`; Wagtail passes the user to its forms (`for_user`)."""

    policy_class: type[ObjectPermissionPolicy]
    index_view_class = ObjectIndexView
    copy_view_class = ObjectCopyView
    edit_view_class = ObjectEditView
    delete_view_class = ObjectDeleteView
    history_view_class = ObjectHistoryView
    usage_view_class = ObjectUsageView
    inspect_view_class = ObjectInspectView
    search_backend_name = None

    @property
    def permission_policy(self) -> ObjectPermissionPolicy:
        """Return the policy that all views of the set check."""
        return self.policy_class(self.model)
