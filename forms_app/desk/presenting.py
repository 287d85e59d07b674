"""A dossier in the words and order of the desk's page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from core import display
from forms_app.builder.field_types import citizen_id
from forms_app.builder.schema import FormSchema
from forms_app.desk.access import Desk
from forms_app.dossiers.models import Attachment, Dossier, DossierEvent, SupplementRequest
from forms_app.dossiers.transitions import Action, allowed

Text = str | Promise


@dataclass(frozen=True, slots=True)
class OfferedAct:
    """One thing the officer may do now. ``direct``: a button is enough, nothing has to be said."""

    action: str
    label: Text
    done: Text
    direct: bool = False
    needs_reason: bool = False
    danger: bool = False

    @property
    def title(self) -> str:
        """Return the label without the dots that announce a form: for the form itself."""
        return str(self.label).rstrip("…")


#: What each act is called on its button and after it; in the order in which the desk offers them.
_WORDS: Final[dict[Action, tuple[Text, Text]]] = {
    Action.ACCEPT: (_("Accept the dossier"), _("The dossier is accepted. The receipt can be printed.")),
    Action.PROCESS: (_("Start processing"), _("Processing has started.")),
    Action.FINISH: (_("Result is ready…"), _("The dossier is finished and waits to be returned.")),
    Action.RETURN_RESULT: (_("Result handed over"), _("The result is recorded as handed over.")),
    Action.PAYMENT_DONE: (_("Payment received"), _("The payment is recorded, the clock runs again.")),
    Action.RESUME: (_("Resume processing"), _("Processing goes on, the clock runs again.")),
    Action.REQUEST_SUPPLEMENT: (
        _("Ask for a supplement…"),
        _("The citizen is asked for the supplement; the clock stands."),
    ),
    Action.SUPPLY: (_("Supplement taken at the counter"), _("The supplement is recorded.")),
    Action.REQUIRE_PAYMENT: (_("Ask for payment…"), _("The citizen is told to pay; the clock stands.")),
    Action.SUSPEND: (_("Stop processing…"), _("Processing is stopped; the clock stands.")),
    Action.REOPEN: (_("Back to processing…"), _("The dossier is being processed again.")),
    Action.ASSIGN: (_("Hand over to…"), _("The dossier is in other hands now.")),
    Action.WITHDRAW: (_("Withdraw for the citizen…"), _("The dossier is withdrawn.")),
    Action.REFUSE: (_("Refuse…"), _("The dossier is refused. The paper can be printed.")),
}
_DIRECT: Final = {
    Action.ACCEPT,
    Action.PROCESS,
    Action.RETURN_RESULT,
    Action.PAYMENT_DONE,
    Action.RESUME,
    Action.SUPPLY,
}
_DANGER: Final = {Action.REFUSE, Action.WITHDRAW, Action.SUSPEND}


def offered_acts(desk: Desk, dossier: Dossier, now: datetime) -> list[OfferedAct]:
    """Return the acts open to this officer on ``dossier`` now, from the one transition table."""
    rows = {row.action: row for row in allowed(dossier, desk.roles_at(dossier.agency_id), now)}
    return [
        OfferedAct(
            action=action.value, label=label, done=done, direct=action in _DIRECT,
            needs_reason=rows[action].needs_reason, danger=action in _DANGER,
        )
        for action, (label, done) in _WORDS.items() if action in rows
    ]  # fmt: skip


def may_watch(desk: Desk, dossier: Dossier) -> bool:
    """Say whether the officer may read who opened ``dossier``: the agency's leader, and inspection."""
    return bool(desk.roles_at(dossier.agency_id) & {Membership.Role.LEADER, Membership.Role.INSPECTOR})


def act_called(action: Action) -> OfferedAct:
    """Return ``action`` in the words of the desk, whether it is open to anybody or not."""
    label, done = _WORDS.get(action, (action.label, ""))
    return OfferedAct(action=action.value, label=label, done=done)


def _numbers(schema: FormSchema) -> list[str]:
    return [spec.id for spec in schema.of_type("citizen_id")]


def hides_numbers(dossier: Dossier) -> bool:
    """Say whether the dossier holds an ID number that the page shows masked."""
    if dossier.form_version is None:
        return False
    schema = FormSchema.from_json(dossier.form_version.schema)
    return any(dossier.answers.get(field_id) for field_id in _numbers(schema))


def masked(schema: FormSchema, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``answers`` with every ID number masked: an officer sees one in full only when it is logged."""
    hidden = {key: citizen_id.mask(str(answers[key])) for key in _numbers(schema) if answers.get(key)}
    return {**answers, **hidden}


@dataclass(frozen=True, slots=True)
class AskedItem:
    """One paper or answer asked by a supplement request, with what came."""

    label: str
    text: str
    files: list[Attachment]


@dataclass(frozen=True, slots=True)
class AskedView:
    """One supplement request with its items and the key of its paper."""

    request: SupplementRequest
    items: list[AskedItem]
    paper: str


def asked_views(requests: list[SupplementRequest], files: list[Attachment]) -> list[AskedView]:
    """Return every supplement request, each item beside the answer to it."""
    return [
        AskedView(
            request,
            [
                AskedItem(
                    item["label"],
                    str(request.answers.get(item["id"], "")),
                    [f for f in files if f.supplement_id == request.pk and f.field_id == item["id"]],
                )
                for item in request.items
            ],
            f"mau-02-{request.number}",
        )
        for request in requests
    ]


def timeline(history: list[DossierEvent]) -> list[dict[str, Any]]:
    """Return the history for ``components/timeline.html``, newest last."""
    return [
        {
            "name": event.get_action_display(),
            "when": display.moment_text(event.at),
            "detail": " · ".join(filter(None, (event.actor_name, event.note))),
            "state": "done",
        }
        for event in history
    ]
