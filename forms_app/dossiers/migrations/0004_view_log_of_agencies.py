"""The who-viewed log says from which agency and until when it is kept; drafts keep what is not an answer yet."""

import django.db.models.deletion
from django.db import migrations, models

from core.immutability import AppendOnly


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("dossiers", "0003_first_rules"),
    ]

    operations = [
        migrations.AddField(
            "ViewLog",
            "agency",
            models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+",
                to="accounts.agency", verbose_name="agency",
            ),
        ),
        migrations.AddField(
            "ViewLog", "keep_until", models.DateField(blank=True, null=True, verbose_name="kept until")
        ),
        migrations.AddIndex("ViewLog", models.Index(fields=["keep_until"], name="view_log_kept_until")),
        # Entries without a date, made before this one, stay.
        AppendOnly("ViewLog", until="keep_until"),
        migrations.AddField(
            "Draft", "typed", models.JSONField(blank=True, default=dict, verbose_name="typed, not yet valid")
        ),
    ]
