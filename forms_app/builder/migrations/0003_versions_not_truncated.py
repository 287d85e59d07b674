"""The triggers of 0002 did not see TRUNCATE; made again, they do (PostgreSQL)."""

from django.db import migrations

from core.immutability import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("builder", "0002_versions_append_only")]

    operations = [AppendOnly("FormVersion")]
