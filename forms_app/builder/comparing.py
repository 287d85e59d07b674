"""What is different between two schemas, said to an editor before and after publishing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from django.utils.translation import gettext as _

from forms_app.builder.field_types import registry
from forms_app.builder.schema import FieldSpec, FormSchema, StepSpec
from forms_app.builder.validation import place

Kind = Literal["added", "removed", "changed"]


@dataclass(frozen=True, slots=True)
class Change:
    """One step or question (``where``; empty: the whole form) and what becomes of it, one line a matter."""

    kind: Kind
    where: str
    lines: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Return the kind as an editor reads it."""
        return {"added": _("New"), "removed": _("Gone"), "changed": _("Changed")}[self.kind]


def changes(old: FormSchema, new: FormSchema) -> list[Change]:
    """Return what an editor must know; questions and steps are the same where their id is."""
    found = [*_whole(old, new)]
    homes = {spec.id: step for step in old.steps for spec in step.fields}
    before = old.fields
    for step in new.steps:
        found += _step(old.step(step.id), step)
        for spec in step.fields:
            found += _question(before.get(spec.id), homes.get(spec.id), spec, step)
    return [*found, *_removed(old, new)]


def removed_questions(old: FormSchema, new: FormSchema) -> list[str]:
    """Return the labels of the questions that ``new`` no longer asks."""
    return [spec.label for spec in old.fields.values() if spec.id not in new.fields]


def _whole(old: FormSchema, new: FormSchema) -> Iterator[Change]:
    lines = [
        *_pair(_("minutes it takes"), str(old.estimated_minutes), str(new.estimated_minutes)),
        *_order(_("The steps stand in another order."), [s.id for s in old.steps], [s.id for s in new.steps]),
    ]
    if lines:
        yield Change("changed", "", tuple(lines))


def _step(old: StepSpec | None, new: StepSpec) -> Iterator[Change]:
    if old is None:
        yield Change("added", place(new))
        return
    lines = [
        *_pair(_("title"), old.title, new.title),
        *_pair(_("introduction"), old.intro, new.intro),
        *_order(
            _("The questions stand in another order."), [s.id for s in old.fields], [s.id for s in new.fields]
        ),
    ]
    if lines:
        yield Change("changed", place(new), tuple(lines))


def _question(
    old: FieldSpec | None, home: StepSpec | None, new: FieldSpec, step: StepSpec
) -> Iterator[Change]:
    if old is None or home is None:
        yield Change("added", place(step, new), (str(_label_of_type(new)),))
        return
    lines = [
        *_pair(_("question"), old.label, new.label),
        *_pair(_("help"), old.help, new.help),
        *_pair(_("type"), _label_of_type(old), _label_of_type(new)),
        *_pair(_("must be answered"), _yes_no(old.required), _yes_no(new.required)),
        *_choices(old, new),
        *_options(old, new),
    ]
    if home.id != step.id:
        lines.append(_("Moved here from the step “%(step)s”.") % {"step": place(home)})
    if lines:
        yield Change("changed", place(step, new), tuple(lines))


def _choices(old: FieldSpec, new: FieldSpec) -> Iterator[str]:
    before = {choice.value: choice.label for choice in old.choices}
    after = {choice.value: choice.label for choice in new.choices}
    for value, label in after.items():
        if value not in before:
            yield _("New choice: “%(label)s”.") % {"label": label}
        else:
            yield from _pair(_("choice"), before[value], label)
    for value, label in before.items():
        if value not in after:
            yield _("Choice that is gone: “%(label)s”.") % {"label": label}
    yield from _order(_("The choices stand in another order."), list(before), list(after))


def _options(old: FieldSpec, new: FieldSpec) -> Iterator[str]:
    names: Mapping[str, Any] = registry.get(new.type).options
    for name in dict.fromkeys([*old.options, *new.options]):
        label = str(names[name].label) if name in names else name
        yield from _pair(label, _value(old.options.get(name)), _value(new.options.get(name)))


def _removed(old: FormSchema, new: FormSchema) -> Iterator[Change]:
    kept = new.fields
    for step in old.steps:
        if new.step(step.id) is None:
            yield Change("removed", place(step))
        for spec in step.fields:
            if spec.id not in kept:
                yield Change("removed", place(step, spec))


def _pair(name: str, old: str, new: str) -> Iterator[str]:
    if old != new:
        yield _("%(name)s: “%(old)s” → “%(new)s”") % {"name": name, "old": old, "new": new}


def _order(message: str, old: Sequence[str], new: Sequence[str]) -> Iterator[str]:
    """Compare only what is in both: a new one in between moves nothing."""
    if [item for item in old if item in new] != [item for item in new if item in old]:
        yield message


def _label_of_type(spec: FieldSpec) -> str:
    return str(registry.get(spec.type).label)


def _yes_no(value: bool) -> str:
    return _("yes") if value else _("no")


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return _yes_no(value)
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)
