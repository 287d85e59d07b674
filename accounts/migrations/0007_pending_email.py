from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0006_former_passwords'),
    ]

    operations = [
        migrations.AddField(
            model_name='user',
            name='pending_email',
            field=models.EmailField(blank=True, default='', editable=False, max_length=254, verbose_name='unconfirmed email address'),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='user',
            name='pending_email_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='entered on'),
        ),
        migrations.AddConstraint(
            model_name='user',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('pending_email', ''), ('pending_email_at__isnull', True)), models.Q(models.Q(('pending_email', ''), _negated=True), ('pending_email_at__isnull', False)), _connector='OR'), name='user_pending_email_has_time'),
        ),
    ]
