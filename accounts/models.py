"""Users, agencies and their codes by date, memberships, administrative units."""

from __future__ import annotations

from typing import ClassVar, Final

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.models import OrderKeyField, Validity, ValidityQuerySet

# QĐ 20/2020/QĐ-TTg style: H12, H12.05, H12.05.03; TT 01/2018 style: 000.00.05.H12 (docs/domain.md#dossier-codes).
CODE_NEW = RegexValidator(r"^[A-Z]\d{2}(\.\d{1,3}){0,3}$", _("Enter the code in the format H12.05."))
CODE_OLD = RegexValidator(
    r"^\d{3}\.\d{2}\.\d{2}\.[A-Z]\d{2}$", _("Enter the code in the format 000.00.05.H12.")
)


class User(AbstractUser):
    """An account of a citizen or of staff. A Vietnamese name is one string, family name first."""

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    full_name = models.CharField(_("full name"), max_length=150, blank=True)
    order_key = OrderKeyField(source="full_name")
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    #: The period after which an account counts as unused starts again when it is reopened.
    reopened_at = models.DateTimeField(_("opened again on"), null=True, blank=True, editable=False)
    #: An address that its owner has not confirmed yet (``accounts.services.email_addresses``).
    pending_email = models.EmailField(_("unconfirmed email address"), blank=True, editable=False)
    pending_email_at = models.DateTimeField(_("entered on"), null=True, blank=True, editable=False)

    class Meta(AbstractUser.Meta):
        verbose_name = _("user")  # type: ignore[assignment]
        verbose_name_plural = _("users")  # type: ignore[assignment]
        constraints = [
            models.CheckConstraint(
                condition=Q(pending_email="", pending_email_at__isnull=True)
                | (~Q(pending_email="") & Q(pending_email_at__isnull=False)),
                name="user_pending_email_has_time",
            )
        ]

    def __str__(self) -> str:
        return self.get_full_name()

    def get_full_name(self) -> str:
        """Return the name to show, falling back to the user name."""
        return self.full_name or self.username

    def get_short_name(self) -> str:
        """Return the given name: the last word of a Vietnamese name."""
        return self.get_full_name().rsplit(" ", 1)[-1]


class AdministrativeUnit(Validity):
    """A province, district or commune: two tiers since 1 July 2025, three before. Later units reuse GSO codes."""

    class Level(models.TextChoices):
        PROVINCE = "province", _("Province")
        DISTRICT = "district", _("District (until 30/6/2025)")
        COMMUNE = "commune", _("Commune")

    gso_code = models.CharField(_("GSO code"), max_length=5)
    name = models.CharField(_("name"), max_length=120)
    order_key = OrderKeyField(source="name")
    kind = models.CharField(
        _("kind"), max_length=20, blank=True, help_text=_("tinh, thanh_pho, xa, phuong …")
    )
    level = models.CharField(_("level"), max_length=10, choices=Level.choices)
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("parent"),
    )
    legal_basis = models.CharField(_("legal basis"), max_length=300, blank=True)

    objects: ClassVar[ValidityQuerySet] = ValidityQuerySet.as_manager()  # type: ignore[assignment]

    class Meta(Validity.Meta):
        verbose_name = _("administrative unit")
        verbose_name_plural = _("administrative units")
        ordering = ["order_key", "pk"]
        constraints = [
            *Validity.Meta.constraints,
            models.UniqueConstraint(fields=["gso_code", "level", "valid_from"], name="unit_code_once_a_day"),
        ]

    def __str__(self) -> str:
        return self.name


