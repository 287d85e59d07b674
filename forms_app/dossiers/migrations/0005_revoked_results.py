"""A result that was given before the last return to processing is revoked: the citizen can no longer download it."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def revoke_reopened(apps, schema_editor):
    attachment = apps.get_model("dossiers", "Attachment")
    event = apps.get_model("dossiers", "DossierEvent")
    for reopened in event.objects.filter(action="reopen").order_by("at"):
        given = attachment.objects.filter(
            dossier=reopened.dossier_id, purpose="result", uploaded_at__lte=reopened.at, revoked_at=None
        )
        given.update(
            revoked_at=reopened.at, revoked_by=reopened.actor_id, revocation_reason=reopened.note or "—"
        )
    if schema_editor.connection.vendor == "postgresql":
        # Check the foreign keys now: a table with pending checks cannot be altered.
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        schema_editor.execute("SET CONSTRAINTS ALL DEFERRED")


class Migration(migrations.Migration):
    dependencies = [
        ("dossiers", "0004_rule_generation"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="attachment",
            name="revocation_reason",
            field=models.TextField(blank=True, verbose_name="reason for revoking"),
        ),
        migrations.AddField(
            model_name="attachment",
            name="revoked_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="revoked at"),
        ),
        migrations.AddField(
            model_name="attachment",
            name="revoked_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="revoked by",
            ),
        ),
        # Reversing drops the columns, so nothing has to be undone.
        migrations.RunPython(revoke_reopened, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="attachment",
            constraint=models.CheckConstraint(
                condition=models.Q(revocation_reason="", revoked_at__isnull=True, revoked_by__isnull=True)
                | (models.Q(purpose="result", revoked_at__isnull=False) & ~models.Q(revocation_reason="")),
                name="attachment_revoked_with_reason",
            ),
        ),
    ]
