from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('dossiers', '0013_ways_back_from_ended_dossiers'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='viewlogentry',
            index=models.Index(fields=['at'], name='view_log_at'),
        ),
        migrations.AddIndex(
            model_name='listlogentry',
            index=models.Index(fields=['at'], name='list_log_at'),
        ),
    ]
