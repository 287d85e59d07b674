"""Link and key keep opening the dossier after any secret is rotated, and are shown correctly or not at all."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from core import outbox
from core.models import OutboxMessage
from core.outbox import deliver_due
from forms_app.dossiers import services
from forms_app.dossiers.models import Dossier
from forms_app.dossiers.services import retention
from tests.forms_app.dossiers.factories import file_dossier, officer_of

pytestmark = pytest.mark.django_db
NEW = "b" * 40


def rotate(settings: Any) -> None:
    settings.LOOKUP_SECRETS = {"b": NEW, **settings.LOOKUP_SECRETS}


def look_up(receipt: services.FilingReceipt) -> int:
    data = {"code": receipt.code, "lookup_key": receipt.lookup_key}
    return Client().post("/tra-cuu/", data).status_code


def wipe(receipt: services.FilingReceipt) -> None:
    Dossier.objects.filter(pk=receipt.dossier.pk).update(secret_seed="")


class TestRotation:
    def test_rotated_secret_key_changes_neither_receipt_nor_access(self, settings: Any) -> None:
        receipt = file_dossier()
        settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "new", []
        assert services.receipt_for(receipt.dossier) == receipt
        assert look_up(receipt) == 302
        assert Client().get(f"/ho-so/{receipt.token}/").status_code == 200
        deliver_due()
        assert receipt.lookup_key in mail.outbox[0].body
        assert receipt.token in mail.outbox[0].body

    def test_rotated_lookup_secret_changes_neither_receipt_nor_access(self, settings: Any) -> None:
        receipt = file_dossier()
        rotate(settings)
        assert services.receipt_for(receipt.dossier) == receipt
        assert look_up(receipt) == 302
        assert Client().get(f"/ho-so/{receipt.token}/").status_code == 200

    def test_key_is_rehashed_under_the_first_secret_when_it_is_used(self, settings: Any) -> None:
        receipt, other = file_dossier(), file_dossier()
        former = receipt.dossier.secret_id
        wipe(receipt)
        wipe(other)
        rotate(settings)
        assert look_up(receipt) == 302
        settings.LOOKUP_SECRETS = {"b": NEW}
        assert look_up(receipt) == 302
        assert look_up(other) == 422, "its secret was removed"
        assert Client().get(f"/ho-so/{other.token}/").status_code == 200, "the private link needs no secret"
        other.dossier.refresh_from_db()
        assert other.dossier.secret_id == former

    def test_key_that_may_still_be_shown_is_not_rehashed(self, settings: Any) -> None:
        receipt = file_dossier()
        rotate(settings)
        assert look_up(receipt) == 302
        receipt.dossier.refresh_from_db()
        assert services.receipt_for(receipt.dossier) == receipt

    def test_with_a_removed_secret_no_key_is_shown_rather_than_a_wrong_one(self, settings: Any) -> None:
        receipt = file_dossier()
        settings.LOOKUP_SECRETS = {"b": NEW}
        told = services.receipt_for(receipt.dossier)
        assert (told.lookup_key, told.token) == ("", "")

    def test_command_counts_dossiers_by_secret_and_fails_for_a_missing_one(self, settings: Any) -> None:
        file_dossier()
        rotate(settings)
        file_dossier()
        out = StringIO()
        call_command("lookup_secrets", stdout=out)
        assert out.getvalue().splitlines() == ["b current dossiers=1", "test former dossiers=1"]
        settings.LOOKUP_SECRETS = {"b": NEW}
        out = StringIO()
        with pytest.raises(SystemExit):
            call_command("lookup_secrets", stdout=out)
        assert out.getvalue().splitlines() == ["b current dossiers=1", "test missing dossiers=1"]


class TestLateMail:
    """A mail abandoned over a weekend and delivered later still contains link and key (security#S5)."""

    def give_up(self) -> None:
        OutboxMessage.objects.update(failed_at=timezone.now(), attempts=105)

    def test_abandoned_mail_retried_later_has_key_and_link(self) -> None:
        receipt = file_dossier()
        self.give_up()
        assert retention.wipe_secret_seeds(now=timezone.now() + timedelta(days=4)) == 0
        call_command("outbox_status", "--retry", stdout=StringIO())
        (message,) = mail.outbox
        assert receipt.lookup_key in message.body
        assert receipt.token in message.body

    def test_seed_of_an_abandoned_mail_is_wiped_after_thirty_days(self) -> None:
        file_dossier()
        self.give_up()
        assert retention.wipe_secret_seeds(now=timezone.now() + timedelta(days=29)) == 0
        assert retention.wipe_secret_seeds(now=timezone.now() + timedelta(days=31)) == 1

    def test_waiting_mail_of_another_action_does_not_keep_the_seed(
        self, django_capture_on_commit_callbacks: Any
    ) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            receipt = file_dossier()
        officer = officer_of(receipt.dossier)
        services.apply_action(
            dossier_id=receipt.dossier.pk, expected_version=1, action="accept", actor=officer
        )
        assert OutboxMessage.objects.filter(kind="dossier.mail", delivered_at=None).count() == 1
        assert retention.wipe_secret_seeds(now=timezone.now() + timedelta(hours=2)) == 1

    def test_no_mail_is_abandoned_if_the_server_is_down_over_a_long_weekend(self) -> None:
        waits = (outbox.backoff(attempt) for attempt in range(1, mail_attempts()))
        assert timedelta(hours=96) < sum(waits, timedelta()) < timedelta(days=5)

    def test_mail_of_a_replaced_key_does_not_keep_the_seed(self) -> None:
        receipt = file_dossier(now=timezone.now() - timedelta(days=1))
        self.give_up()
        services.replace_secrets(
            dossier_id=receipt.dossier.pk, actor=officer_of(receipt.dossier), data={"by": "desk"}
        )
        assert retention.wipe_secret_seeds(now=timezone.now() + timedelta(hours=2)) == 1


def mail_attempts() -> int:
    return outbox._attempts["dossier.mail"]
