"""The kind of the agency whose inspectors inspect the whole province."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_account_reviews")]

    operations = [
        migrations.AlterField(
            model_name="agency",
            name="kind",
            field=models.CharField(
                choices=[
                    ("province", "Provincial People's Committee"),
                    ("department", "Department"),
                    ("inspectorate", "Provincial Inspectorate"),
                    ("centre", "Public administration service centre"),
                    ("commune", "Commune People's Committee"),
                    ("district", "District People's Committee (until 2025)"),
                    ("ministry", "Ministry"),
                    ("other", "Other"),
                ],
                max_length=20,
                verbose_name="kind",
            ),
        )
    ]
