"""One row tells every process that a rule has changed (forms_app.dossiers.rules)."""

from django.db import migrations, models

from forms_app.dossiers.rule_triggers import ChangesRules


def create(apps, schema_editor):
    apps.get_model("dossiers", "RuleGeneration").objects.get_or_create(pk=1, defaults={"generation": 0})


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial"), ("dossiers", "0003_first_rules")]

    operations = [
        migrations.CreateModel(
            name="RuleGeneration",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("generation", models.BigIntegerField(verbose_name="generation")),
            ],
            options={"verbose_name": "rule generation", "verbose_name_plural": "rule generations"},
        ),
        # Reversing keeps the row: it is dropped with the model's table.
        migrations.RunPython(create, migrations.RunPython.noop),
        ChangesRules("dossiers", "CodeFormat"),
        ChangesRules("dossiers", "ConsentText"),
        ChangesRules("dossiers", "DeadlineSetting"),
        ChangesRules("dossiers", "FilingChannel"),
        ChangesRules("dossiers", "RetentionSetting"),
        ChangesRules("core", "Holiday"),
    ]
