import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [
        ("procedures", "0003_audiences"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ProcedureEnding",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(choices=[("bai_bo", "Abolished"), ("thay_the", "Replaced"), ("cong_bo_nham", "Published in error")], max_length=20, verbose_name="kind of end")),
                ("day", models.DateField(db_index=True, verbose_name="no longer applies from")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="created at")),
                ("created_by", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="created by")),
                ("decision", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="endings", to="procedures.publicationdecision", verbose_name="publication decision")),
                ("procedure", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="ending", to="procedures.procedure", verbose_name="procedure")),
                ("successor", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="endings_of_predecessors", to="procedures.procedure", verbose_name="replaced by")),
            ],
            options={
                "verbose_name": "end of a procedure",
                "verbose_name_plural": "ends of procedures",
                "ordering": ["-day", "procedure"],
                "constraints": [
                    models.CheckConstraint(condition=Q(kind__in=["bai_bo", "thay_the", "cong_bo_nham"]), name="ending_kind_known"),
                    models.CheckConstraint(condition=Q(Q(kind="thay_the", successor__isnull=False), Q(~Q(kind="thay_the"), successor__isnull=True), _connector="OR"), name="ending_successor_exactly_when_replaced"),
                    models.CheckConstraint(
                        condition=Q(successor__isnull=True) | ~Q(successor=F("procedure")),
                        name="ending_not_own_successor",
                    ),
                ],
            },
        ),
    ]
