"""The history of a dossier: its events, the supplement requests, the view log."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from forms_app.dossiers.models.answers import AnswersField
from forms_app.dossiers.transitions import Action, Status, database_check

#: Events that took back a result which had been handed over; older ones do not have their number (ADR 350).
CORRECTIONS: Final = Q(action=Action.REOPEN) & (
    Q(from_status=Status.RETURNED) | Q(data__has_key="correction")
)


class DossierEvent(models.Model):
    """One action (append-only by triggers). The check constraint is generated from the transition table."""

    dossier = models.ForeignKey("dossiers.Dossier", on_delete=models.PROTECT, related_name="events")
    sequence = models.PositiveIntegerField(_("sequence"))
    action = models.CharField(_("action"), max_length=24, choices=Action.choices)
    from_status = models.PositiveSmallIntegerField(_("from"), choices=Status.choices, null=True, blank=True)
    to_status = models.PositiveSmallIntegerField(_("to"), choices=Status.choices)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("actor"),
    )  # fmt: skip
    actor_name = models.CharField(_("actor name"), max_length=200)
    at = models.DateTimeField(_("at"))
    note = models.TextField(_("note"), blank=True)
    data = models.JSONField(_("data"), default=dict, blank=True)

    class Meta:
        verbose_name = _("dossier event")
        verbose_name_plural = _("dossier events")
        ordering = ["dossier", "sequence"]
        constraints = [
            models.UniqueConstraint(fields=["dossier", "sequence"], name="dossier_event_sequence_once"),
            models.CheckConstraint(condition=database_check(), name="dossier_event_lawful"),
        ]
        indexes = [models.Index(fields=["action", "at"], name="dossier_event_figures")]

    def __str__(self) -> str:
        return f"{self.dossier} {self.sequence}: {self.get_action_display()}"


class ReplacedLink(models.Model):
    """A private link that opens nothing any more, so that its holder reads why and keeps what was typed (ADR 0430)."""

    dossier = models.ForeignKey("dossiers.Dossier", on_delete=models.CASCADE, related_name="replaced_links")
    token_hash = models.CharField(_("link token hash"), max_length=64, unique=True)
    replaced_at = models.DateTimeField(_("replaced at"))

    class Meta:
        verbose_name = _("replaced private link")
        verbose_name_plural = _("replaced private links")
        ordering = ["dossier", "replaced_at"]

    def __str__(self) -> str:
        return f"{self.dossier} {self.replaced_at:%Y-%m-%d}"


class SupplementRequest(models.Model):
    """What the desk asks the citizen to supply (Mẫu 02).

    ``items`` is ``[{"id", "label", "kind", "count", "note"}]`` with ``kind`` ``file`` or ``text``; ``answers`` maps the
    ids of ``text`` items to what the citizen wrote, and the ``explanation_name`` of ``file`` items to why they do not
    have the document (ADR 380).
    """

    class CopyKind(models.TextChoices):
        ORIGINAL = "original", _("Original")
        CERTIFIED = "certified", _("Certified copy")
        PHOTOCOPY = "photocopy", _("Photocopy")
        ELECTRONIC = "electronic", _("Electronic copy")

    dossier = models.ForeignKey(
        "dossiers.Dossier", on_delete=models.PROTECT, related_name="supplement_requests"
    )
    number = models.PositiveIntegerField(_("number"))
    items = models.JSONField(_("items"))
    reason = models.TextField(_("reason"))
    requested_at = models.DateTimeField(_("requested at"))
    # What form 02 says; it stays as it was issued.
    supplement_due_at = models.DateTimeField(_("to be answered by"), null=True, blank=True)
    # A later day, given when the end of the dossier was undone (ADR 441).
    extended_until = models.DateTimeField(_("new last day"), null=True, blank=True)
    answers = AnswersField(_("answers"), default=dict, blank=True)
    # What the citizen has typed but not sent yet, and why files were not accepted: texts by item.
    typed = AnswersField(_("entered but not sent yet"), default=dict, blank=True)
    rejected_files = models.JSONField(_("files not accepted"), default=dict, blank=True)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    # What was handed in at the counter, and to whom: ``{item: {"received", "copy", "count", "note"}}``.
    received_items = models.JSONField(_("received at the counter"), default=dict, blank=True)
    received_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("received by"),
    )  # fmt: skip
    # Set when answered, and when the dossier leaves status 5 without an answer.
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    # Set when the desk withdrew it because it was made by mistake.
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)

    class Meta:
        verbose_name = _("supplement request")
        verbose_name_plural = _("supplement requests")
        ordering = ["dossier", "number"]
        constraints = [
            models.UniqueConstraint(fields=["dossier", "number"], name="supplement_number_once"),
            models.UniqueConstraint(
                fields=["dossier"], condition=models.Q(closed_at__isnull=True), name="supplement_one_open"
            ),
            models.CheckConstraint(
                condition=models.Q(received_by__isnull=True) | models.Q(answered_at__isnull=False),
                name="supplement_received_is_answered",
            ),
            models.CheckConstraint(
                condition=models.Q(withdrawn_at__isnull=True)
                | models.Q(answered_at__isnull=True, closed_at__isnull=False),
                name="supplement_withdrawn_unanswered",
            ),
            models.CheckConstraint(
                condition=models.Q(extended_until__isnull=True)
                | models.Q(supplement_due_at__isnull=False, extended_until__gt=models.F("supplement_due_at")),
                name="supplement_extended_forward",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dossier} · {self.number}"

    @property
    def answer_due_at(self) -> datetime | None:
        """Return until when the citizen answers."""
        return self.extended_until or self.supplement_due_at

    @property
    def text_names(self) -> list[str]:
        """Return the names of the texts that can answer the request: of text items and explanations."""
        return [text_name(item) for item in self.items]


def explanation_name(item_id: str) -> str:
    """Return the name of the text that explains why a document is missing; no item has it, as ids have no hyphen."""
    return f"{item_id}-missing"


def text_name(item: Mapping[str, Any]) -> str:
    """Return the name of the text that answers ``item``: its own, or that of the explanation for a document."""
    return str(item["id"]) if item["kind"] == "text" else explanation_name(str(item["id"]))


class ViewLogEntry(models.Model):
    """A view of a dossier or one of its files: by whom, when, from which agency (Law 91/2025/QH15, NĐ 356/2025/NĐ-CP).

    Append-only by triggers, which allow deletion only after ``retained_until``.
    """

    dossier = models.ForeignKey("dossiers.Dossier", on_delete=models.PROTECT, related_name="view_log")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("actor"), help_text=_("Left empty if the citizen used the private link."),
    )  # fmt: skip
    agency = models.ForeignKey(
        "accounts.Agency",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("agency"),
    )
    at = models.DateTimeField(_("at"))
    target = models.CharField(_("viewed object"), max_length=200)
    retained_until = models.DateField(_("retained until"), null=True, blank=True)

    class Meta:
        verbose_name = _("view log entry")
        verbose_name_plural = _("view log entries")
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["dossier", "-at"], name="view_log_of_dossier"),
            models.Index(fields=["retained_until"], name="view_log_retained_until"),
            models.Index(fields=["at"], name="view_log_at"),
        ]

    def __str__(self) -> str:
        return f"{self.dossier} {self.at:%d/%m/%Y %H:%M}"


class ListLogEntry(models.Model):
    """One opened list of dossiers, or a search with the kind of its query (append-only, like the view log).

    The query is not stored: it may be the identity number of a person without a dossier here.
    """

    class Kind(models.TextChoices):
        LIST = "list", _("List")
        CODE = "code", _("Search for a dossier code")
        ID_NUMBER = "id_number", _("Search for an ID number")
        PHONE = "phone", _("Search for a phone number")
        TEXT = "text", _("Search for a name or words")

    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("actor")
    )
    agencies = models.JSONField(_("ids of the agencies that were searched"))
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    # Of a list: its key (``qua-han``).
    list_key = models.CharField(_("list"), max_length=20, blank=True)
    found = models.PositiveIntegerField(_("number of dossiers found"))
    at = models.DateTimeField(_("at"))
    retained_until = models.DateField(_("retained until"))

    class Meta:
        verbose_name = _("entry of the log of lists")
        verbose_name_plural = _("log of lists")
        ordering = ["-at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=["list", "code", "id_number", "phone", "text"]),
                name="list_log_kind_known",
            )
        ]
        indexes = [
            models.Index(fields=["actor", "-at"], name="list_log_of_actor"),
            models.Index(fields=["retained_until"], name="list_log_retained_until"),
            models.Index(fields=["at"], name="list_log_at"),
        ]

    def __str__(self) -> str:
        return f"{self.actor_id} {self.kind} {self.at:%d/%m/%Y %H:%M}"
