"""Keep what an editor changed since the last import, even against the file, and report it.

An import stores a fingerprint of every field that it left in the catalogue. A field whose value differs from its
fingerprint was edited by hand. Such a field is overwritten only under another decision that changes it: the law has
changed, and the report says so. Without fingerprints a longer text in a file would undo an editor's deliberate
shortening.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _

from procedures.choices import Status
from procedures.imports.merge_rules import content_length, merge, with_form_copies_from
from procedures.imports.record import TRACKED, ProcedureRecord, field_labels, fingerprint
from procedures.value_objects import Flags

# The values of a new page, which are not manual edits.
_DEFAULTS: Final[dict[str, Any]] = {"status": Status.PUBLIC.value, "flags": Flags(at_one_stop=True)}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconciledRecord:
    """The record to write.

    ``kept``: fields that stay as edited although the file differs; ``replaced``: edited fields that another decision
    overwrites; ``by_hand``: all fields that stay as edited. ``outdated_decision``, ``conflicting_decision``: the number
    of a decision in the file that cannot be followed; ``record`` then contains nothing from the file.
    """

    record: ProcedureRecord
    kept: tuple[str, ...] = ()
    replaced: tuple[str, ...] = ()
    by_hand: frozenset[str] = frozenset()
    outdated_decision: str = ""
    conflicting_decision: str = ""


def changed_by_hand(current: ProcedureRecord, imported: Mapping[str, str]) -> frozenset[str]:
    """Return the fields of ``current`` that no import has written; of a page never imported, all that are filled in."""
    return frozenset(
        name for name in TRACKED if _is_by_hand(name, getattr(current, name), imported.get(name))
    )


def _is_by_hand(name: str, value: Any, imported: str | None) -> bool:
    if imported is None:
        return bool(content_length(value)) and value != _DEFAULTS.get(name)
    return fingerprint(name, value) != imported


def reconcile(
    current: ProcedureRecord, read: ProcedureRecord, imported: Mapping[str, str]
) -> ReconciledRecord:
    """Merge ``read``, the content of a file, into ``current``; keep what an editor wrote since the last import."""
    by_hand = changed_by_hand(current, imported)
    merged = merge(current, read)
    if "decision" in by_hand and (refusal := _refusal(current, read, merged, imported)):
        return dataclasses.replace(refusal, by_hand=by_hand)
    amended = current.decision is not None and _number(current) != _number(merged)
    differing = [
        name for name in TRACKED if name in by_hand and getattr(merged, name) != getattr(current, name)
    ]
    replaced = tuple(
        name for name in differing
        if name == "decision" or (amended and fingerprint(name, getattr(read, name)) != imported.get(name))
    )  # fmt: skip
    record = dataclasses.replace(
        merged, **{name: _edited_value(name, current, read) for name in differing if name not in replaced}
    )
    kept = tuple(name for name in differing if getattr(record, name) != getattr(merged, name))
    return ReconciledRecord(record=record, kept=kept, replaced=replaced, by_hand=by_hand - set(replaced))


def _edited_value(name: str, current: ProcedureRecord, read: ProcedureRecord) -> Any:
    """Return the editor's value; its blank forms may still be linked to our copies through the file."""
    return with_form_copies_from(current.cases, read.cases) if name == "cases" else getattr(current, name)


def _number(record: ProcedureRecord) -> str:
    return record.decision.number if record.decision else ""


def _refusal(
    current: ProcedureRecord, read: ProcedureRecord, merged: ProcedureRecord, imported: Mapping[str, str]
) -> ReconciledRecord | None:
    """Return the reason not to follow the file where an editor has put the page under another decision, if any."""
    ours, theirs = current.decision, read.decision
    if ours is None or theirs is None or ours.number == theirs.number:
        return None
    if fingerprint("decision", theirs) == imported.get("decision"):
        return ReconciledRecord(record=current, outdated_decision=theirs.number)
    follows = _number(merged) != ours.number
    later = bool(ours.date and theirs.date and theirs.date > ours.date)
    return (
        ReconciledRecord(record=current, conflicting_decision=theirs.number)
        if follows and not later
        else None
    )


def describe(found: ReconciledRecord, current: ProcedureRecord) -> str:
    """Return the note of the report on manual edits."""
    if found.outdated_decision:
        message = _(
            "the file is still based on decision %(file)s; an editor has published decision %(page)s since"
        )
        return message % {"file": found.outdated_decision, "page": _number(current)}
    notes = []
    if found.kept:
        notes.append(
            _("kept as an editor wrote it, although the file differs: %(facts)s")
            % {"facts": field_labels(found.kept)}
        )
    if found.replaced:
        message = _("manual edits were replaced under the new decision: %(facts)s")
        notes.append(message % {"facts": field_labels(found.replaced)})
    return "; ".join(notes)
