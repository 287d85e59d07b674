"""One-time links work once, in time, for their purpose; only hashes are stored."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from core import one_time_links, tasks
from core.errors import NotAllowed
from core.models import OneTimeLink
from core.one_time_links import Purpose

HOUR = Purpose("test.hour", timedelta(hours=1))
OTHER = Purpose("test.other", timedelta(hours=1))


def issue(subject: str = "42", **options: Any) -> str:
    return one_time_links.issue_link(purpose=HOUR, subject=subject, **options)


@pytest.mark.django_db
class TestUse:
    def test_link_works_once(self) -> None:
        token = issue()
        assert one_time_links.use_link(purpose=HOUR, token=token) == "42"
        with pytest.raises(NotAllowed):
            one_time_links.use_link(purpose=HOUR, token=token)
        assert one_time_links.was_issued(purpose=HOUR, token=token)

    def test_viewing_does_not_spend_it(self) -> None:
        token = issue()
        for _visit in range(2):
            assert one_time_links.pending_subject(purpose=HOUR, token=token) == "42"
        assert one_time_links.use_link(purpose=HOUR, token=token) == "42"
        assert one_time_links.pending_subject(purpose=HOUR, token=token) is None

    @pytest.mark.parametrize(("minutes", "works"), [(59, True), (60, False)])
    def test_link_expires(self, minutes: int, works: bool) -> None:
        now = timezone.now()
        token, later = issue(now=now), now + timedelta(minutes=minutes)
        assert (one_time_links.pending_subject(purpose=HOUR, token=token, now=later) == "42") is works
        if works:
            one_time_links.use_link(purpose=HOUR, token=token, now=later)
        else:
            with pytest.raises(NotAllowed):
                one_time_links.use_link(purpose=HOUR, token=token, now=later)

    def test_link_works_only_for_its_purpose(self) -> None:
        token = issue()
        assert one_time_links.pending_subject(purpose=OTHER, token=token) is None
        assert not one_time_links.was_issued(purpose=OTHER, token=token)
        with pytest.raises(NotAllowed):
            one_time_links.use_link(purpose=OTHER, token=token)

    def test_token_is_long_and_not_stored(self) -> None:
        tokens = {issue() for _n in range(20)}
        assert len(tokens) == 20
        assert min(map(len, tokens)) >= 32
        rows = str(list(OneTimeLink.objects.values()))
        assert not [token for token in tokens if token in rows]

    def test_revoked_links_are_gone_and_used_ones_stay(self) -> None:
        used, open_, other = issue(), issue(), issue("43")
        one_time_links.use_link(purpose=HOUR, token=used)
        one_time_links.revoke_links(purpose=HOUR, subject="42")
        assert one_time_links.pending_subject(purpose=HOUR, token=open_) is None
        assert one_time_links.pending_subject(purpose=HOUR, token=other) == "43"
        assert one_time_links.was_issued(purpose=HOUR, token=used)

    def test_pending_link_for_a_subject_is_found(self) -> None:
        assert not one_time_links.is_pending(purpose=HOUR, subject="42")
        token = issue()
        assert one_time_links.is_pending(purpose=HOUR, subject="42")
        assert not one_time_links.is_pending(purpose=HOUR, subject="4")
        one_time_links.use_link(purpose=HOUR, token=token)
        assert not one_time_links.is_pending(purpose=HOUR, subject="42")


def test_a_purpose_is_registered_once() -> None:
    with pytest.raises(ValueError, match="registered already"):
        one_time_links.register_purpose("dossier.new_key", lifetime=timedelta(hours=1))


@pytest.mark.django_db
def test_spent_links_are_deleted_after_a_month() -> None:
    issue(now=timezone.now() - timedelta(days=31))
    token = issue(now=timezone.now() - timedelta(days=29))
    assert one_time_links.delete_expired_links() == 1
    tasks.clean_up_one_time_links()
    assert OneTimeLink.objects.count() == 1
    assert one_time_links.was_issued(purpose=HOUR, token=token)


@pytest.mark.django_db
def test_database_refuses_a_use_after_the_end() -> None:
    issue()
    row = OneTimeLink.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        OneTimeLink.objects.update(used_at=row.expires_at)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_one_of_parallel_uses_succeeds() -> None:
    token, outcomes, gate = issue(), [], threading.Barrier(4)

    def use() -> None:
        gate.wait(timeout=60)
        try:
            outcomes.append(one_time_links.use_link(purpose=HOUR, token=token))
        except NotAllowed:
            outcomes.append("")
        finally:
            connection.close()

    threads = [threading.Thread(target=use) for _n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sorted(outcomes) == ["", "", "", "42"]
