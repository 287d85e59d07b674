"""The dossier (hồ sơ): bound for life to the procedure version and form version it was filed under."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency
from forms_app.dossiers.querysets import DossierQuerySet
from forms_app.dossiers.transitions import Status


class Dossier(models.Model):
    """One application and where it stands. Written only by ``forms_app.dossiers.services``."""

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

    # Empty only inside the submit transaction: the number is taken last.
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
    version = models.PositiveIntegerField(_("version"), default=1)
    idempotency_key = models.CharField(_("idempotency key"), max_length=64, unique=True)

    applicant_name = models.CharField(_("applicant"), max_length=200)
    applicant_id_masked = models.CharField(_("ID number (masked)"), max_length=20, blank=True)
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    email = models.EmailField(_("email"), blank=True)
    address = models.CharField(_("address"), max_length=400, blank=True)
    answers = models.JSONField(_("answers"), default=dict, blank=True)
    consent = models.ForeignKey(
        "dossiers.ConsentText", on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("consent given to"),
    )  # fmt: skip
    result_delivery = models.CharField(
        _("result delivery"), max_length=12, choices=Delivery.choices, default=Delivery.COUNTER
    )

    link_token_hash = models.CharField(_("link token hash"), max_length=64, unique=True)
    lookup_secret_hash = models.CharField(_("second secret hash"), max_length=64)
    # The seed of both, wiped once the receipt was shown and mailed (services.access.seal).
    secret_seed = models.CharField(_("secret seed"), max_length=64, blank=True)

    submitted_at = models.DateTimeField(_("submitted at"))
    # By when the desk accepts, refuses or asks. It stays afterwards: whether it was kept can be counted.
    intake_due_at = models.DateTimeField(_("to be answered by the desk by"), null=True, blank=True)
    accepted_at = models.DateTimeField(_("accepted at"), null=True, blank=True)
    due_at = models.DateTimeField(_("promised for"), null=True, blank=True)
    original_due_at = models.DateTimeField(_("first promised for"), null=True, blank=True)
    deadline_rule = models.JSONField(_("deadline rule at acceptance"), null=True, blank=True)
    clock_state = models.CharField(
        _("legal clock"), max_length=12, choices=ClockState.choices, default=ClockState.NOT_STARTED
    )
    paused_at = models.DateTimeField(_("clock stopped at"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    returned_at = models.DateTimeField(_("returned at"), null=True, blank=True)
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
                condition=Q(returned_at__isnull=True) | Q(finished_at__isnull=False),
                name="dossier_finished_before_returned",
            ),
            models.CheckConstraint(
                condition=Q(due_at__isnull=True) | Q(accepted_at__isnull=False),
                name="dossier_promised_after_acceptance",
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
        """Say whether the desk has accepted the dossier, so that its clock has started."""
        return self.accepted_at is not None

    def supplement_is_late(self, now: datetime) -> bool:
        """Say whether the deadline of the open supplement request has passed at ``now``."""
        return self.supplement_requests.filter(closed_at=None, citizen_deadline__lt=now).exists()
