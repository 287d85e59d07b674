"""Alerts and menus in the Wagtail admin."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, FieldRowPanel, ObjectList
from wagtail.snippets.views.snippets import SnippetViewSet

from accounts.models import Agency, Membership
from accounts.selectors import agencies_reached, speaks_for_province
from core.admin_rows import RowPolicy, RowViewSet
from home.models import Alert, MenuItem

COMMUNICATION = Membership.Role.COMMUNICATION


class AlertPolicy(RowPolicy):
    """Communications staff keep the alerts of their agency and of those below it.

    Alerts without an agency speak for the whole province: they belong to the staff of the province's own agency.
    """

    def rows(self, user: Any) -> QuerySet[Alert]:
        """Return the alerts that ``user`` keeps."""
        alerts: QuerySet[Alert] = Alert.objects.select_related("agency")
        if user.is_superuser:
            return alerts
        theirs = Q(agency__in=agencies_reached(user, COMMUNICATION))
        if speaks_for_province(user, COMMUNICATION):
            theirs |= Q(agency__isnull=True)
        return alerts.filter(theirs)


class AlertForm(WagtailAdminModelForm):
    """Nobody speaks for an agency that is not theirs."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        user, field = self.for_user, self.fields["agency"]
        everything = user.is_superuser or speaks_for_province(user, COMMUNICATION)
        theirs = Agency.objects.all() if user.is_superuser else agencies_reached(user, COMMUNICATION)
        running = theirs.valid_on(timezone.localdate()) | theirs.filter(pk=self.instance.agency_id)
        field.queryset, field.required = running, not everything
        if everything:
            field.empty_label = _("The whole province")
        if not everything and not self.instance.pk and running.count() == 1:
            field.initial = running.get()


class AlertViewSet(RowViewSet):
    """Alerts, the newest first."""

    model = Alert
    policy_class = AlertPolicy
    icon = "warning"
    menu_label = _("Alerts")
    menu_order = 210
    add_to_admin_menu = True
    list_display = ["title", "tone", "agency", "starts_at", "ends_at"]
    list_filter = ["tone", "agency"]
    search_fields = ["title", "text"]
    edit_handler = ObjectList(
        [
            FieldPanel("tone"),
            FieldPanel("title"),
            FieldPanel("text"),
            FieldPanel("agency"),
            FieldRowPanel([FieldPanel("starts_at"), FieldPanel("ends_at")]),
            FieldPanel("link_page"),
            FieldPanel("link_text"),
        ],
        base_form_class=AlertForm,
    )


class MenuItemViewSet(SnippetViewSet):
    """The menus at the head and the foot."""

    model = MenuItem
    icon = "list-ul"
    menu_label = _("Menus")
    menu_order = 710
    add_to_settings_menu = True
    list_display = ("label", "place", "position", "page", "path")
    list_filter = ("place",)
    panels = [
        FieldRowPanel([FieldPanel("place"), FieldPanel("position")]),
        FieldRowPanel([FieldPanel("label"), FieldPanel("label_en")]),
        FieldPanel("page"),
        FieldPanel("path"),
    ]
