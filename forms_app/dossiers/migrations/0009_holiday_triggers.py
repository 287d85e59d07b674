"""SQLite recreates the table of holidays without the triggers that announce changed rules."""

from django.db import migrations

from forms_app.dossiers.rule_triggers import ChangesRules


class Migration(migrations.Migration):
    dependencies = [("core", "0003_holiday_estimates"), ("dossiers", "0008_identity_number_hash")]

    operations = [ChangesRules("core", "Holiday")]
