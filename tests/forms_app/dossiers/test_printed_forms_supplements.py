"""What forms say about what came later: supplements, a decline that was undone, an end without a decision."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import translation

from accounts.models import Membership
from forms_app.builder.schema import FieldSpec
from forms_app.dossiers import printed_forms, services
from forms_app.dossiers.models import Dossier
from forms_app.dossiers.transitions import Status
from one_stop.services import receive_supplement, request_supplement
from one_stop.supplements import ReceivedItem
from tests.forms_app.dossiers.factories import at, file_dossier, picture
from tests.one_stop.factories import make_officer

pytestmark = pytest.mark.django_db
MONDAY = at("2026-11-23 09:00")
PAPERS = [
    {"id": "proof", "label": "Giấy chứng sinh", "kind": "file", "count": "1", "note": ""},
    {"id": "other_1", "label": "Giấy uỷ quyền", "kind": "file", "count": "1", "note": ""},
]


def days_later(number: int) -> dict[str, object]:
    """The facts that an act on the only dossier takes, on a day after Monday."""
    dossier = Dossier.objects.get()
    return {"expected_version": dossier.version, "now": MONDAY + timedelta(days=number)}


def test_form_03_stays_when_the_decline_is_undone_and_says_so() -> None:
    with time_machine.travel(MONDAY, tick=False):
        receipt = file_dossier(now=MONDAY)
        dossier = receipt.dossier
        officer = make_officer(dossier.agency, *Membership.Role.values)
        for day, action in enumerate(("decline", "undo_decline")):
            services.apply_action(
                dossier_id=dossier.pk, action=action, actor=officer, reason="Thiếu giấy", **days_later(day)
            )
            form = printed_forms._decline(Dossier.objects.get(), "mau-03")
            assert form["reason"] == "Thiếu giấy"
            assert form["subtitle"] == (
                "(đã thu hồi lúc 09 giờ 00 phút, ngày 24 tháng 11 năm 2026)"
                if action == "undo_decline"
                else ""
            )
        page = Client().get(f"/ho-so/{receipt.token}/").text
        assert "Phiếu từ chối (Mẫu số 03), đã thu hồi" in page
        assert Client().get(f"/ho-so/{receipt.token}/giay/mau-03.pdf").status_code == 200
        other = file_dossier(now=MONDAY)
        assert Client().get(f"/ho-so/{other.token}/giay/mau-03.pdf").status_code == 404


@pytest.mark.parametrize(
    ("status", "outcome", "moved"),
    [(Status.PROCESSING, "", True), (Status.WITHDRAWN, "", False), (Status.SUSPENDED, "closed", False)],
)
def test_moved_due_date_is_not_promised_by_a_dossier_that_ended(
    status: int, outcome: str, moved: bool
) -> None:
    dossier = Dossier(
        status=status, outcome=outcome, due_at=MONDAY + timedelta(days=2), original_due_at=MONDAY,
    )  # fmt: skip
    assert bool(printed_forms._later_due_date(dossier)) is moved


def documents() -> list[tuple[str, ...]]:
    with translation.override("vi"):
        return [
            tuple(row.values())
            for row in printed_forms._receipt(Dossier.objects.get(), "mau-01")["documents"]
        ]


def test_receipt_lists_what_came_with_supplements_and_nothing_that_did_not() -> None:
    with time_machine.travel(MONDAY, tick=False):
        dossier = file_dossier(now=MONDAY).dossier
        officer = make_officer(dossier.agency, *Membership.Role.values)
        last_day = at("2026-12-07 00:00").date()

        def ask(on: int) -> None:
            request_supplement(
                dossier_id=dossier.pk, actor=officer, reason="Thiếu giấy", supplement_due_at=last_day, items=PAPERS,
                **days_later(on),
            )  # fmt: skip

        ask(0)
        request = dossier.supplement_requests.get()
        for item in PAPERS:
            spec = FieldSpec(item["id"], "file", item["label"])
            services.store_supplement(request=request, spec=spec, upload=picture())
        assert documents() == [("Giấy chứng sinh", "1", "Bản điện tử")], "what was not sent is not listed"
        services.supply(dossier=dossier, texts={}, **days_later(1))
        services.apply_action(dossier_id=dossier.pk, action="accept", actor=officer, **days_later(1))
        ask(2)
        items = {
            "proof": ReceivedItem(received=True, copy="original", count=3),
            "other_1": ReceivedItem(received=False, note="Không cần nữa"),
        }
        receive_supplement(dossier_id=dossier.pk, actor=officer, reason="", items=items, **days_later(3))
        assert documents() == [
            ("Giấy chứng sinh", "1", "Bản điện tử"),
            ("Giấy chứng sinh (bổ sung ngày 24/11/2026)", "1", "Bản điện tử"),
            ("Giấy uỷ quyền (bổ sung ngày 24/11/2026)", "1", "Bản điện tử"),
            ("Giấy chứng sinh (bổ sung ngày 26/11/2026)", "3", "Bản chính"),
        ]
