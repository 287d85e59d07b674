"""File the planned dossiers and play the actions of officers and citizens."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from functools import cache, cached_property
from pathlib import Path
from random import Random
from typing import Any, Final

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.models import AdministrativeUnit, Agency, User
from core.pdf import render
from core.text import slugify
from core.worktime import TIME_ZONE, load_calendar
from demo.answers import AnswerGenerator
from demo.organisation import staff
from demo.plans import DossierPlan, PlannedAction, Planner
from demo.sources import people, read_file, read_folder
from forms_app.builder.models import FormVersion
from forms_app.builder.schema import FieldSpec, FormSchema
from forms_app.dossiers.models import ConsentText, Dossier, Draft
from forms_app.dossiers.services import (
    apply_action,
    start_draft,
    store_answer,
    store_supplement,
    submit,
    supply,
    withdraw,
)
from forms_app.dossiers.transitions import TRANSITIONS, Action
from one_stop.services import finish, request_supplement, return_result, suspend
from procedures.models import ProcedureVersion
from procedures.selectors import version_in_force

SCAN_TEMPLATE: Final = Path(__file__).parent / "data" / "sample_scan.typ"
NOTE = "Bản minh họa của cổng trình diễn, không phải giấy tờ thật."


def sample_scan(title: str) -> SimpleUploadedFile:
    """Return an uploaded PDF of one page that names the document it replaces."""
    return SimpleUploadedFile(f"{slugify(title, max_length=40)}.pdf", _page(title), "application/pdf")


@cache
def _page(title: str) -> bytes:
    return render(SCAN_TEMPLATE, {"title": title, "note": NOTE})


class DossierFiler:
    """File planned dossiers as their applicants would; shared data are read once."""

    def __init__(self, agencies: Mapping[str, Agency], samples: Mapping[str, Any]) -> None:
        self._agencies = agencies
        self._samples = samples
        self._versions: dict[str, ProcedureVersion] = {}

    @cached_property
    def _forms(self) -> dict[str, FormVersion]:
        versions = FormVersion.objects.select_related("definition__procedure").order_by("number")
        return {version.definition.procedure.core_code: version for version in versions}

    @cached_property
    def _communes(self) -> dict[int, AdministrativeUnit]:
        return AdministrativeUnit.objects.select_related("parent").in_bulk()

    @cached_property
    def _consent(self) -> ConsentText:
        return ConsentText.objects.latest("number")

    def file(self, plan: DossierPlan, rng: Random) -> Dossier:
        """File the dossier of ``plan`` at the planned time."""
        form, agency = self._forms[plan.procedure], self._agencies[plan.agency]
        begun = plan.filed_at - timedelta(minutes=rng.randint(6, 25))
        draft, token = start_draft(
            procedure_version=self._version(plan), form_version=form, agency=agency, now=begun
        )
        schema = FormSchema.from_json(form.schema)
        answers = self._answers(plan, schema, rng)
        # One write instead of one save_step() per step: 200 dossiers have 800 steps.
        steps = [step.id for step in schema.steps]
        draft.answers, draft.steps_done = answers, steps
        draft.save(update_fields=["answers", "steps_done"])
        self._attach(draft, schema, plan)
        filed = submit(
            token=token, idempotency_key=draft.idempotency_key, consent=self._consent, now=plan.filed_at
        )
        # Staff at the counter and the post office use the same form.
        filed.dossier.source = plan.source
        filed.dossier.save(update_fields=["source"])
        return filed.dossier

    def _answers(self, plan: DossierPlan, schema: FormSchema, rng: Random) -> dict[str, Any]:
        unit_id = self._agencies[plan.agency].unit_id
        if unit_id is None:
            raise LookupError(f"{plan.agency} receives dossiers but belongs to no commune")
        day = plan.filed_at.astimezone(TIME_ZONE).date()
        return AnswerGenerator(rng, day, plan.applicant, self._communes[unit_id], self._samples).answers(
            schema
        )

    def _version(self, plan: DossierPlan) -> ProcedureVersion:
        if plan.procedure not in self._versions:
            version = version_in_force(plan.procedure, plan.filed_at.astimezone(TIME_ZONE).date())
            if version is None:
                raise LookupError(f"{plan.procedure} was not in force on {plan.filed_at:%d/%m/%Y}")
            self._versions[plan.procedure] = version
        return self._versions[plan.procedure]

    def _attach(self, draft: Draft, schema: FormSchema, plan: DossierPlan) -> None:
        for spec in schema.of_type("file"):
            if spec.required:
                store_answer(draft=draft, spec=spec, upload=sample_scan(spec.label), now=plan.filed_at)


ANSWER_WITHIN: Final = timedelta(days=14)
SUSPENDED_FOR: Final = timedelta(days=60)


class ActionPlayer:
    """Perform the planned actions of officers and citizens on filed dossiers."""

    def __init__(self, samples: Mapping[str, Any]) -> None:
        self._samples = samples
        self._staff: dict[tuple[int, Action], list[User]] = {}

    def play(self, dossier: Dossier, act: PlannedAction, procedure: str, rng: Random) -> Dossier:
        """Perform ``act`` at its time and return the dossier; reasons are chosen by the code ``procedure``."""
        reason = self._reason(act.action, procedure, rng)
        match act.action:
            case Action.SUPPLY:
                return self._supply(dossier, act)
            case Action.WITHDRAW:
                return withdraw(dossier=dossier, expected_version=dossier.version, reason=reason, now=act.at)
            case Action.REQUEST_SUPPLEMENT:
                return self._ask(dossier, act, procedure, rng)
            case Action.RETURN_RESULT:
                return self._return(dossier, act, rng)
            case _:
                return self._act(dossier, act, reason, rng)

    def _act(self, dossier: Dossier, act: PlannedAction, reason: str, rng: Random) -> Dossier:
        """Perform an action of an officer that needs no more than a reason, a last day or a file."""
        arguments: dict[str, Any] = {
            "dossier_id": dossier.pk, "expected_version": dossier.version, "reason": reason, "now": act.at,
            "actor": self._officer(dossier, act.action, rng),
        }  # fmt: skip
        if act.action == Action.SUSPEND:
            last_day = (act.at + SUSPENDED_FOR).astimezone(TIME_ZONE).date()
            return suspend(suspended_until=last_day, **arguments)
        if act.action == Action.FINISH:
            electronic = dossier.result_delivery == Dossier.Delivery.ELECTRONIC
            title = f"Kết quả {dossier.procedure_version.title}"
            return finish(result=sample_scan(title) if electronic else None, **arguments)
        return apply_action(action=act.action, **arguments)

    def _reason(self, action: Action, procedure: str, rng: Random) -> str:
        reasons = self._samples["reasons"].get(action.value)
        return str(rng.choice(reasons.get(procedure, reasons["else"]))) if reasons else ""

    def _officer(self, dossier: Dossier, action: Action, rng: Random) -> User:
        key = (dossier.agency_id, action)
        if key not in self._staff:
            roles = {role for row in TRANSITIONS if row.action == action for role in row.roles}
            self._staff[key] = staff(dossier.agency, roles)
        return rng.choice(self._staff[key])

    def _ask(self, dossier: Dossier, act: PlannedAction, procedure: str, rng: Random) -> Dossier:
        wanted = self._samples["supplements"]
        missing = wanted.get(procedure, wanted["else"])
        request = request_supplement(
            dossier_id=dossier.pk,
            expected_version=dossier.version,
            actor=self._officer(dossier, act.action, rng),
            items=missing["items"],
            reason=missing["reason"],
            supplement_due_at=(act.at + ANSWER_WITHIN).astimezone(TIME_ZONE).date(),
            now=act.at,
        )
        return request.dossier

    def _return(self, dossier: Dossier, act: PlannedAction, rng: Random) -> Dossier:
        """Hand the result over; one by post gets an invented number that no post office uses."""
        by_post = dossier.result_delivery == Dossier.Delivery.POST
        return return_result(
            dossier_id=dossier.pk,
            expected_version=dossier.version,
            actor=self._officer(dossier, act.action, rng),
            tracking_number=f"XX{dossier.pk:09d}VN" if by_post else "",
            postage=rng.choice([22_000, 28_500, 35_000]) if by_post else None,
            now=act.at,
        )

    def _supply(self, dossier: Dossier, act: PlannedAction) -> Dossier:
        request = dossier.supplement_requests.get(closed_at=None)
        supplied = self._samples["supplied"]
        texts: dict[str, str] = {}
        for item in request.items:
            if item["kind"] == "text":
                texts[item["id"]] = supplied.get(item["id"], supplied["else"])
            else:
                spec = FieldSpec(item["id"], "file", item["label"])
                store_supplement(request=request, spec=spec, upload=sample_scan(item["label"]), now=act.at)
        return supply(dossier=dossier, expected_version=dossier.version, texts=texts, now=act.at)


# The commune of the demo accounts gets the most dossiers, so that its queue looks like that of a working day.
BUSIEST = "ubnd-phuong-tan-thanh"
BUSIEST_WEIGHT = 12


def load_dossiers(agencies: Mapping[str, Agency]) -> int:
    """File and play all plans unless there are dossiers already; return the number filed."""
    if Dossier.objects.exists():
        return 0
    samples = read_file("samples")
    filer, player = DossierFiler(agencies, samples), ActionPlayer(samples)
    plans = _plans(agencies)
    for plan in plans:
        rng = Random(plan.key)  # noqa: S311 - invented data
        dossier = filer.file(plan, rng)
        for act in plan.actions:
            dossier = player.play(dossier, act, plan.procedure, rng)
    return len(plans)


def _plans(agencies: Mapping[str, Agency]) -> list[DossierPlan]:
    with_form = {form["procedure"] for form in read_folder("forms")}
    return Planner(
        procedures=[record for record in read_folder("procedures") if record["core_code"] in with_form],
        agencies=_receiving(agencies),
        people=people()["pool"],
        calendar=load_calendar(),
        now=timezone.now(),
    ).plans()


def _receiving(agencies: Mapping[str, Agency]) -> dict[str, int]:
    """Return the communes that have staff, weighted by the number of officers."""
    officers = Counter(officer["agency"] for officer in people()["officers"])
    communes = {slug: n for slug, n in officers.items() if agencies[slug].kind == Agency.Kind.COMMUNE}
    return {**communes, BUSIEST: BUSIEST_WEIGHT}
