"""Differences between two form schemas, as shown to editors before and after publishing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from django.utils.translation import gettext as _

from forms_app.builder import applicant
from forms_app.builder.field_types import registry
from forms_app.builder.schema import FieldSpec, FormSchema, StepSpec
from forms_app.builder.validation import location

Kind = Literal["added", "removed", "changed"]


@dataclass(frozen=True, slots=True)
class Change:
    """What changed in one step or question (``where``; empty for the whole form), one line per detail."""

    kind: Kind
    where: str
    lines: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Return the kind as an editor reads it."""
        return {"added": _("New"), "removed": _("Removed"), "changed": _("Changed")}[self.kind]


def schema_changes(old: FormSchema, new: FormSchema) -> list[Change]:
    """Return the changes from ``old`` to ``new``; steps and questions are matched by id."""
    found = [*_form_changes(old, new)]
    old_steps = {spec.id: step for step in old.steps for spec in step.fields}
    before = old.fields
    for step in new.steps:
        found += _step(old.step(step.id), step)
        for spec in step.fields:
            found += _question(before.get(spec.id), old_steps.get(spec.id), spec, step)
    return [*found, *_removed(old, new)]


def removed_questions(old: FormSchema, new: FormSchema) -> list[str]:
    """Return the labels of the questions that ``new`` no longer asks."""
    return [spec.label for spec in old.fields.values() if spec.id not in new.fields]


def _form_changes(old: FormSchema, new: FormSchema) -> Iterator[Change]:
    lines = [
        *_changed(_("minutes to fill in"), str(old.estimated_minutes), str(new.estimated_minutes)),
        *_changed(_("ways of receiving the result"), _ways(old), _ways(new)),
        *_changed(_("who signs on paper"), "; ".join(old.signers), "; ".join(new.signers)),
        *_reordered(
            _("The steps are in a different order."), [s.id for s in old.steps], [s.id for s in new.steps]
        ),
    ]
    if lines:
        yield Change("changed", "", tuple(lines))


def _ways(schema: FormSchema) -> str:
    """Return all ways, also those of a form with every one of them."""
    labels = applicant.way_labels()
    return "; ".join(labels.get(way, way) for way in schema.result_ways)


def _step(old: StepSpec | None, new: StepSpec) -> Iterator[Change]:
    if old is None:
        yield Change("added", location(new))
        return
    lines = [
        *_changed(_("title"), old.title, new.title),
        *_changed(_("introduction"), old.intro, new.intro),
        *_reordered(
            _("The questions are in a different order."),
            [s.id for s in old.fields],
            [s.id for s in new.fields],
        ),
    ]
    if lines:
        yield Change("changed", location(new), tuple(lines))


def _question(
    old: FieldSpec | None, old_step: StepSpec | None, new: FieldSpec, step: StepSpec
) -> Iterator[Change]:
    if old is None or old_step is None:
        yield Change("added", location(step, new), (str(_type_label(new)),))
        return
    lines = [
        *_changed(_("question"), old.label, new.label),
        *_changed(_("help"), old.help, new.help),
        *_changed(_("type"), _type_label(old), _type_label(new)),
        *_changed(_("answer required"), _yes_no(old.required), _yes_no(new.required)),
        *_choices(old, new),
        *_options(old, new),
    ]
    if old_step.id != step.id:
        lines.append(_("Moved from step “%(step)s”.") % {"step": location(old_step)})
    if lines:
        yield Change("changed", location(step, new), tuple(lines))


def _choices(old: FieldSpec, new: FieldSpec) -> Iterator[str]:
    before = {choice.value: choice.label for choice in old.choices}
    after = {choice.value: choice.label for choice in new.choices}
    for value, label in after.items():
        if value not in before:
            yield _("New choice: “%(label)s”.") % {"label": label}
        else:
            yield from _changed(_("choice"), before[value], label)
    for value, label in before.items():
        if value not in after:
            yield _("Removed choice: “%(label)s”.") % {"label": label}
    yield from _reordered(_("The choices are in a different order."), list(before), list(after))


def _options(old: FieldSpec, new: FieldSpec) -> Iterator[str]:
    names: Mapping[str, Any] = registry.get(new.type).offered_options()
    for name in dict.fromkeys([*old.options, *new.options]):
        label = str(names[name].label) if name in names else name
        yield from _changed(label, _value(old.options.get(name)), _value(new.options.get(name)))


def _removed(old: FormSchema, new: FormSchema) -> Iterator[Change]:
    kept = new.fields
    for step in old.steps:
        if new.step(step.id) is None:
            yield Change("removed", location(step))
        for spec in step.fields:
            if spec.id not in kept:
                yield Change("removed", location(step, spec))


def _changed(name: str, old: str, new: str) -> Iterator[str]:
    if old != new:
        yield _("%(name)s: “%(old)s” → “%(new)s”") % {"name": name, "old": old, "new": new}


def _reordered(message: str, old: Sequence[str], new: Sequence[str]) -> Iterator[str]:
    """Yield ``message`` if the items that are in both lists changed their order."""
    if [item for item in old if item in new] != [item for item in new if item in old]:
        yield message


def _type_label(spec: FieldSpec) -> str:
    return str(registry.get(spec.type).label)


def _yes_no(value: bool) -> str:
    return _("yes") if value else _("no")


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return _yes_no(value)
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)
