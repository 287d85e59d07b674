"""The statuses in the citizen's words (DESIGN, voice): a name, a tone, and what happens or is to be done next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from forms_app.dossiers.transitions import Status


@dataclass(frozen=True, slots=True)
class Words:
    """``tone`` is that of components/status.html; ``headline`` is the title of "my dossier"."""

    name: str | Promise
    tone: str
    headline: str | Promise
    next_step: str | Promise


CITIZEN: Final[dict[int, Words]] = {
    Status.REGISTERED: Words(
        _("Filed"), "info", _("Your dossier is filed"),
        _("The agency checks it within one working day. You do not have to do anything."),
    ),
    Status.ACCEPTED: Words(
        _("Accepted"), "info", _("Your dossier is accepted"),
        _("It goes to the officer in charge. You do not have to do anything."),
    ),
    Status.REFUSED: Words(
        _("Not accepted"), "bad", _("Your dossier was not accepted"),
        _("Read the reason. You can file again at any time."),
    ),
    Status.PROCESSING: Words(
        _("Being processed"), "info", _("Your dossier is being processed"),
        _("You do not have to do anything."),
    ),
    Status.SUPPLEMENT: Words(
        _("Supplement needed"), "wait", _("Your dossier needs a supplement"),
        _("Send what is asked for. Until then the clock stands still."),
    ),
    Status.PAYMENT: Words(
        _("Fee or financial obligation to pay"), "wait", _("A fee or financial obligation is to be paid"),
        _("Pay as the agency's notice says. Until then the clock stands still."),
    ),
    Status.WITHDRAWN: Words(
        _("Withdrawn"), "plain", _("You withdrew this dossier"),
        _("Nothing more is done with it. You can file again at any time."),
    ),
    Status.SUSPENDED: Words(
        _("Suspended"), "wait", _("Your dossier is suspended"),
        _("Read the reason. The agency tells you when it goes on."),
    ),
    Status.FINISHED: Words(
        _("Result ready"), "done", _("Your result is ready"),
        _("Receive it in the way you chose when filing."),
    ),
    Status.RETURNED: Words(
        _("Result returned"), "done", _("You received the result"),
        _("The dossier is closed."),
    ),
}  # fmt: skip
