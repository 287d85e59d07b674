"""Play the acts of officers and citizens on a filed demo dossier."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from random import Random
from typing import Any, Final

from accounts.models import User
from core.worktime import TIME_ZONE
from forms_app.builder.schema import FieldSpec
from forms_app.desk.services import request_supplement
from forms_app.dossiers.models import Dossier
from forms_app.dossiers.services import perform, store_supplement, supply, withdraw
from forms_app.dossiers.transitions import TRANSITIONS, Action
from portal.demo.paper import scanned
from portal.demo.people import staff
from portal.demo.stories import Act

ANSWER_WITHIN: Final = timedelta(days=14)


class Players:
    """Everybody who does something to a dossier after it was filed."""

    def __init__(self, samples: Mapping[str, Any]) -> None:
        self._samples = samples
        self._staff: dict[tuple[int, Action], list[User]] = {}

    def play(self, dossier: Dossier, act: Act, procedure: str, chance: Random) -> Dossier:
        """Do ``act`` at its moment and return the dossier as it stands then; ``procedure`` gives the reasons."""
        reason = self._reason(act.action, procedure, chance)
        match act.action:
            case Action.SUPPLY:
                return self._supply(dossier, act)
            case Action.WITHDRAW:
                return withdraw(dossier=dossier, expected_version=dossier.version, reason=reason, now=act.at)
            case Action.REQUEST_SUPPLEMENT:
                return self._ask(dossier, act, procedure, chance)
            case _:
                return perform(
                    dossier_id=dossier.pk,
                    expected_version=dossier.version,
                    action=act.action,
                    actor=self._officer(dossier, act.action, chance),
                    reason=reason,
                    now=act.at,
                )

    def _reason(self, action: Action, procedure: str, chance: Random) -> str:
        reasons = self._samples["reasons"].get(action.value)
        return str(chance.choice(reasons.get(procedure, reasons["else"]))) if reasons else ""

    def _officer(self, dossier: Dossier, action: Action, chance: Random) -> User:
        key = (dossier.agency_id, action)
        if key not in self._staff:
            roles = {role for row in TRANSITIONS if row.action == action for role in row.roles}
            self._staff[key] = staff(dossier.agency, roles)
        return chance.choice(self._staff[key])

    def _ask(self, dossier: Dossier, act: Act, procedure: str, chance: Random) -> Dossier:
        wanted = self._samples["supplements"]
        missing = wanted.get(procedure, wanted["else"])
        request = request_supplement(
            dossier_id=dossier.pk,
            expected_version=dossier.version,
            actor=self._officer(dossier, act.action, chance),
            items=missing["items"],
            reason=missing["reason"],
            answer_by=(act.at + ANSWER_WITHIN).astimezone(TIME_ZONE).date(),
            now=act.at,
        )
        return request.dossier

    def _supply(self, dossier: Dossier, act: Act) -> Dossier:
        request = dossier.supplement_requests.get(closed_at=None)
        supplied = self._samples["supplied"]
        texts: dict[str, str] = {}
        for item in request.items:
            if item["kind"] == "text":
                texts[item["id"]] = supplied.get(item["id"], supplied["else"])
            else:
                spec = FieldSpec(item["id"], "file", item["label"])
                store_supplement(request=request, spec=spec, upload=scanned(item["label"]), now=act.at)
        return supply(dossier=dossier, expected_version=dossier.version, texts=texts, now=act.at)
