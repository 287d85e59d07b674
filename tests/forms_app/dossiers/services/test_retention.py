"""Clean-up deletes drafts, orphaned files, view log entries and secret seeds when due, not earlier."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.core.files.storage import storages
from django.core.management import call_command
from django.http import Http404
from django.test import Client, RequestFactory
from django.utils import timezone

from core.models import OutboxMessage
from core.outbox import deliver_due
from forms_app.dossiers import services, tasks
from forms_app.dossiers.models import Dossier, Draft, ViewLogEntry
from forms_app.dossiers.responses import attachment_response
from forms_app.dossiers.services import retention
from forms_app.dossiers.services.drafts import LIFETIME
from tests.forms_app.dossiers.factories import at, file_dossier, make_draft, officer_of


@pytest.mark.django_db
class TestSecretSeeds:
    def test_receipt_has_its_secrets_for_only_one_hour(self, django_capture_on_commit_callbacks: Any) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            receipt = file_dossier()
        assert services.receipt_for(receipt.dossier) == receipt
        later = timezone.now() + retention.RECEIPT_WINDOW + timedelta(minutes=1)
        assert retention.wipe_secret_seeds(now=later) == 1
        receipt.dossier.refresh_from_db()
        after = services.receipt_for(receipt.dossier)
        assert (after.code, after.lookup_key, after.token) == (receipt.code, "", "")
        assert Client().get(f"/ho-so/{receipt.token}/").status_code == 200, (
            "the citizen's own link still opens"
        )

    def test_mail_delivered_after_the_wipe_contains_no_secret(self) -> None:
        receipt = file_dossier()
        Dossier.objects.filter(pk=receipt.dossier.pk).update(secret_seed="")
        deliver_due()
        (message,) = mail.outbox
        assert receipt.code in message.body
        for secret in (receipt.lookup_key, receipt.token):
            assert secret not in message.body
            assert secret not in str(message.alternatives)
        assert "/tra-cuu/?ma=" in message.body

    def test_only_the_first_mail_contains_the_secrets(self, django_capture_on_commit_callbacks: Any) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            receipt = file_dossier()
            officer = officer_of(receipt.dossier)
            for version, action in enumerate(("accept", "process", "finish", "return_result"), start=1):
                services.apply_action(
                    dossier_id=receipt.dossier.pk, expected_version=version, action=action, actor=officer
                )
        assert len(mail.outbox) == 5
        assert [receipt.lookup_key in message.body for message in mail.outbox] == [True] + [False] * 4
        assert [receipt.token in message.body for message in mail.outbox] == [True] + [False] * 4

    def test_outbox_contains_no_secret(self) -> None:
        receipt = file_dossier()
        rows = str(list(OutboxMessage.objects.values()))
        assert receipt.lookup_key not in rows
        assert receipt.token not in rows


@pytest.mark.django_db
class TestCleanUp:
    def test_task_runs_every_clean_up(self, django_capture_on_commit_callbacks: Any) -> None:
        receipt = file_dossier()
        ViewLogEntry.objects.create(
            dossier=receipt.dossier,
            actor=None,
            at=timezone.now(),
            target="dossier",
            retained_until=at("2020-01-01 00:00").date(),
        )
        make_draft(now=timezone.now() - LIFETIME - timedelta(days=1))
        with django_capture_on_commit_callbacks(execute=True):
            tasks.clean_up()
        assert not Draft.objects.filter(dossier=None).exists()
        assert not ViewLogEntry.objects.exists()

    def test_draft_saved_while_the_clean_up_runs_is_kept(self, monkeypatch: pytest.MonkeyPatch) -> None:
        draft, _token = make_draft(now=timezone.now() - LIFETIME - timedelta(days=1))
        expire = retention._expire

        def save_first(pk: int, moment: Any) -> bool:
            Draft.objects.filter(pk=pk).update(expires_at=moment + LIFETIME)
            return expire(pk, moment)

        monkeypatch.setattr(retention, "_expire", save_first)
        assert retention.delete_expired_drafts() == 0
        assert Draft.objects.get() == draft

    def test_command_prints_how_much_was_deleted(self) -> None:
        make_draft(now=timezone.now() - LIFETIME - timedelta(days=1))
        out = StringIO()
        call_command("tidy_dossiers", stdout=out)
        assert out.getvalue().startswith("drafts=1 seeds=0 views=0 quarantined=")
        out = StringIO()
        call_command("tidy_dossiers", stdout=out)
        assert out.getvalue().startswith("drafts=0 ")

    def test_file_missing_from_the_store_is_a_404(self) -> None:
        receipt = file_dossier()
        file = receipt.dossier.attachments.get()
        Path(storages["private"].path(file.path)).unlink()
        with pytest.raises(Http404):
            attachment_response(RequestFactory().get("/"), file, back_url="/")
        assert Client().get(f"/ho-so/{receipt.token}/tep/{file.pk}/").status_code == 404
