"""Models of the core: abstract bases for dated rows and pages; outbox, holidays, generation of the page cache."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, ClassVar, Final, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page

from core.text import clean, order_key, slugify
from core.wagtail.page_form import PortalCopyForm, PortalPageForm
from core.wagtail.page_permissions import PortalPagePermissionTester
from core.wagtail.page_texts import normalise_texts

ORDER_LETTERS: Final = 150
MAX_DESCRIPTION: Final = 300
ORDER_KEY_LENGTH: Final = 3 * ORDER_LETTERS + 2  # two digits per letter, the end mark, one digit per tone


class OrderKeyField(models.CharField):
    """The order key of the attribute `source`, by which a database sorts in Vietnamese dictionary order.

    It is computed at every save and insert. `bulk_update` and `update` write what they are given: set the attribute
    there with `core.text.order_key`.
    """

    def __init__(self, *args: Any, source: str, **kwargs: Any) -> None:
        self.source = source
        super().__init__(
            *args, **{"max_length": ORDER_KEY_LENGTH, "default": "", "editable": False, **kwargs}
        )

    def deconstruct(self) -> Any:
        """Return the arguments from which a migration recreates the field."""
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "source": self.source}

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        """Return the key of the current value of `source`."""
        key = order_key(str(getattr(model_instance, self.source)), letters=ORDER_LETTERS)
        setattr(model_instance, self.attname, key)
        return key


def valid_on_q(day: date) -> Q:
    """Return the condition of a row in force on ``day``; ``valid_to`` is the last day in force."""
    return Q(valid_from__lte=day) & (Q(valid_to__isnull=True) | Q(valid_to__gte=day))


class ValidityQuerySet(models.QuerySet[Any]):
    """Filters by date of validity."""

    def valid_on(self, day: date) -> Self:
        """Return the rows in force on ``day``."""
        return self.filter(valid_on_q(day))


class Validity(models.Model):
    """A period from ``valid_from`` to ``valid_to``, both days included; without an end it is still in force."""

    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="%(class)s_validity_order",
            )
        ]

    def clean(self) -> None:
        """Report in the form what the database constraint would reject."""
        super().clean()
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            raise ValidationError({"valid_to": _("The last day is before the first.")})


class BasePage(Page):
    """The abstract base of all page types: a normalised title and slug, and a summary for lists and search.

    It is abstract because wagtail-localize does not support a concrete base page (docs/facts.md#wagtail).
    """

    summary = models.TextField(
        _("summary"),
        blank=True,
        max_length=500,
        help_text=_("One or two sentences for lists and search results."),
    )

    base_form_class = PortalPageForm
    copy_form_class = PortalCopyForm
    #: Why pages of this type are not copied, and how to make a new one instead; empty if they can be copied.
    copy_refusal: ClassVar[Any] = ""
    #: Only superusers unpublish, restrict, move or delete such a page: everything below would disappear with it.
    structural: ClassVar[bool] = False

    class Meta:
        abstract = True

    @property
    def description(self) -> str:
        """Return what search engines and link previews show: text entered for them, the summary or the first words."""
        text = self.search_description or self.summary or self.opening or self.title
        return Truncator(clean(text)).chars(MAX_DESCRIPTION)

    @property
    def opening(self) -> str:
        """Return the beginning of the page's text; empty if it has no text of its own."""
        return ""

    def permissions_for_user(self, user: Any) -> PortalPagePermissionTester:
        """Return what `user` may do on this page; some permissions do not reach the pages below."""
        return PortalPagePermissionTester(user, self)

    def full_clean(self, *args: Any, **kwargs: Any) -> None:
        """Normalise title, slug and texts before Wagtail derives a slug of its own.

        Forms, services and translations call this before every draft and every publication.
        """
        title: str = self.title  # type: ignore[has-type]
        slug: str = self.slug  # type: ignore[has-type]
        self.title = clean(title)
        made = slugify(slug or self.title)
        # As in Wagtail, a derived slug that a sibling already has gets a number; one that an editor typed does not.
        if made and not slug:
            made = self._get_autogenerated_slug(made)
        self.slug = made or slug
        normalise_texts(self)
        super().full_clean(*args, **kwargs)

    def clean(self) -> None:
        super().clean()
        if not self.title:
            raise ValidationError({"title": _("Enter a page title.")})


class OutboxMessage(models.Model):
    """One effect to deliver, written in the transaction of the change that causes it: a mail, an index update, a sync.

    Enqueueing the same `key` again writes no second message.
    """

    kind = models.CharField(_("kind"), max_length=60)
    key = models.CharField(_("key"), max_length=200, unique=True)
    payload = models.JSONField(_("payload"), default=dict)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    available_at = models.DateTimeField(_("available at"))
    claimed_until = models.DateTimeField(_("claimed until"), null=True, blank=True)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    delivered_at = models.DateTimeField(_("delivered at"), null=True, blank=True)
    failed_at = models.DateTimeField(_("failed at"), null=True, blank=True)
    # The receiving side permanently refused it: not a fault of the portal, never tried again.
    refused_at = models.DateTimeField(_("refused at"), null=True, blank=True)
    last_error = models.TextField(_("last error"), blank=True)

    class Meta:
        verbose_name = _("outbox message")
        verbose_name_plural = _("outbox messages")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(delivered_at__isnull=True) | models.Q(failed_at__isnull=True),
                name="outbox_delivered_or_failed",
            ),
            models.CheckConstraint(
                condition=models.Q(refused_at__isnull=True)
                | models.Q(delivered_at__isnull=True, failed_at__isnull=True),
                name="outbox_refused_is_final",
            ),
        ]
        indexes = [
            models.Index(
                fields=["available_at", "id"],
                name="outbox_waiting",
                condition=models.Q(
                    delivered_at__isnull=True, failed_at__isnull=True, refused_at__isnull=True
                ),
            ),
            models.Index(
                fields=["kind", "created_at"],
                name="outbox_undelivered",
                condition=models.Q(delivered_at__isnull=True, refused_at__isnull=True),
            ),
            models.Index(
                fields=["delivered_at"],
                name="outbox_delivered",
                condition=models.Q(delivered_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class OneTimeLink(models.Model):
    """A link that one person may use once, until it expires.

    Only the hash of its token is stored (core.one_time_links).
    """

    purpose = models.CharField(_("purpose"), max_length=60)
    # What it is about, in the words of the app that registered the purpose: "42".
    subject = models.CharField(_("subject"), max_length=100)
    token_hash = models.CharField(_("token hash"), max_length=64, unique=True)
    issued_at = models.DateTimeField(_("issued at"))
    expires_at = models.DateTimeField(_("expires at"), db_index=True)
    used_at = models.DateTimeField(_("used at"), null=True, blank=True)

    class Meta:
        verbose_name = _("one-time link")
        verbose_name_plural = _("one-time links")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(expires_at__gt=F("issued_at")), name="one_time_link_expires_after_issue"
            ),
            models.CheckConstraint(
                condition=models.Q(used_at__isnull=True)
                | models.Q(used_at__gte=F("issued_at"), used_at__lt=F("expires_at")),
                name="one_time_link_used_in_time",
            ),
        ]
        indexes = [models.Index(fields=["purpose", "subject"], name="one_time_link_subject")]

    def __str__(self) -> str:
        return f"{self.purpose} {self.subject}"


class Holiday(models.Model):
    """A day off (ngày nghỉ) or a make-up working day (ngày làm bù), edited by staff; deadlines take it into account."""

    class Kind(models.TextChoices):
        DAY_OFF = "off", _("Day off")
        MAKEUP = "makeup", _("Make-up working day")

    date = models.DateField(_("date"), unique=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.DAY_OFF)
    name = models.CharField(_("name"), max_length=200)
    legal_basis = models.CharField(_("legal basis"), max_length=200, blank=True)
    estimated = models.BooleanField(
        _("estimate"), default=False,
        help_text=_("Not yet announced by the government. Clear this once the notice for the year is published."),
    )  # fmt: skip

    class Meta:
        verbose_name = _("holiday or make-up day")
        verbose_name_plural = _("holidays and make-up days")
        ordering = ["date"]
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=["off", "makeup"]), name="holiday_kind_known")
        ]

    def __str__(self) -> str:
        return f"{self.date:%d/%m/%Y} {self.name}"


