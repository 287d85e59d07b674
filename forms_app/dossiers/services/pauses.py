"""The end of suspensions: the processing time of a dossier resumes on the day set by the head."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from core.errors import Conflict
from forms_app.dossiers.models import Dossier
from forms_app.dossiers.services.actions import apply_action, system
from forms_app.dossiers.transitions import Action, Status


def end_suspensions(*, now: datetime | None = None) -> int:
    """Resume the dossiers whose suspension has reached its end; return their number.

    The citizen gets a mail. The pause counts until its end even if this runs later (``deadlines``).
    """
    moment = now or timezone.now()
    with override("vi"):
        actor, reason = system(_("End of the suspension")), _("The last day of the suspension has passed.")
    expired = (
        Dossier.objects.filed().filter(status=Status.SUSPENDED, pause_ends_at__lte=moment).order_by("pk")
    )
    resumed = 0
    for pk, version in expired.values_list("pk", "version"):
        try:
            apply_action(
                dossier_id=pk, expected_version=version, action=Action.RESUME, actor=actor, reason=reason, now=moment
            )  # fmt: skip
        except Conflict:  # changed in the meantime; the next run tries again
            continue
        resumed += 1
    return resumed
