"""What a person may do, in which agency, from when to when. Every wall stands on these rows."""

from __future__ import annotations

from typing import ClassVar, Final

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.agencies import Agency
from accounts.models.validity import Validity, ValidityQuerySet


class Membership(Validity):
    """One role of one user in one agency."""

    class Role(models.TextChoices):
        RECEPTION = "reception", _("Reception officer")  # cán bộ tiếp nhận
        HANDLER = "handler", _("Handling officer")  # chuyên viên thụ lý
        LEADER = "leader", _("Leader")  # lãnh đạo
        RETURNER = "returner", _("Result officer")  # cán bộ trả kết quả
        EDITOR = "editor", _("Agency editor")  # biên tập viên cơ quan
        CATALOGUE = "catalogue", _("Procedure controller")  # kiểm soát TTHC
        COMMUNICATION = "communication", _("Communications staff")  # cán bộ truyền thông
        INSPECTOR = "inspector", _("Inspector (read only)")  # thanh tra
        OPERATOR = "operator", _("Operating team")  # quản trị kỹ thuật: no right to read dossiers

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


# Holidays, deadline rules, filing channels and forms hold for every agency.
PROVINCE_WIDE: Final = frozenset({Membership.Role.CATALOGUE})
