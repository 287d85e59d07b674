"""Many at once on one dossier: uploads keep their limits, acts their order, a crash after the commit loses nothing."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.core.files.storage import storages
from django.db import connection
from django.test import Client

from core.errors import Conflict, InvalidInput, NotAllowed
from core.models import OutboxMessage
from core.outbox import relay
from forms_app.builder.schema import FieldSpec
from forms_app.desk.services import request_supplement
from forms_app.dossiers import access, services
from forms_app.dossiers.actors import citizen
from forms_app.dossiers.models import Attachment, Dossier, DossierEvent, Draft, SupplementRequest
from forms_app.dossiers.selectors.procedures import consent_in_force
from forms_app.dossiers.transitions import Action, Status
from tests.desk.factories import do
from tests.dossiers.factories import enter, file_dossier, make_draft, make_officer, picture

SPEC = FieldSpec("proof", "file", "Giấy", options={"max_files": 5})


def together(*jobs: Callable[[], Any]) -> list[Any]:
    """Do ``jobs`` at the same moment, each on a connection of its own; returns what came of each, errors too."""
    gate, outcomes = threading.Barrier(len(jobs)), []

    def run(job: Callable[[], Any]) -> None:
        gate.wait(timeout=60)
        try:
            outcomes.append(job())
        except (Conflict, InvalidInput, NotAllowed) as error:
            outcomes.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    assert len(outcomes) == len(jobs)
    return outcomes


def kinds(outcomes: list[Any]) -> Counter[str]:
    return Counter(type(outcome).__name__ for outcome in outcomes)


def bytes_kept() -> set[str]:
    """The files that the rows name and that are there."""
    paths = set(Attachment.objects.values_list("path", flat=True))
    return {path for path in paths if storages["private"].exists(path)}


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
class TestUploads:
    def test_side_by_side_they_never_pass_the_limit_of_a_field(self) -> None:
        draft, _token = make_draft()  # one file is there
        uploads = [picture(f"anh-{n}.png") for n in range(10)]
        jobs = [lambda one=one: services.store_answer(draft=draft, spec=SPEC, upload=one) for one in uploads]
        assert kinds(together(*jobs)) == {"Attachment": 4, "InvalidInput": 6}
        assert draft.attachments.count() == len(bytes_kept()) == 5

    def test_nor_that_of_the_whole_dossier(self, settings: Any) -> None:
        settings.UPLOAD_MAX_FILES_PER_DOSSIER = 4
        draft, _token = make_draft()
        specs = [FieldSpec(f"f{n}", "file", "Giấy", options={"max_files": 2}) for n in range(8)]
        uploads = [picture(f"anh-{n}.png") for n in range(8)]
        jobs = [
            lambda spec=spec, one=one: services.store_answer(draft=draft, spec=spec, upload=one)
            for spec, one in zip(specs, uploads, strict=True)
        ]
        assert kinds(together(*jobs)) == {"Attachment": 3, "InvalidInput": 5}
        assert draft.attachments.count() == 4

    def test_the_same_file_sent_six_times_is_one(self) -> None:
        draft, _token = make_draft()
        content = picture().read()

        def send() -> Attachment:
            upload = picture("anh.png")
            upload.file.seek(0)
            upload.file.truncate()
            upload.file.write(content)
            upload.file.seek(0)
            upload.size = len(content)
            return services.store_answer(draft=draft, spec=SPEC, upload=upload)

        outcomes = together(*[send] * 6)
        assert len({outcome.pk for outcome in outcomes}) == 1
        assert draft.attachments.count() == 2

    def test_a_supplement_keeps_its_limit_too(self) -> None:
        request = asked()
        spec = FieldSpec("ruling", "file", "Bản án", options={"max_files": 2})
        uploads = [picture(f"anh-{n}.png") for n in range(6)]
        jobs = [
            lambda one=one: services.store_supplement(request=request, spec=spec, upload=one)
            for one in uploads
        ]
        assert kinds(together(*jobs)) == {"Attachment": 2, "InvalidInput": 4}


def asked() -> SupplementRequest:
    dossier = file_dossier().dossier
    return request_supplement(
        dossier_id=dossier.pk, expected_version=1, actor=make_officer(dossier), reason="Thiếu", answer_by=None,
        items=[{"id": "ruling", "label": "Bản án", "kind": "file", "note": ""}],
    )  # fmt: skip


@pytest.mark.django_db
class TestLate:
    """A file that arrives after the draft or the request went elsewhere belongs to nobody."""

    def test_into_a_draft_that_was_taken_over(self) -> None:
        draft, _token = make_draft()
        services.take_over(link=access.handover_link(draft.token_hash))
        with pytest.raises(NotAllowed):
            services.store_answer(draft=draft, spec=SPEC, upload=picture())
        assert draft.attachments.count() == 1

    def test_into_a_draft_that_was_filed(self) -> None:
        draft, token = make_draft()
        services.submit(token=token, idempotency_key=draft.idempotency_key, consent=consent_in_force())
        with pytest.raises(NotAllowed):
            services.store_answer(draft=draft, spec=SPEC, upload=picture())
        assert Dossier.objects.get().attachments.count() == 1

    def test_into_a_draft_that_was_erased(self) -> None:
        draft, token = make_draft()
        services.erase_draft(token=token)
        with pytest.raises(NotAllowed):
            services.store_answer(draft=draft, spec=SPEC, upload=picture())

    def test_into_a_request_that_was_closed(self) -> None:
        request = asked()
        services.withdraw(dossier=request.dossier, expected_version=2, reason="đổi ý")
        with pytest.raises(InvalidInput, match="không còn"):
            services.store_supplement(request=request, spec=SPEC, upload=picture())
        assert not request.attachments.exists()

    def test_the_page_says_where_the_draft_went(self, monkeypatch: pytest.MonkeyPatch) -> None:
        client, (draft, token) = Client(), make_draft()
        base = enter(client, draft, token)

        def gone(**_facts: Any) -> None:
            raise NotAllowed

        monkeypatch.setattr(services, "store_answer", gone)
        answer = client.post(f"{base}buoc/child/", {"child_name": "Bé Na", "proof": picture()})
        assert answer.status_code == 409
        assert "Bé Na" in answer.content.decode()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
class TestActs:
    def test_of_acts_on_the_same_version_one_is_done(self) -> None:
        """Officers accept, refuse and ask while the citizen withdraws: one line of history comes of it."""
        dossier = file_dossier().dossier
        leader, reception = make_officer(dossier), make_officer(dossier, "reception")

        def act(action: Action, actor: Any) -> Callable[[], Dossier]:
            return lambda: services.perform(
                dossier_id=dossier.pk, expected_version=1, action=action, actor=actor, reason="vì thử"
            )

        outcomes = together(
            act(Action.ACCEPT, leader), act(Action.REFUSE, reception), act(Action.WITHDRAW, citizen(dossier)),
            act(Action.ACCEPT, reception), act(Action.REQUEST_SUPPLEMENT, leader), act(Action.ASSIGN, leader),
        )  # fmt: skip
        assert kinds(outcomes) == {"Dossier": 1, "Conflict": 5}
        dossier.refresh_from_db()
        history = list(dossier.events.order_by("sequence").values_list("sequence", "to_status"))
        assert [number for number, _status in history] == [1, 2]
        assert (dossier.version, dossier.status) == (2, history[-1][1])

    def test_many_hands_in_turn_lose_no_act(self) -> None:
        """Each reads again after a conflict, as people do: every act is done once, one after the other."""
        dossier = file_dossier().dossier
        leaders = [make_officer(dossier) for _n in range(5)]

        def insist(leader: Any) -> Callable[[], int]:
            def run() -> int:
                for _try in range(50):
                    version = Dossier.objects.values_list("version", flat=True).get(pk=dossier.pk)
                    try:
                        services.perform(
                            dossier_id=dossier.pk, expected_version=version, action=Action.ASSIGN, actor=leader,
                            assigned_to=leader,
                        )  # fmt: skip
                    except Conflict:
                        continue
                    return version
                raise AssertionError("never got a turn")

            return run

        versions = together(*map(insist, leaders))
        assert sorted(versions) == [1, 2, 3, 4, 5]
        sequences = dossier.events.order_by("sequence").values_list("sequence", flat=True)
        assert list(sequences) == [1, 2, 3, 4, 5, 6]

    def test_a_draft_is_filed_or_taken_over_and_never_both(self) -> None:
        draft, token = make_draft()
        link, consent = access.handover_link(draft.token_hash), consent_in_force()
        outcomes = together(
            lambda: services.submit(token=token, idempotency_key=draft.idempotency_key, consent=consent),
            lambda: services.take_over(link=link),
        )
        assert sorted(kinds(outcomes)) in (["NotAllowed", "Submitted"], ["NotAllowed", "str"])
        assert Dossier.objects.count() == kinds(outcomes)["Submitted"]


@pytest.mark.django_db(transaction=True)
class TestCrash:
    """The process dies after the commit and before anybody was told: what was promised is still delivered, once."""

    @pytest.fixture(autouse=True)
    def _nobody_is_woken(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("core.outbox.waking.wake", lambda: None)

    def test_after_filing(self) -> None:
        told = file_dossier()
        assert mail.outbox == []
        assert OutboxMessage.objects.filter(kind="dossier.mail", delivered_at=None).count() == 1
        for _sweep in range(3):
            relay.run()
        (letter,) = mail.outbox
        assert told.secret in letter.body
        assert told.token in letter.body

    def test_after_every_act_up_to_the_result(self) -> None:
        dossier = file_dossier().dossier
        leader = make_officer(dossier)
        for action in (Action.ACCEPT, Action.PROCESS, Action.FINISH, Action.RETURN_RESULT):
            do(dossier, action, leader, at=dossier.submitted_at)
        assert mail.outbox == []
        relay.run()
        relay.run()
        assert len(mail.outbox) == DossierEvent.objects.count() == 5
        assert [f"{dossier.code}" in letter.subject for letter in mail.outbox] == [True] * 5

    def test_an_act_that_was_undone_leaves_nothing_to_deliver(self) -> None:
        dossier = file_dossier().dossier
        relay.run()
        mail.outbox.clear()
        with pytest.raises(InvalidInput):
            services.perform(
                dossier_id=dossier.pk, expected_version=1, action=Action.REFUSE,
                actor=make_officer(dossier), reason=" ",
            )  # fmt: skip
        relay.run()
        assert mail.outbox == []
        assert Dossier.objects.get().status == Status.REGISTERED
        assert Draft.objects.filter(dossier=dossier).count() == 1