class AdminSearchEntry(models.Model):
    """The folded words of an object for the admin search, each with a space before it (core.wagtail.admin_search)."""

    model = models.CharField(_("model"), max_length=100)
    object_id = models.BigIntegerField(_("object"))
    words = models.TextField(_("words"))

    class Meta:
        verbose_name = _("entry of the admin search")
        verbose_name_plural = _("entries of the admin search")
        constraints = [models.UniqueConstraint(fields=["model", "object_id"], name="admin_search_once")]

    def __str__(self) -> str:
        return f"{self.model} {self.object_id}"


class CacheGeneration(models.Model):
    """One row per scope (`site`), raised in the transaction that changes what anonymous visitors see."""

    scope = models.CharField(_("scope"), max_length=40, primary_key=True)
    number = models.PositiveBigIntegerField(_("number"), default=0)

    class Meta:
        verbose_name = _("cache generation")
        verbose_name_plural = _("cache generations")

    def __str__(self) -> str:
        return f"{self.scope} {self.number}"


class ClockMark(models.Model):
    """The latest time at which a date-driven task ran: one row (core.clock_guard)."""

    latest = models.DateTimeField(_("latest time"))

    class Meta:
        verbose_name = _("clock mark")
        verbose_name_plural = _("clock marks")
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="clock_mark_is_one_row")]

    def __str__(self) -> str:
        return self.latest.isoformat()


