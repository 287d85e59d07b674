"""Rows from before 0005: their place in the order of names, and what counts as imported.

What stands at the upgrade counts as the word of the last import, as it did until now; from here on hand changes are seen.
"""

from __future__ import annotations

from typing import Any

from django.db import migrations

from core.models.ordering import LETTERS
from core.text import order_key
from procedures.hand_changes import fingerprints
from procedures.records import ProcedureRecord
from procedures.snapshot import Snapshot


def _keys(rows: Any, model: Any) -> None:
    changed = []
    for row in rows.iterator(chunk_size=500):
        row.order_key = order_key(getattr(row, "official_name", "") or row.title, letters=LETTERS)
        changed.append(row)
    model.objects.bulk_update(changed, ["order_key"], batch_size=200)


def fill(apps: Any, schema_editor: Any) -> None:
    """Write both."""
    for name in ("Procedure", "ProcedurePage"):
        model = apps.get_model("procedures", name)
        _keys(model.objects.all(), model)
    facts, newest = apps.get_model("procedures", "ImportedFacts"), {}
    versions = apps.get_model("procedures", "ProcedureVersion").objects.select_related("procedure")
    for version in versions.order_by("number").iterator(chunk_size=500):
        record = ProcedureRecord.of(Snapshot.from_json(version.snapshot), status=version.procedure.status)
        newest[version.procedure_id] = fingerprints(record)
    rows = [facts(procedure_id=procedure, facts=said) for procedure, said in newest.items()]
    facts.objects.bulk_create(rows, batch_size=500)


class Migration(migrations.Migration):
    dependencies = [("procedures", "0005_imported_facts_and_order")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
