"""A published form is never rewritten: the database itself refuses (PostgreSQL and SQLite)."""

from django.db import migrations

from core.immutability import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("builder", "0001_initial")]

    operations = [AppendOnly("FormVersion")]