class CspViolation(models.Model):
    """How often browsers reported one kind of violation on one day (core.web.csp_reports)."""

    day = models.DateField(_("day"))
    directive = models.CharField(_("directive"), max_length=40)
    blocked = models.CharField(_("what was blocked"), max_length=120)
    page = models.CharField(_("route of the page"), max_length=120, blank=True)
    count = models.PositiveIntegerField(_("number"), default=0)

    class Meta:
        verbose_name = _("CSP violation")
        verbose_name_plural = _("CSP violations")
        constraints = [
            models.UniqueConstraint(fields=["day", "directive", "blocked", "page"], name="csp_violation_once")
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.directive} {self.blocked}"


class ScannerState(models.Model):
    """What the malware scanner answered when it was last asked: one row (core.malware_scan)."""

    checked_at = models.DateTimeField(_("last asked at"))
    answered_at = models.DateTimeField(_("last answer at"), null=True, blank=True)
    away_since = models.DateTimeField(_("away since"), null=True, blank=True)
    version = models.CharField(_("version"), max_length=200, blank=True)
    signatures_at = models.DateTimeField(_("signatures of"), null=True, blank=True)
    away_reported_at = models.DateTimeField(_("absence last reported at"), null=True, blank=True)
    signatures_reported_at = models.DateTimeField(_("old signatures last reported at"), null=True, blank=True)

    class Meta:
        verbose_name = _("state of the malware scanner")
        verbose_name_plural = _("states of the malware scanner")
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="scanner_state_is_one_row")]

    def __str__(self) -> str:
        return self.version

    def has_old_signatures(self, now: datetime) -> bool:
        """Return True if the signatures are more than three days old; the vendor publishes them daily."""
        return self.signatures_at is not None and now - self.signatures_at > timedelta(days=3)


class LibraryScan(models.Model):
    """What the malware scanner said about a document of the editors' library, by its content (core.library_scan)."""

    class Verdict(models.TextChoices):
        CLEAN = "clean", _("No malware found")
        INFECTED = "infected", _("Malware found")
        LIMIT_EXCEEDED = "limit_exceeded", _("Cannot be scanned: locked or too large")

    file_hash = models.CharField(_("hash of the content"), max_length=40, unique=True)
    verdict = models.CharField(_("verdict"), max_length=20, choices=Verdict.choices)
    note = models.CharField(_("name of what was found"), max_length=200, blank=True)
    scanned_at = models.DateTimeField(_("scanned at"))

    class Meta:
        verbose_name = _("scan of a document")
        verbose_name_plural = _("scans of documents")

    def __str__(self) -> str:
        return f"{self.file_hash}: {self.verdict}"
