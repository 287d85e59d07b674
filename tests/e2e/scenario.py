"""The province with dossiers in many statuses, created through the services."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page

from core.worktime import TIME_ZONE
from forms_app.dossiers import credentials
from forms_app.dossiers.models import Dossier
from forms_app.dossiers.transitions import Action, Status
from one_stop.services import finish
from tests.e2e.province import CODE, build
from tests.forms_app.dossiers.factories import file_dossier, make_draft, picture
from tests.one_stop.factories import ask, do, make_officer
from tests.support.browser import follow

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
    Action.DECLINE: "Hồ sơ trùng với hồ sơ đã nộp trong ngày.",
    Action.REQUIRE_PAYMENT: "Nộp lệ phí theo thông báo số 12.",
    Action.SUSPEND: "Chờ kết quả xác minh của nơi từng cư trú.",
    Action.WITHDRAW: "Tôi nộp nhầm nơi.",
}


class Scenario:
    """Addresses of pages by status of their dossier."""

    def __init__(self) -> None:
        self.province = build()
        self.dossiers = {status: self._dossier(status) for status in ROUTES}

    def tracking(self, status: Status, rest: str = "") -> str:
        """Return the private address of the dossier in ``status``."""
        return f"/ho-so/{credentials.visit_token(self.dossiers[status])}/{rest}"

    def desk(self, status: Status, rest: str = "") -> str:
        """Return the desk address of the dossier in ``status``."""
        return f"/mot-cua/ho-so/{self.dossiers[status].code}/{rest}"

    def handover(self) -> str:
        """Return a handover address of a new, complete draft."""
        draft, _token = make_draft(self.province.form, agency=self.province.commune, **ANSWERS)
        return f"{FILING}tiep/{credentials.handover_token(draft.token_hash)}/"

    def take_over_draft(self, page: Page) -> None:
        """Take over a new, complete draft."""
        page.goto(self.handover())
        follow(page.get_by_role("button", name="Làm tiếp ở đây"))

    def sign_in_officer(self, page: Page) -> None:
        """Sign in the officer in the browser context of ``page``."""
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
        head = make_officer(self.province.commune, "head")
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
                by_head = action in {Action.REQUIRE_PAYMENT, Action.SUSPEND}
                do(dossier, action, head if by_head else officer, at=now, reason=REASONS.get(action, ""))
        return dossier


ACCEPTED = (Action.ACCEPT,)
PROCESSING = (*ACCEPTED, Action.PROCESS)
FINISHED = (*PROCESSING, Action.FINISH)
ROUTES: dict[Status, tuple[Action, ...]] = {
    Status.REGISTERED: (),
    Status.ACCEPTED: ACCEPTED,
    Status.DECLINED: (Action.DECLINE,),
    Status.PROCESSING: PROCESSING,
    Status.SUPPLEMENT: (*ACCEPTED, Action.REQUEST_SUPPLEMENT),
    Status.PAYMENT: (*PROCESSING, Action.REQUIRE_PAYMENT),
    Status.WITHDRAWN: (Action.WITHDRAW,),
    Status.SUSPENDED: (*PROCESSING, Action.SUSPEND),
    Status.FINISHED: FINISHED,
    Status.RETURNED: (*FINISHED, Action.RETURN_RESULT),
}
