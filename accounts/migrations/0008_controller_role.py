"""Name the role of procedure controllers as code and documents do."""

from django.db import migrations, models


def rename(before, after):
    """Return the step that gives memberships and requests with the role ``before`` the role ``after``."""

    def step(apps, schema_editor):
        for name in ("Membership", "RoleRequest"):
            apps.get_model("accounts", name).objects.filter(role=before).update(role=after)

    return step


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0007_pending_email'),
    ]

    operations = [
        migrations.AlterField(
            model_name='membership',
            name='role',
            field=models.CharField(choices=[('receiver', 'Reception officer'), ('handler', 'Handling officer'), ('head', 'Agency head'), ('returner', 'Result officer'), ('editor', 'Agency editor'), ('controller', 'Procedure controller'), ('communication', 'Communications staff'), ('inspector', 'Inspector (read-only)'), ('operator', 'Operating team')], max_length=20, verbose_name='role'),
        ),
        migrations.AlterField(
            model_name='rolerequest',
            name='role',
            field=models.CharField(choices=[('receiver', 'Reception officer'), ('handler', 'Handling officer'), ('head', 'Agency head'), ('returner', 'Result officer'), ('editor', 'Agency editor'), ('controller', 'Procedure controller'), ('communication', 'Communications staff'), ('inspector', 'Inspector (read-only)'), ('operator', 'Operating team')], max_length=20, verbose_name='role'),
        ),
        migrations.RunPython(rename("catalogue", "controller"), rename("controller", "catalogue")),
    ]
