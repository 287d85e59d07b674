"""Take the next dossier number: gapless per agency and day, because the counter commits with the dossier."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import connection

from accounts.models import Agency
from core.errors import PortalError
from core.worktime import TIME_ZONE
from forms_app.dossiers import codes
from forms_app.dossiers.models import NumberCounter
from forms_app.dossiers.rules import RuleSet, current_rules

_TABLE: Final = NumberCounter._meta.db_table
# One statement locks the row until commit and creates it for the first dossier of the day, on both databases.
_TAKE: Final = f"""
INSERT INTO {_TABLE} (agency_id, day, last) VALUES (%s, %s, 1)
ON CONFLICT (agency_id, day) DO UPDATE SET last = {_TABLE}.last + 1
RETURNING last
"""  # noqa: S608 - the table name is the model's own


def take_code(*, agency: Agency, now: datetime, rules: RuleSet | None = None) -> str:
    """Return the next code of ``agency`` for the day of ``now`` in Asia/Ho_Chi_Minh.

    Call it last in the transaction: every other submission at the same agency waits from here to the commit.
    ``PortalError`` if no code format is in force that day.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("a number is taken inside the transaction that uses it")
    day = now.astimezone(TIME_ZONE).date()
    pattern = (rules or current_rules()).code_pattern(day)
    if pattern is None:
        raise PortalError(f"no dossier code format is in force on {day:%d/%m/%Y}", code="no_code_format")
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [agency.pk, day])
        (number,) = cursor.fetchone()
    return codes.render(
        pattern, agency_code=agency.code, agency_code_old=agency.code_old, day=day, number=number
    )
