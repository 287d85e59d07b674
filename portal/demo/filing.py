"""File a demo dossier as its citizen would: draft, steps, papers, submission."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import cached_property
from random import Random
from typing import Any

from accounts.models import AdminUnit, Agency
from core.worktime import TIME_ZONE
from forms_app.builder.models import FormVersion
from forms_app.builder.schema import FormSchema
from forms_app.dossiers.models import ConsentText, Dossier, Draft
from forms_app.dossiers.services import start_draft, store_answer, submit
from portal.demo.answers import Answerer
from portal.demo.paper import scanned
from portal.demo.stories import Story
from procedures.models import ProcedureVersion
from procedures.selectors import version_in_force


class Filer:
    """Files stories; what many dossiers share is read once."""

    def __init__(self, agencies: Mapping[str, Agency], samples: Mapping[str, Any]) -> None:
        self._agencies = agencies
        self._samples = samples
        self._versions: dict[str, ProcedureVersion] = {}

    @cached_property
    def _forms(self) -> dict[str, FormVersion]:
        versions = FormVersion.objects.select_related("definition__procedure").order_by("number")
        return {version.definition.procedure.core_code: version for version in versions}

    @cached_property
    def _communes(self) -> dict[int, AdminUnit]:
        return AdminUnit.objects.select_related("parent").in_bulk()

    @cached_property
    def _consent(self) -> ConsentText:
        return ConsentText.objects.latest("number")

    def file(self, story: Story, chance: Random) -> Dossier:
        """File the dossier of ``story`` at its moment."""
        form, agency = self._forms[story.procedure], self._agencies[story.agency]
        begun = story.filed_at - timedelta(minutes=chance.randint(6, 25))
        draft, token = start_draft(
            procedure_version=self._version(story), form_version=form, agency=agency, now=begun
        )
        schema = FormSchema.from_json(form.schema)
        answers = self._answers(story, schema, chance)
        # What save_step() does once a step, in one write: 200 dossiers have 800 steps.
        steps = [step.id for step in schema.steps]
        Draft.objects.filter(pk=draft.pk).update(answers=answers, steps_done=steps)
        self._attach(draft, schema, story)
        filed = submit(
            token=token, idempotency_key=draft.idempotency_key, consent=self._consent, now=story.filed_at
        )
        # People at the counter and at the post office are served with the same form.
        filed.dossier.source = story.source
        filed.dossier.save(update_fields=["source"])
        return filed.dossier

    def _answers(self, story: Story, schema: FormSchema, chance: Random) -> dict[str, Any]:
        unit_id = self._agencies[story.agency].unit_id
        if unit_id is None:
            raise LookupError(f"{story.agency} receives dossiers but lies in no commune")
        day = story.filed_at.astimezone(TIME_ZONE).date()
        return Answerer(chance, day, story.applicant, self._communes[unit_id], self._samples).answers(schema)

    def _version(self, story: Story) -> ProcedureVersion:
        if story.procedure not in self._versions:
            version = version_in_force(story.procedure, story.filed_at.astimezone(TIME_ZONE).date())
            if version is None:
                raise LookupError(f"{story.procedure} was not in force on {story.filed_at:%d/%m/%Y}")
            self._versions[story.procedure] = version
        return self._versions[story.procedure]

    def _attach(self, draft: Draft, schema: FormSchema, story: Story) -> None:
        for spec in schema.of_type("file"):
            if spec.required:
                store_answer(draft=draft, spec=spec, upload=scanned(spec.label), now=story.filed_at)
