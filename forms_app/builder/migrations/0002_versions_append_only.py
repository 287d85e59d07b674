"""Refuse changes of published form versions in the database itself (PostgreSQL and SQLite)."""

from django.db import migrations

from core.immutability import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("builder", "0001_initial")]

    operations = [AppendOnly("FormVersion")]
