"""The full-text tables of the database engine: FTS5 in SQLite, tsvector in PostgreSQL. Rebuilt by search_rebuild."""

from django.db import migrations

from search.documents import COLLECTIONS
from search.engines.database.text_index import text_index


def create(apps, schema_editor):
    for collection in COLLECTIONS:
        for statement in text_index(collection, schema_editor.connection.vendor).create():
            schema_editor.execute(statement)


def drop(apps, schema_editor):
    for collection in COLLECTIONS:
        for statement in text_index(collection, schema_editor.connection.vendor).drop():
            schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("search", "0001_initial")]

    operations = [migrations.RunPython(create, drop)]
