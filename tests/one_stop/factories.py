"""Officers, and dossiers in any status, created through the services."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from accounts.models import Agency, Membership, User
from forms_app.builder.models import FormVersion
from forms_app.dossiers.models import Dossier, SupplementRequest
from forms_app.dossiers.services import apply_action
from forms_app.dossiers.transitions import Action
from one_stop.services import request_supplement
from tests.accounts.factories import AgencyFactory, UserFactory
from tests.forms_app.dossiers.factories import file_dossier, make_form, make_version, payment_for

VN = ZoneInfo("Asia/Ho_Chi_Minh")
FILED = datetime(2026, 11, 19, 20, 14, tzinfo=VN)
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=VN)

SCHEMA: dict[str, Any] = {
    "steps": [
        {
            "id": "request",
            "title": "Nội dung yêu cầu",
            "fields": [
                {"id": "purpose", "type": "short_text", "label": "Mục đích sử dụng"},
                {
                    "id": "spouse_number",
                    "type": "citizen_id",
                    "label": "Số định danh của vợ, chồng",
                    "required": False,
                },
                {"id": "ruling", "type": "file", "label": "Bản án ly hôn", "required": False},
            ],
        }
    ]
}
ANSWERS: dict[str, Any] = {"full_name": "Nguyễn Thị Thu Đông", "purpose": "Mua bán nhà đất"}


def make_officer(agency: Agency, *roles: str, name: str = "") -> User:
    """A member of staff of ``agency`` with these roles (receiver and handler by default)."""
    user: User = UserFactory(**({"full_name": name} if name else {}))
    for role in roles or (Membership.Role.RECEIVER, Membership.Role.HANDLER):
        Membership.objects.create(user=user, agency=agency, role=role, valid_from=date(2025, 7, 1))
    return user


def make_desk_form(agency: Agency, **version: Any) -> FormVersion:
    """A form whose procedure takes three working days and is received by ``agency``."""
    return make_form(make_version(**version), agency, schema=SCHEMA)


def make_dossier(
    agency: Agency | None = None, *, form: FormVersion | None = None, at: datetime = FILED, **answers: Any
) -> Dossier:
    """A new dossier, filed online at ``at``."""
    form = form or make_desk_form(agency or AgencyFactory())
    return file_dossier(form, now=at, **{**ANSWERS, **answers}).dossier


def do(dossier: Dossier, action: Action, actor: User, *, at: datetime, reason: str = "Lý do mẫu") -> Dossier:
    """Perform ``action`` at ``at`` and refresh ``dossier``; a suspension lasts at most thirty days."""
    apply_action(
        dossier_id=dossier.pk,
        expected_version=dossier.version,
        action=action,
        actor=actor,
        reason=reason,
        pause_ends_at=at + timedelta(days=30) if action == Action.SUSPEND else None,
        payment=payment_for(action, at),
        now=at,
    )
    dossier.refresh_from_db()
    return dossier


def ask(dossier: Dossier, officer: User, *, at: datetime) -> SupplementRequest:
    """Evaluate the rules again."""
    request = request_supplement(
        dossier_id=dossier.pk, expected_version=dossier.version, actor=officer, reason="Bản chụp mờ",
        supplement_due_at=None, items=[{"id": "ruling", "label": "Bản án ly hôn", "kind": "file", "note": ""}], now=at,
    )  # fmt: skip
    dossier.refresh_from_db()
    return request
