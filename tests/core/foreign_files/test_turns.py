"""One visitor cannot use up the inspection of files: turns and costs for each network."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from core.errors import InvalidInput
from core.foreign_files import process
from core.foreign_files.inspection import Limits, inspect
from core.foreign_files.reasons import Reason, Refused
from core.foreign_files.turns import LITTLE_MILLISECONDS, SMALL_BYTES, WAITING_OF_NETWORK, Turns, Visitor
from forms_app.dossiers.models import Attachment, Draft
from tests.accounts.factories import AgencyFactory
from tests.forms_app.dossiers.factories import make_form, make_version
from tests.forms_app.dossiers.files import PDF
from tests.forms_app.dossiers.views.test_steps import APPLICANT

pytestmark = pytest.mark.usefixtures("inspecting_process")
VERDICT = {"reason": "", "number": 0, "detail": "", "inside": "", "seconds": 0.1}


def send(network: str, dossier: str = "") -> None:
    visitor = Visitor(network, dossier)
    inspect(io.BytesIO(PDF), name="a.pdf", size=len(PDF), limits=Limits(["pdf"], 9999), visitor=visitor)


class TestCost:
    @pytest.fixture
    def cost(self, monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
        def set_cost(seconds: float) -> None:
            monkeypatch.setattr(process, "_run", lambda *_file: {**VERDICT, "seconds": seconds})

        return set_cost

    def test_seconds_of_a_network_are_limited_and_others_continue(
        self, cost: Callable[[float], None]
    ) -> None:
        cost(150)
        send("203.0.113.9")
        send("203.0.113.9")
        with pytest.raises(InvalidInput, match="Gửi lại sau"):
            send("203.0.113.9")
        send("203.0.113.10")

    def test_seconds_of_a_dossier_are_limited(self, cost: Callable[[float], None]) -> None:
        cost(60)
        send("203.0.113.9", "draft 1")
        with pytest.raises(InvalidInput, match="Gửi lại sau"):
            send("203.0.113.9", "draft 1")
        send("203.0.113.9", "draft 2")

    def test_six_hundred_ordinary_files_stay_below(self, cost: Callable[[float], None]) -> None:
        cost(0.2)
        for number in range(600):
            send("203.0.113.9", f"draft {number // 20}")

    def test_file_that_exhausts_its_limits_costs_all_its_seconds(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def exhausted(*_file: Any) -> None:
            raise Refused(Reason.TOO_COMPLEX)

        monkeypatch.setattr(process, "_run", exhausted)
        for _file in range(30):
            with pytest.raises(InvalidInput, match="quá phức tạp"):
                send("203.0.113.9", "draft 1")
        with pytest.raises(InvalidInput, match="Gửi lại sau"):
            send("203.0.113.9", "draft 1")


class Hostile:
    """Visitors of three networks who send costly files all the time."""

    def __init__(self) -> None:
        self.ended = threading.Event()
        self.begun = threading.Semaphore(0)
        self.order: list[str] = []

    def run(self, handle: int, _kind: str) -> dict[str, Any]:
        hostile = threading.current_thread().name.startswith("hostile")
        self.order.append("hostile" if hostile else "ordinary")
        if hostile:
            self.begun.release()
            self.ended.wait(0.2)
        return VERDICT

    def send(self, network: str) -> None:
        while not self.ended.is_set():
            try:
                send(network)
            except InvalidInput:
                self.ended.wait(0.01)


@pytest.fixture
def hostile(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hostile]:
    made = Hostile()
    monkeypatch.setattr(process, "_run", made.run)
    threads = [
        threading.Thread(target=made.send, args=[f"203.0.113.{number % 3}"], name=f"hostile {number}")
        for number in range(12)
    ]
    for thread in threads:
        thread.start()
    # Long enough that each network has used some time.
    for _file in range(6):
        made.begun.acquire(timeout=20)
    yield made
    made.ended.set()
    for thread in threads:
        thread.join()


@pytest.mark.django_db
def test_ordinary_file_is_stored_after_at_most_the_files_that_have_begun(
    client: Client, hostile: Hostile
) -> None:
    form = make_form(make_version(), AgencyFactory())
    base = f"/nop-ho-so/{form.definition.procedure.core_code}/"
    client.post(base)
    client.post(f"{base}buoc/applicant/", APPLICANT)
    before = len(hostile.order)
    file = SimpleUploadedFile("a.pdf", PDF)
    client.post(f"{base}buoc/child/", {"proof": file, "upload": "proof"}, REMOTE_ADDR="198.51.100.7")
    assert Attachment.objects.count() == 1
    later = hostile.order[before:]
    # At most those whose turn began while the request was on its way come before it.
    assert later.index("ordinary") <= 2 * process.AT_ONCE


@pytest.mark.django_db
def test_cost_is_counted_for_the_network_that_sent_the_file(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "_run", lambda *_file: {**VERDICT, "seconds": 300})
    form = make_form(make_version(), AgencyFactory())
    base = f"/nop-ho-so/{form.definition.procedure.core_code}/"
    client.post(base)
    client.post(f"{base}buoc/applicant/", APPLICANT)
    file = SimpleUploadedFile("a.pdf", PDF)
    client.post(f"{base}buoc/child/", {"proof": file, "upload": "proof"}, REMOTE_ADDR="198.51.100.7")
    assert Attachment.objects.count() == 1
    assert process.COST_OF_NETWORK.spent("198.51.100.7")
    assert process.COST_OF_DOSSIER.spent(f"draft {Draft.objects.get().pk}")


def test_one_network_has_one_turn_and_few_waiting_files() -> None:
    turns = Turns(2)
    with turns.take("a", size=0, timeout=1):
        with pytest.raises(Refused), turns.take("a", size=0, timeout=0.01):
            pass
        with turns.take("b", size=0, timeout=0.01):
            pass
        waiting = [threading.Thread(target=_wait, args=[turns]) for _file in range(WAITING_OF_NETWORK)]
        for thread in waiting:
            thread.start()
        while len(turns._waiting) < WAITING_OF_NETWORK:
            time.sleep(0.01)
        with pytest.raises(Refused), turns.take("a", size=0, timeout=60):
            pass
    for thread in waiting:
        thread.join()


def _wait(turns: Turns) -> None:
    with turns.take("a", size=0, timeout=20):
        pass


def test_file_of_the_portal_itself_waits_for_no_network() -> None:
    turns = Turns(2)
    with turns.take("", size=0, timeout=0.1), turns.take("", size=0, timeout=0.1):
        pass


def test_one_turn_is_kept_for_small_files_and_new_networks() -> None:
    turns = Turns(2)
    large = SMALL_BYTES + 1
    for network, milliseconds in {"known": 100, "costly": LITTLE_MILLISECONDS}.items():
        turns._used[network] = milliseconds
    with turns.take("a", size=large, timeout=1), turns.take("b", size=large, timeout=1):
        for network, size in (("known", large), ("costly", 100), ("", large), ("a", 100)):
            with pytest.raises(Refused), turns.take(network, size=size, timeout=0.01):
                pass
        for network, size in (("known", SMALL_BYTES), ("new", large), ("", 100)):
            another = turns.take("another", size=100, timeout=0.01)
            with turns.take(network, size=size, timeout=1), pytest.raises(Refused), another:
                pass
