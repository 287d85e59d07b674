from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0008_library_scans"),
    ]

    operations = [
        migrations.RemoveField(model_name="scannerstate", name="reported_at"),
        migrations.AddField(
            model_name="scannerstate",
            name="away_reported_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="absence last reported at"),
        ),
        migrations.AddField(
            model_name="scannerstate",
            name="signatures_reported_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="old signatures last reported at"),
        ),
    ]
