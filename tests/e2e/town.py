"""The province with dossiers in the states that a citizen meets, made by the services that make them in life."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page

from core.worktime import TIME_ZONE
from forms_app.desk.services import finish
from forms_app.dossiers import access
from forms_app.dossiers.models import Dossier
from forms_app.dossiers.transitions import Action, Status
from tests.desk.factories import ask, do
from tests.dossiers.factories import file_dossier, make_draft, picture
from tests.e2e.province import CODE, build

ANSWERS: dict[str, Any] = {
    "full_name": "Nguyễn Thị Thu Đông",
    "relation": "ban_than",
    "born": "1985-09-05",
    "copies": "2",
    "status": "da_ly_hon",
    "uses": ["vay_von"],
    "abroad": False,
}
FILING = f"/nop-ho-so/{CODE}/"
REASONS = {
    Action.REFUSE: "Hồ sơ trùng với hồ sơ đã nộp trong ngày.",
    Action.REQUIRE_PAYMENT: "Nộp lệ phí theo thông báo số 12.",
    Action.SUSPEND: "Chờ kết quả xác minh của nơi từng cư trú.",
    Action.WITHDRAW: "Tôi nộp nhầm nơi.",
}


class Town:
    """Addresses by what stands behind them."""

    def __init__(self) -> None:
        self.province = build()
        self.dossiers = {status: self._dossier(status) for status in ROUTES}

    def mine(self, status: Status, rest: str = "") -> str:
        """The citizen's private address of the dossier that stands at ``status``."""
        return f"/ho-so/{access.visit_token(self.dossiers[status].pk)}/{rest}"

    def desk(self, status: Status, rest: str = "") -> str:
        """The officer's address of the same."""
        return f"/mot-cua/ho-so/{self.dossiers[status].code}/{rest}"

    def handover(self) -> str:
        """The address that hands a new draft over, every answer given."""
        draft, _token = make_draft(self.province.form, agency=self.province.commune, **ANSWERS)
        return f"{FILING}tiep/{access.handover_link(draft.token_hash)}/"

    def resume(self, page: Page) -> None:
        """Take up such a draft."""
        page.goto(self.handover())
        page.get_by_role("button", name="Làm tiếp ở đây").click()

    def receive(self, page: Page) -> None:
        """Let the person at ``page`` be the officer."""
        cookie = {"name": settings.SESSION_COOKIE_NAME, "value": self._session, "url": self._origin(page)}
        page.context.add_cookies([cookie])

    @cached_property
    def _session(self) -> str:
        client = Client()
        client.force_login(self.province.officer)
        return client.cookies[settings.SESSION_COOKIE_NAME].value

    @staticmethod
    def _origin(page: Page) -> str:
        page.goto("/robots.txt")
        return page.url

    def _dossier(self, status: Status) -> Dossier:
        dossier = file_dossier(self.province.form, agency=self.province.commune, **ANSWERS).dossier
        officer, now = self.province.officer, timezone.now().astimezone(TIME_ZONE)
        for action in ROUTES[status]:
            if action is Action.REQUEST_SUPPLEMENT:
                ask(dossier, officer, at=now)
            elif action is Action.FINISH:
                finish(
                    dossier_id=dossier.pk, expected_version=dossier.version, actor=officer, reason="",
                    result=picture("giay-xac-nhan.png"),
                )  # fmt: skip
                dossier.refresh_from_db()
            else:
                do(dossier, action, officer, at=now, reason=REASONS.get(action, ""))
        return dossier


ACCEPTED = (Action.ACCEPT,)
PROCESSING = (*ACCEPTED, Action.PROCESS)
FINISHED = (*PROCESSING, Action.FINISH)
ROUTES: dict[Status, tuple[Action, ...]] = {
    Status.REGISTERED: (),
    Status.ACCEPTED: ACCEPTED,
    Status.REFUSED: (Action.REFUSE,),
    Status.PROCESSING: PROCESSING,
    Status.SUPPLEMENT: (*ACCEPTED, Action.REQUEST_SUPPLEMENT),
    Status.PAYMENT: (*PROCESSING, Action.REQUIRE_PAYMENT),
    Status.WITHDRAWN: (Action.WITHDRAW,),
    Status.SUSPENDED: (*PROCESSING, Action.SUSPEND),
    Status.FINISHED: FINISHED,
    Status.RETURNED: (*FINISHED, Action.RETURN_RESULT),
}
