"""What an editor wrote by hand since the last import stays, whatever a file says, and the report tells it.

An import remembers a fingerprint of every fact that it left in the catalogue. A fact that says something else today
was changed by hand. Such a fact gives way only to another decision that brings other words for it: the law has moved
on, and the report says so. Without that memory a file's longer text would swallow an editor's deliberate shortening.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _

from procedures.choices import Status
from procedures.jsonable import encode
from procedures.merging import merge, weight, with_known_forms_of
from procedures.parts import Flags
from procedures.records import ProcedureRecord
from procedures.snapshot import Snapshot

TRACKED: Final = (*(one.name for one in dataclasses.fields(Snapshot) if one.name != "core_code"), "status")
# What a page says before anybody has said anything.
_UNSAID: Final[dict[str, Any]] = {"status": Status.PUBLIC.value, "flags": Flags(mot_cua=True)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """The record to write. ``kept``: facts of an editor where the file says otherwise; ``replaced``: facts of an
    editor that another decision replaces; ``by_hand``: all facts that stay an editor's; ``older``, ``contested``: the
    file names a decision that cannot be followed (nothing of it is in ``record``)."""

    record: ProcedureRecord
    kept: tuple[str, ...] = ()
    replaced: tuple[str, ...] = ()
    by_hand: frozenset[str] = frozenset()
    older: str = ""
    contested: str = ""


def fingerprint(name: str, value: Any) -> str:
    """Return what is remembered of the fact ``name``; of a decision its number alone, the rest is only filled up."""
    said = value.number if name == "decision" and value else encode(value)
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def fingerprints(record: Any, *, apart_from: frozenset[str] = frozenset()) -> dict[str, str]:
    """Return the fingerprints of the facts of ``record``."""
    return {name: fingerprint(name, getattr(record, name)) for name in TRACKED if name not in apart_from}


def changed_by_hand(now: ProcedureRecord, imported: Mapping[str, str]) -> frozenset[str]:
    """Return the facts of ``now`` that no import has written; of a page never imported all that it says."""
    return frozenset(name for name in TRACKED if _is_by_hand(name, getattr(now, name), imported.get(name)))


def _is_by_hand(name: str, value: Any, known: str | None) -> bool:
    if known is None:
        return bool(weight(value)) and value != _UNSAID.get(name)
    return fingerprint(name, value) != known


def reconcile(now: ProcedureRecord, read: ProcedureRecord, imported: Mapping[str, str]) -> Reconciled:
    """Bring ``read``, what a file says, into ``now`` without losing what an editor wrote since the last import."""
    by_hand = changed_by_hand(now, imported)
    merged = merge(now, read)
    if "decision" in by_hand and (stop := _stop(now, read, merged, imported)):
        return dataclasses.replace(stop, by_hand=by_hand)
    amended = now.decision is not None and _number(now) != _number(merged)
    news = [name for name in TRACKED if name in by_hand and getattr(merged, name) != getattr(now, name)]
    replaced = tuple(
        name for name in news
        if name == "decision" or (amended and fingerprint(name, getattr(read, name)) != imported.get(name))
    )  # fmt: skip
    record = dataclasses.replace(
        merged, **{name: _own(name, now, read) for name in news if name not in replaced}
    )
    kept = tuple(name for name in news if getattr(record, name) != getattr(merged, name))
    return Reconciled(record=record, kept=kept, replaced=replaced, by_hand=by_hand - set(replaced))


def _own(name: str, now: ProcedureRecord, read: ProcedureRecord) -> Any:
    """Return the editor's words; blank forms that they name may learn where their copy lies."""
    return with_known_forms_of(now.cases, read.cases) if name == "cases" else getattr(now, name)


def _number(record: ProcedureRecord) -> str:
    return record.decision.number if record.decision else ""


def _stop(
    now: ProcedureRecord, read: ProcedureRecord, merged: ProcedureRecord, imported: Mapping[str, str]
) -> Reconciled | None:
    """An editor has put the page under another decision: say where the file cannot be followed."""
    mine, theirs = now.decision, read.decision
    if mine is None or theirs is None or mine.number == theirs.number:
        return None
    if fingerprint("decision", theirs) == imported.get("decision"):
        return Reconciled(record=now, older=theirs.number)
    follows = _number(merged) != mine.number
    later = bool(mine.date and theirs.date and theirs.date > mine.date)
    return Reconciled(record=now, contested=theirs.number) if follows and not later else None


def told(found: Reconciled, names: Mapping[str, Any], now: ProcedureRecord) -> str:
    """Return what the report says of an editor's facts; ``names``: facts in the words of editors."""

    def listed(facts: tuple[str, ...]) -> dict[str, str]:
        return {"facts": ", ".join(str(names.get(name, name)) for name in facts)}

    if found.older:
        message = _(
            "the file still stands on decision %(file)s; an editor has published decision %(page)s since"
        )
        return message % {"file": found.older, "page": _number(now)}
    said = []
    if found.kept:
        said.append(
            _("kept as an editor wrote it, though the file says otherwise: %(facts)s") % listed(found.kept)
        )
    if found.replaced:
        message = _("an editor's words gave way to the new decision: %(facts)s")
        said.append(message % listed(found.replaced))
    return "; ".join(said)
