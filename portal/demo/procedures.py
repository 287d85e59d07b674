"""The catalogue and its online forms, through the importer and the form builder."""

from __future__ import annotations

from datetime import date
from typing import Final

from forms_app.builder import services as builder
from portal.demo.sources import read_folder
from procedures.services.imports import Import, Outcome, import_records

# The two-tier province works from this day; the demo dossiers of the last year need a version in force.
IN_FORCE_FROM: Final = date(2025, 7, 1)
SOURCE: Final = "load_demo"


class BrokenDemoData(RuntimeError):
    """A data file that the importer refuses: a mistake of ours, not of the person at the keyboard."""


def load_procedures() -> str:
    """Import the procedures and return the importer's summary line."""
    circumstances = Import(source=SOURCE, valid_from=IN_FORCE_FROM)
    report = import_records(read_folder("procedures"), circumstances=circumstances)
    refused = report.of(Outcome.REFUSED)
    if refused:
        raise BrokenDemoData("; ".join(f"{line.code} {line.detail}" for line in refused))
    return report.summary()


def load_forms() -> int:
    """Publish the online forms; unchanged ones keep their version. Return how many there are."""
    forms = read_folder("forms")
    for data in forms:
        builder.publish(definition=builder.import_form(data=data))
    return len(forms)
