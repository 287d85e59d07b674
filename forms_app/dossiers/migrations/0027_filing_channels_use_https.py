"""The national channel has addresses that begin with https:// only."""

from django.db import migrations, models

from forms_app.dossiers.rule_triggers import ChangesRules


class Migration(migrations.Migration):

    dependencies = [
        ('dossiers', '0026_replaced_links'),
        ('procedures', '0008_versions_reopened'),
    ]

    operations = [
        migrations.AlterField(
            model_name='filingchannel',
            name='url',
            field=models.URLField(blank=True, help_text='Only for the channel “National portal”; begins with https://.', verbose_name='address on the national portal'),
        ),
        migrations.AddConstraint(
            model_name='filingchannel',
            constraint=models.CheckConstraint(condition=models.Q(('url', ''), ('url__startswith', 'https://'), _connector='OR'), name='filing_channel_url_is_https'),
        ),
        # SQLite recreates the table without its triggers.
        ChangesRules("dossiers", "FilingChannel"),
    ]