class AdministrativeUnitSuccession(models.Model):
    """The unit that takes over from an old one; a split unit has several rows (NQ 1655/NQ-UBTVQH15)."""

    class Share(models.TextChoices):
        WHOLE = "whole", _("whole")
        PART = "part", _("part")
        DEFAULT = "default", _("largest part")

    predecessor = models.ForeignKey(
        AdministrativeUnit, on_delete=models.PROTECT, related_name="succession_to"
    )
    successor = models.ForeignKey(
        AdministrativeUnit, on_delete=models.PROTECT, related_name="succession_from"
    )
    share = models.CharField(_("share"), max_length=10, choices=Share.choices)
    date = models.DateField(_("date"))
    legal_basis = models.CharField(_("legal basis"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("unit succession")
        verbose_name_plural = _("unit successions")
        constraints = [
            models.UniqueConstraint(fields=["predecessor", "successor", "date"], name="unit_succession_once")
        ]

    def __str__(self) -> str:
        return f"{self.predecessor} → {self.successor}"


class Agency(Validity):
    """An agency that publishes, receives or decides; old dossiers stay bound to it after a successor takes over."""

    class Kind(models.TextChoices):
        PROVINCE = "province", _("Provincial People's Committee")
        DEPARTMENT = "department", _("Department")
        INSPECTORATE = "inspectorate", _("Provincial Inspectorate")
        CENTRE = "centre", _("Public administration service centre")
        COMMUNE = "commune", _("Commune People's Committee")
        DISTRICT = "district", _("District People's Committee (until 2025)")
        MINISTRY = "ministry", _("Ministry")
        OTHER = "other", _("Other")

    name = models.CharField(_("name"), max_length=200)
    order_key = OrderKeyField(source="name")
    short_name = models.CharField(_("short name"), max_length=100, blank=True)
    slug = models.SlugField(_("slug"), max_length=80, unique=True)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    code = models.CharField(
        _("code"), max_length=20, validators=[CODE_NEW], help_text=_("For example H12.05.")
    )
    code_old = models.CharField(_("code before 2025"), max_length=20, blank=True, validators=[CODE_OLD])
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("parent"),
    )
    unit = models.ForeignKey(
        AdministrativeUnit, on_delete=models.PROTECT, null=True, blank=True, related_name="agencies",
        verbose_name=_("administrative unit"),
    )  # fmt: skip
    address = models.CharField(_("address"), max_length=300, blank=True)
    phone = models.CharField(_("phone"), max_length=30, blank=True)
    email = models.EmailField(_("email"), blank=True)
    working_hours = models.CharField(_("working hours"), max_length=200, blank=True)
    successors = models.ManyToManyField(
        "self", through="AgencySuccession", symmetrical=False, related_name="predecessors", blank=True
    )

    objects: ClassVar[ValidityQuerySet] = ValidityQuerySet.as_manager()  # type: ignore[assignment]

    class Meta(Validity.Meta):
        verbose_name = _("agency")
        verbose_name_plural = _("agencies")
        ordering = ["code", "order_key", "pk"]
        constraints = [
            *Validity.Meta.constraints,
            models.UniqueConstraint(fields=["code", "valid_from"], name="agency_code_once_a_day"),
        ]

    def __str__(self) -> str:
        return self.name


class AgencySuccession(models.Model):
    """``successor`` continues the work of ``predecessor`` from ``date``."""

    predecessor = models.ForeignKey(
        Agency, on_delete=models.PROTECT, related_name="succession_to", verbose_name=_("former agency")
    )
    successor = models.ForeignKey(
        Agency, on_delete=models.PROTECT, related_name="succession_from", verbose_name=_("continued by")
    )
    date = models.DateField(_("from"))
    legal_basis = models.CharField(_("legal basis"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("agency succession")
        verbose_name_plural = _("agency successions")
        constraints = [
            models.UniqueConstraint(fields=["predecessor", "successor"], name="agency_succession_once"),
            models.CheckConstraint(
                condition=~Q(predecessor=F("successor")), name="agency_succession_not_itself"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.predecessor} → {self.successor}"


class Membership(Validity):
    """A role of a user in an agency."""

    class Role(models.TextChoices):
        RECEIVER = "receiver", _("Reception officer")  # cán bộ tiếp nhận
        HANDLER = "handler", _("Handling officer")  # chuyên viên thụ lý
        HEAD = "head", _("Agency head")  # lãnh đạo
        RETURNER = "returner", _("Result officer")  # cán bộ trả kết quả
        EDITOR = "editor", _("Agency editor")  # biên tập viên cơ quan
        CONTROLLER = "controller", _("Procedure controller")  # kiểm soát TTHC
        COMMUNICATION = "communication", _("Communications staff")  # cán bộ truyền thông
        INSPECTOR = "inspector", _("Inspector (read-only)")  # thanh tra
        OPERATOR = "operator", _("Operating team")  # quản trị kỹ thuật; may not read dossiers

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="memberships",
        verbose_name=_("user"),
    )
    agency = models.ForeignKey(
        Agency, on_delete=models.PROTECT, related_name="memberships", verbose_name=_("agency")
    )
    role = models.CharField(_("role"), max_length=20, choices=Role.choices)

    objects: ClassVar[ValidityQuerySet] = ValidityQuerySet.as_manager()  # type: ignore[assignment]

    class Meta(Validity.Meta):
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            *Validity.Meta.constraints,
            models.UniqueConstraint(
                fields=["user", "agency", "role", "valid_from"], name="membership_once_a_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()} · {self.agency}"


# The roles that may read dossiers. The operating team is not among them (docs/domain.md#roles).
READING_ROLES: Final = frozenset(
    {
        Membership.Role.RECEIVER,
        Membership.Role.HANDLER,
        Membership.Role.HEAD,
        Membership.Role.RETURNER,
        Membership.Role.INSPECTOR,
    }
)
# Roles that a second person confirms: with one of them a single operator could read dossiers through another account.
CONFIRMED_ROLES: Final = READING_ROLES | {Membership.Role.OPERATOR}
# Roles that in the provincial committee change what all agencies share: holidays, deadline rules, best bets.
PROVINCE_WIDE_ROLES: Final = frozenset({Membership.Role.CONTROLLER})


class RoleRequest(models.Model):
    """A role of ``CONFIRMED_ROLES`` requested by one person and confirmed by another; the rows are kept as a record.

    ``decided_at`` without ``decided_by``: withdrawn by whoever had asked for it.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="role_requests",
        verbose_name=_("user"),
    )
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name=_("agency"))
    role = models.CharField(_("role"), max_length=20, choices=Membership.Role.choices)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    decided_at = models.DateTimeField(null=True)
    confirmed = models.BooleanField(default=False)
    membership = models.ForeignKey(Membership, on_delete=models.SET_NULL, related_name="+", null=True)

    class Meta:
        verbose_name = _("role request")
        verbose_name_plural = _("role requests")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "agency", "role"],
                condition=Q(decided_at__isnull=True),
                name="role_request_open_once",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True)
                | ~Q(decided_by=F("requested_by")) & ~Q(decided_by=F("user")),
                name="role_request_two_people",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()} · {self.agency}"


class AccountReview(models.Model):
    """The confirmation that the accounts and roles of an agency and those below it are right, every six months.

    ``entries`` is the list as it was confirmed: user name, name, role, agency code, first and last day, last sign-in.
    """

    agency = models.ForeignKey(
        Agency, on_delete=models.PROTECT, related_name="account_reviews", verbose_name=_("agency")
    )
    confirmed_at = models.DateTimeField(_("confirmed on"))
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("user"),
    )
    entries = models.JSONField(default=list)

    class Meta:
        verbose_name = _("account review")
        verbose_name_plural = _("account reviews")
        ordering = ["-confirmed_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.agency} · {self.confirmed_at:%d/%m/%Y}"


class SignedInSession(models.Model):
    """A session of a signed-in person, as they see it in their list; ``session_key`` is that of Django's session.

    ``network`` is shortened, so that the list shows the place only roughly.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="signed_in_sessions"
    )
    session_key = models.CharField(max_length=40, db_index=True)
    device = models.CharField(_("device"), max_length=100)
    network = models.CharField(_("network"), max_length=50)
    signed_in_at = models.DateTimeField(_("signed in on"))
    last_used_at = models.DateTimeField(_("last used on"))

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        ordering = ["-last_used_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.device} · {self.network}"


class KnownDevice(models.Model):
    """A browser from which a person has signed in; it has a random cookie, of which only the hash is stored."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="known_devices")
    token_hash = models.CharField(max_length=64)
    last_used_at = models.DateTimeField(_("last used on"))

    class Meta:
        verbose_name = _("known device")
        verbose_name_plural = _("known devices")
        constraints = [models.UniqueConstraint(fields=["user", "token_hash"], name="known_device_once")]

    def __str__(self) -> str:
        return f"{self.user} · {self.last_used_at:%d/%m/%Y}"


class FormerPassword(models.Model):
    """The hash of a current or former password of a person, so that it is not used again."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="former_passwords"
    )
    password = models.CharField(max_length=128)
    set_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("former password")
        verbose_name_plural = _("former passwords")
        ordering = ["-set_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.user} · {self.set_at:%d/%m/%Y}"
