"""The dossier (hồ sơ).

A dossier keeps the procedure version and the form version under which it was submitted.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final, Self

from django.conf import settings
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency
from core.models import OrderKeyField
from core.worktime import TimeUnit, deadline, load_calendar
from forms_app.dossiers.models.answers import AnswersField
from forms_app.dossiers.models.events import DossierEvent, SupplementRequest
from forms_app.dossiers.transitions import (
    CLOSED_STATUSES,
    PAUSED_STATUSES,
    SAME_STATUS_ACTIONS,
    UNDO_DAYS,
    Action,
    Status,
)
from procedures.choices import Channel
from procedures.snapshot import Snapshot
from procedures.value_objects import Fee


def is_closed() -> Q:
    """Return the condition of ``Dossier.is_closed``."""
    return Q(status__in=CLOSED_STATUSES) | Q(outcome=Dossier.Outcome.CLOSED)


def is_late_while_paused(now: datetime) -> Q:
    """Return the condition of ``Dossier.is_late_while_paused``."""
    passed = Q(on_time_until__lt=now) | Q(due_at__lt=now)
    at_the_beginning = Q(on_time_until__lt=F("paused_at")) | Q(due_at__lt=F("paused_at"))
    return Q(paused_at__isnull=False) & passed & (at_the_beginning | Q(pause_extends_on_time=False))


class DossierQuerySet(models.QuerySet["Dossier"]):
    """Filters of dossiers; lists of officers start with ``of_agencies``."""

    def filed(self) -> Self:
        """Leave out dossiers that a transaction in progress has not numbered yet."""
        return self.filter(code__isnull=False)

    def closed(self) -> Self:
        """Return the dossiers on which no further action is possible (``Dossier.is_closed``)."""
        return self.filter(is_closed())

    def of_agencies(self, agencies: Iterable[Any]) -> Self:
        """Return the dossiers received by any of ``agencies`` (instances, ids or a queryset)."""
        return self.filter(agency__in=agencies)

    def with_parties(self) -> Self:
        """Join what every list shows: agency, officer, procedure.

        ``supplement_due_at`` is the deadline of the open supplement request, ``supplied_at`` when the last one was
        answered.
        """
        requests = SupplementRequest.objects.filter(dossier=OuterRef("pk"))
        answered = requests.exclude(answered_at=None).order_by("-number")
        return self.select_related("agency", "assigned_to", "procedure_version__procedure").annotate(
            supplement_due_at=Subquery(
                requests.filter(closed_at=None)
                .order_by()
                .values(due=Coalesce("extended_until", "supplement_due_at"))[:1]
            ),
            supplied_at=Subquery(answered.values("answered_at")[:1]),
        )


class Dossier(models.Model):
    """One submitted application and its status. Written only by ``forms_app.dossiers.services``.

    Results that were sent by post are its ``postal_orders``.
    """

    class Source(models.TextChoices):
        PORTAL = "portal", _("Online, this portal")
        NATIONAL = "national", _("Online, national portal")
        COUNTER = "counter", _("At the counter")
        POST = "post", _("By post")

    class ClockState(models.TextChoices):
        NOT_STARTED = "not_started", _("Not started")
        RUNNING = "running", _("Running")
        STOPPED = "stopped", _("Stopped")
        ENDED = "ended", _("Ended")

    class Delivery(models.TextChoices):
        ELECTRONIC = "electronic", _("Electronic copy")
        COUNTER = "counter", _("At the counter")
        POST = "post", _("By post")

    class Outcome(models.TextChoices):
        GRANTED = "granted", _("Granted")
        REFUSED = "refused", _("Refused")
        CLOSED = "closed", _("Closed, the citizen did not answer")

    # Empty only within the transaction of the submission: the number is taken last.
    code = models.CharField(_("code"), max_length=40, unique=True, null=True, blank=True)
    agency = models.ForeignKey(
        Agency, on_delete=models.PROTECT, related_name="dossiers", verbose_name=_("agency")
    )
    procedure_version = models.ForeignKey(
        "procedures.ProcedureVersion", on_delete=models.PROTECT, related_name="dossiers",
        verbose_name=_("procedure version"),
    )  # fmt: skip
    form_version = models.ForeignKey(
        "builder.FormVersion", on_delete=models.PROTECT, null=True, blank=True, related_name="dossiers",
        verbose_name=_("form version"),
    )  # fmt: skip
    source = models.CharField(_("source"), max_length=10, choices=Source.choices)
    status = models.PositiveSmallIntegerField(_("status"), choices=Status.choices)
    # How an accepted dossier ended (art. 19 NĐ 118/2025); empty while it is open.
    outcome = models.CharField(_("outcome"), max_length=8, choices=Outcome.choices, blank=True)
    version = models.PositiveIntegerField(_("version"), default=1)
    idempotency_key = models.CharField(_("idempotency key"), max_length=64, unique=True)

    applicant_name = models.CharField(_("applicant"), max_length=200)
    applicant_order = OrderKeyField(source="applicant_name")
    applicant_id_masked = models.CharField(_("ID number (masked)"), max_length=20, blank=True)
    # Keyed (``credentials.identity_hash``): the desk finds the dossier by the number, a stolen table reveals none.
    identity_number_hash = models.CharField(
        _("document number (hash)"), max_length=64, blank=True, db_index=True, editable=False
    )
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    email = models.EmailField(_("email"), blank=True)
    # In which the dossier was submitted: that of the mails to the citizen and of the links in them.
    language = models.CharField(_("language"), max_length=10, default="vi")
    # Since when it is known to be the applicant's: only to this address may a new key be mailed if one is lost.
    email_confirmed_at = models.DateTimeField(_("email confirmed at"), null=True, blank=True)
    # When a mail server permanently refused the address, and its answer, such as ``550 5.1.1``.
    email_refused_at = models.DateTimeField(_("email refused at"), null=True, blank=True)
    email_refusal = models.CharField(_("answer of the mail server"), max_length=40, blank=True)
    address = models.CharField(_("address"), max_length=400, blank=True)
    answers = AnswersField(_("answers"), default=dict, blank=True)
    consent = models.ForeignKey(
        "dossiers.ConsentText", on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("consent given to"),
    )  # fmt: skip
    result_delivery = models.CharField(
        _("result delivery"), max_length=12, choices=Delivery.choices, default=Delivery.COUNTER
    )

    link_token_hash = models.CharField(_("link token hash"), max_length=64, unique=True)
    lookup_key_hash = models.CharField(_("lookup key hash"), max_length=64)
    # The seed of both, wiped once the receipt has been shown and mailed (services.retention.wipe_secret_seeds).
    secret_seed = models.CharField(_("secret seed"), max_length=64, blank=True)
    # With which of ``LOOKUP_SECRETS`` they were made, and when: at submission, or later for a lost key.
    secret_id = models.CharField(_("id of the lookup secret"), max_length=20)
    secrets_issued_at = models.DateTimeField(_("link and key issued at"))

    submitted_at = models.DateTimeField(_("submitted at"))
    # Until when the desk must accept, decline or ask. Kept afterwards, to count how often the deadline was met.
    intake_due_at = models.DateTimeField(_("intake deadline"), null=True, blank=True)
    accepted_at = models.DateTimeField(_("accepted at"), null=True, blank=True)
    due_at = models.DateTimeField(_("due date"), null=True, blank=True)
    original_due_at = models.DateTimeField(_("first due date"), null=True, blank=True)
    # The last moment that counts as on time, if a later due date must not cancel a delay (docs/domain.md#pausing).
    on_time_until = models.DateTimeField(_("on time until"), null=True, blank=True)
    clock_restarts = models.PositiveSmallIntegerField(_("restarts of the processing time"), default=0)
    # False while the citizen answers a supplement request that came too late to move the on-time limit.
    pause_extends_on_time = models.BooleanField(_("pause extends the time that counts"), default=True)
    deadline_rule = models.JSONField(_("deadline rule at acceptance"), null=True, blank=True)
    clock_state = models.CharField(
        _("processing time status"), max_length=12, choices=ClockState.choices, default=ClockState.NOT_STARTED
    )
    paused_at = models.DateTimeField(_("paused at"), null=True, blank=True)
    # Until when a suspension lasts at most: afterwards the processing time resumes by itself.
    pause_ends_at = models.DateTimeField(_("suspended until"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    returned_at = models.DateTimeField(_("returned at"), null=True, blank=True)
    # How often a wrong result was corrected after the handover (art. 23 NĐ 118/2025); when the first one was finished,
    # and whether that was on time. The figures count the first result: a correction changes no month that is over.
    corrections = models.PositiveSmallIntegerField(_("corrections of a wrong result"), default=0)
    first_finished_at = models.DateTimeField(_("first result finished at"), null=True, blank=True)
    first_was_on_time = models.BooleanField(_("first result was on time"), null=True, blank=True)
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="assigned_dossiers",
        verbose_name=_("assigned to"),
    )  # fmt: skip

    objects = DossierQuerySet.as_manager()

    class Meta:
        verbose_name = _("dossier")
        verbose_name_plural = _("dossiers")
        ordering = ["-submitted_at", "-id"]
        indexes = [
            models.Index(fields=["agency", "status", "due_at"], name="dossier_queue"),
            models.Index(fields=["agency", "-submitted_at"], name="dossier_recent"),
            models.Index(fields=["assigned_to", "status"], name="dossier_assigned"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=Status.values), name="dossier_status_known"),
            models.CheckConstraint(
                condition=Q(clock_state="stopped", paused_at__isnull=False)
                | (~Q(clock_state="stopped") & Q(paused_at__isnull=True)),
                name="dossier_stopped_clock_has_moment",
            ),
            models.CheckConstraint(
                condition=Q(pause_ends_at__isnull=True)
                | Q(status=Status.SUSPENDED, paused_at__isnull=False, pause_ends_at__gt=F("paused_at")),
                name="dossier_suspension_has_an_end",
            ),
            models.CheckConstraint(
                condition=Q(returned_at__isnull=True) | Q(finished_at__isnull=False),
                name="dossier_finished_before_returned",
            ),
            models.CheckConstraint(
                condition=Q(due_at__isnull=True) | Q(accepted_at__isnull=False),
                name="dossier_due_after_acceptance",
            ),
            models.CheckConstraint(
                condition=Q(outcome="")
                | Q(outcome__in=["granted", "refused"], status__in=[Status.FINISHED, Status.RETURNED])
                | Q(outcome="closed", status=Status.SUSPENDED),
                name="dossier_outcome_fits_status",
            ),
            models.CheckConstraint(
                condition=Q(on_time_until__isnull=True) | Q(on_time_until__lt=F("due_at")),
                name="dossier_on_time_before_due",
            ),
            models.CheckConstraint(
                condition=Q(corrections=0, first_finished_at__isnull=True, first_was_on_time__isnull=True)
                | Q(corrections__gt=0, first_finished_at__isnull=False, first_was_on_time__isnull=False),
                name="dossier_correction_has_first_result",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True) | Q(accepted_at__gte=F("submitted_at")),
                name="dossier_accepted_after_filed",
            ),
        ]

    def __str__(self) -> str:
        return self.code or f"#{self.pk}"

    @property
    def was_accepted(self) -> bool:
        """Return True if the desk has accepted the dossier and its processing time has started."""
        return self.accepted_at is not None

    @property
    def is_closed(self) -> bool:
        """Return True if no further action on the dossier is possible, except replacing a lost key."""
        return self.status in CLOSED_STATUSES or self.outcome == Dossier.Outcome.CLOSED

    @property
    def channel(self) -> Channel:
        """Return the channel of the procedure by which the dossier was filed."""
        return _CHANNELS[Dossier.Source(self.source)]

    @property
    def fees(self) -> list[Fee]:
        """Return the fees of the dossier's channel, from its pinned procedure version."""
        channels = Snapshot.from_json(self.procedure_version.snapshot).channels
        return [fee for part in channels if part.channel == self.channel for fee in part.fees]

    @property
    def has_fees(self) -> bool:
        """Return True if the procedure charges something in the dossier's channel."""
        return any(fee.is_charged for fee in self.fees)

    @property
    def was_paid(self) -> bool:
        """Return True if a payment is recorded and was not taken back."""
        return bool(self.payments())

    def payments(self) -> list[DossierEvent]:
        """Return the events of the payments that were not taken back, oldest first."""
        kept: list[DossierEvent] = []
        for event in sorted(self.events.all(), key=lambda event: event.sequence):
            if event.action == Action.PAYMENT_DONE:
                kept.append(event)
            elif event.action == Action.UNDO_PAYMENT:
                kept.pop()
        return kept

    @property
    def owes_fee(self) -> bool:
        """Return True if the procedure charges something and no payment is recorded.

        A wrong result is corrected at the agency's cost (art. 23 NĐ 118/2025).
        """
        return self.has_fees and not self.was_paid and not self.is_correction

    @property
    def is_correction(self) -> bool:
        """Return True if a result of the dossier was handed over and turned out to be wrong."""
        return self.corrections > 0

    @property
    def is_result_being_corrected(self) -> bool:
        """Return True while the citizen has a wrong result and there is no correct one yet."""
        return self.is_correction and self.finished_at is None

    def has_result_on_record(self) -> bool:
        """Return True if something shows that there is a result: a file, reasons of a refusal, or a tracking number.

        A number that was entered long after the handover shows nothing (``PostalOrder.shows_a_result``).
        """
        if self.outcome == Dossier.Outcome.REFUSED or self.attachments.valid_results().exists():
            return True
        return any(order.shows_a_result() for order in self.postal_orders.filter(cancelled_at=None))

    @property
    def handover_was_undone(self) -> bool:
        """Return True if the result of a finished dossier was recorded as handed over, and that was undone."""
        steps = {Action.FINISH, Action.RETURN_RESULT, Action.UNDO_RETURN, Action.REOPEN}
        events = [event for event in self.events.all() if event.action in steps]
        latest = max(events, key=lambda event: event.sequence, default=None)
        return latest is not None and latest.action == Action.UNDO_RETURN

    @property
    def sent_by_post(self) -> bool:
        """Return True if the result was handed to the post office and this was not undone."""
        return any(order.cancelled_at is None for order in self.postal_orders.all())

    def ending(self) -> DossierEvent | None:
        """Return the last event by which the dossier was declined, withdrawn or closed, even if that was undone."""
        ends = {Action.DECLINE, Action.WITHDRAW, Action.CLOSE}
        events = [event for event in self.events.all() if event.action in ends]
        return max(events, key=lambda event: event.sequence, default=None)

    @property
    def desk_ended_from(self) -> int | None:
        """Return from which status the desk, not the citizen, ended the dossier without a decision; None if it is open.

        Before a decline no processing time has run that would have to be restored.
        """
        ended = self.status in {Status.DECLINED, Status.WITHDRAWN} or self.outcome == Dossier.Outcome.CLOSED
        event = self.ending() if ended else None
        if event is None or (event.action != Action.DECLINE and "before" not in event.data):
            return None
        return event.from_status

    def is_late_while_paused(self, now: datetime) -> bool:
        """Return True if the dossier counts as overdue at ``now`` despite its pause.

        It was late when the pause began, or its time ended during a pause that does not extend the on-time limit.
        """
        limit = self.on_time_until or self.due_at
        if limit is None or self.paused_at is None or limit >= now:
            return False
        return limit < self.paused_at or not self.pause_extends_on_time

    def late_since(self, now: datetime) -> datetime | None:
        """Return the date from which an open, accepted dossier counts as overdue at ``now``; None if it does not."""
        limit = self.on_time_until or self.due_at
        if limit is None or self.is_closed or self.status == Status.FINISHED:
            return None
        late = self.is_late_while_paused(now) if self.status in PAUSED_STATUSES else limit < now
        return limit if late else None

    def supplement_is_late(self, now: datetime) -> bool:
        """Return True if the deadline of the open supplement request has passed at ``now``."""
        due = Coalesce("extended_until", "supplement_due_at")
        return self.supplement_requests.alias(due=due).filter(closed_at=None, due__lt=now).exists()

    def reversible_until(self) -> datetime | None:
        """Return until when the head may undo that the dossier was closed, or its payment recorded; None if neither is.

        A record of a payment can be taken back as long as nothing else has changed the status, ``UNDO_DAYS`` at most.
        """
        if not self.is_closed and self.status != Status.PROCESSING:
            return None
        changes = self.events.filter(to_status=self.status).exclude(action__in=SAME_STATUS_ACTIONS)
        last = changes.order_by("-sequence").first()
        is_payment = last is not None and last.action == Action.PAYMENT_DONE and "before" in last.data
        if last is None or not (self.is_closed or is_payment):
            return None
        return deadline(last.at, value=UNDO_DAYS, unit=TimeUnit.WORKING_DAY, calendar=load_calendar())

    def is_reversible(self, now: datetime) -> bool:
        """Return True if ``reversible_until`` has not passed at ``now``."""
        until = self.reversible_until()
        return until is not None and now <= until


_CHANNELS: Final = {
    Dossier.Source.PORTAL: Channel.ONLINE,
    Dossier.Source.NATIONAL: Channel.ONLINE,
    Dossier.Source.COUNTER: Channel.COUNTER,
    Dossier.Source.POST: Channel.POST,
}
