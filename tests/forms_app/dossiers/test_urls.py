"""For unauthorised users, addresses of a dossier respond like unknown addresses."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.files.storage import storages
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse

from accounts.models import Membership, User
from forms_app.dossiers import credentials
from forms_app.dossiers import urls as dossier_urls
from forms_app.dossiers.models import Dossier
from forms_app.dossiers.transitions import Action
from one_stop import urls as desk_urls
from tests.accounts.factories import AgencyFactory, UserFactory
from tests.forms_app.dossiers.factories import (
    enter,
    file_dossier,
    make_draft,
    make_form,
    make_version,
    picture,
)
from tests.one_stop.factories import VN, ask, do, make_officer

pytestmark = pytest.mark.django_db
ROLE = Membership.Role
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=VN)
METHODS = ("head", "put", "delete", "options")


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


class DossierAddresses:
    """A dossier with every kind of file and printed form."""

    def __init__(self) -> None:
        self.receipt = file_dossier(make_form(make_version(), AgencyFactory()), now=NOW)
        self.dossier = self.receipt.dossier
        officer = make_officer(self.dossier.agency, ROLE.RECEIVER, ROLE.HANDLER)
        do(self.dossier, Action.ACCEPT, officer, at=NOW)
        ask(self.dossier, officer, at=NOW)
        self.before = (self.dossier.status, self.dossier.version)
        self.file = self.dossier.attachments.get()

    def desk(self, code: str) -> list[str]:
        names = ("dossier", "reveal_citizen_id", "view_log", "lookup_key", "lookup_slip")
        found = [reverse(f"one_stop:{name}", args=[code]) for name in names]
        found += [
            reverse("one_stop:action", args=[code, action])
            for action in ("accept", "request_supplement", "submit", "x")
        ]
        found += [reverse("one_stop:file", args=[code, pk]) for pk in (self.file.pk, 999_999)]
        return found + [
            reverse("one_stop:printed_form", args=[code, key]) for key in ("mau-01", "mau-02-1", "mau-03")
        ]

    def citizen(self, token: str) -> list[str]:
        names = (
            "tracking", "contents", "retention", "view-log", "data", "supplement", "withdraw", "lookup-key",
            "lookup-slip",
        )  # fmt: skip
        found = [reverse(f"dossiers:{name}", args=[token]) for name in names]
        found += [reverse("dossiers:file", args=[token, pk]) for pk in (self.file.pk, 999_999)]
        return found + [reverse("dossiers:printed-form", args=[token, key]) for key in ("mau-01", "mau-02-1")]

    def assert_untouched(self) -> None:
        self.dossier.refresh_from_db()
        assert (self.dossier.status, self.dossier.version) == self.before
        assert self.dossier.attachments.count() == 1
        assert not self.dossier.view_log.exclude(actor=None).exists()


@pytest.fixture
def target() -> DossierAddresses:
    return DossierAddresses()


def anonymous(_target: DossierAddresses) -> User | None:
    return None


def citizen(_target: DossierAddresses) -> User:
    user: User = UserFactory()
    return user


def superuser(_target: DossierAddresses) -> User:
    user: User = UserFactory(is_superuser=True, is_staff=True)
    return user


def other_agency_officer(_target: DossierAddresses) -> User:
    return make_officer(AgencyFactory(), *ROLE.values)


def parent(target: DossierAddresses) -> User:
    """The parent agency cannot read the dossiers of the agencies below it."""
    above = AgencyFactory()
    target.dossier.agency.parent = above
    target.dossier.agency.save()
    return make_officer(above, ROLE.HEAD)


def operator(target: DossierAddresses) -> User:
    return make_officer(
        target.dossier.agency, ROLE.OPERATOR, ROLE.EDITOR, ROLE.CONTROLLER, ROLE.COMMUNICATION
    )


def expired_member(target: DossierAddresses) -> User:
    user = make_officer(target.dossier.agency, ROLE.HEAD)
    Membership.objects.filter(user=user).update(valid_to=datetime(2026, 11, 22).date())
    return user


def future_member(target: DossierAddresses) -> User:
    user = make_officer(target.dossier.agency, ROLE.HEAD)
    Membership.objects.filter(user=user).update(valid_from=datetime(2026, 11, 24).date())
    return user


UNAUTHORISED = [
    anonymous,
    citizen,
    superuser,
    other_agency_officer,
    parent,
    operator,
    expired_member,
    future_member,
]


def signed_in(user: User | None) -> Client:
    client = Client()
    if user is not None:
        client.force_login(user)
    return client


def visible_response(client: Client, method: str, address: str, own: str) -> tuple[int, str, str]:
    """Return status and body without the parts that differ between any two responses."""
    data = {} if method in {"get", "head"} else {"data": {"version": 1, "reason": "x"}}
    if method in {"put", "patch", "delete", "options"}:
        data = {}
    answer = getattr(client, method)(address, **data)
    text = re.sub(r'nonce="[^"]*"|name="csrfmiddlewaretoken" value="[^"]*"', "", answer.content.decode())
    kind = answer.get("Content-Type", "")
    return answer.status_code, text.replace(address, "").replace(own, ""), kind


@pytest.mark.parametrize("who", UNAUTHORISED, ids=lambda who: who.__name__)
@pytest.mark.parametrize("method", ["get", "post"])
def test_desk_pages_are_the_usual_404_without_a_role(
    target: DossierAddresses, who: Callable[[DossierAddresses], User | None], method: str
) -> None:
    client = signed_in(who(target))
    code, unknown = str(target.dossier.code), "H12.99-261123-9999"
    for real, invented in zip(target.desk(code), target.desk(unknown), strict=True):
        found, missing = (
            visible_response(client, method, real, code),
            visible_response(client, method, invented, unknown),
        )
        assert found == missing, real
        # What was typed before the session ended is kept until sign-in, whether or not the dossier exists.
        to_sign_in = who is anonymous and method == "post" and "/viec/" in real
        assert found[0] in ({302} if to_sign_in else {404, 405}), real
    target.assert_untouched()


@pytest.mark.parametrize("method", METHODS)
def test_other_methods_reveal_nothing(target: DossierAddresses, method: str) -> None:
    client = signed_in(other_agency_officer(target))
    code, unknown = str(target.dossier.code), "H12.99-261123-9999"
    for real, invented in zip(target.desk(code), target.desk(unknown), strict=True):
        assert visible_response(client, method, real, code) == visible_response(
            client, method, invented, unknown
        ), real
    target.assert_untouched()


@pytest.mark.parametrize("who", UNAUTHORISED, ids=lambda who: who.__name__)
@pytest.mark.parametrize("method", ["get", "post"])
def test_private_page_with_a_wrong_token_is_the_usual_404(
    target: DossierAddresses, who: Callable[[DossierAddresses], User | None], method: str
) -> None:
    client = signed_in(who(target))
    wrong = target.receipt.token[:-1] + ("a" if target.receipt.token[-1] != "a" else "b")
    unknown = credentials.new_token()
    for near, invented in zip(target.citizen(wrong), target.citizen(unknown), strict=True):
        found, missing = (
            visible_response(client, method, near, wrong),
            visible_response(client, method, invented, unknown),
        )
        assert found == missing, near
        assert found[0] in {404, 405}, near
    target.assert_untouched()


def test_private_page_is_not_accessible_with_the_code_and_a_role(target: DossierAddresses) -> None:
    """A private link opens only with its token, not with a role."""
    client = signed_in(make_officer(target.dossier.agency, ROLE.HEAD))
    for address in target.citizen(str(target.dossier.code)):
        assert client.get(address).status_code == 404


def test_private_link_of_another_dossier_serves_no_files_of_this_one(
    target: DossierAddresses,
) -> None:
    other = file_dossier()
    base = f"/ho-so/{other.token}/"
    client = Client()
    assert client.get(f"{base}tep/{target.file.pk}/").status_code == 404
    assert client.get(f"{base}giay/mau-02-1.pdf").status_code == 404
    assert client.post(f"{base}bo-sung/", {"remove": str(target.file.pk)}).status_code == 302
    target.assert_untouched()


def test_file_is_not_served_under_another_dossier(target: DossierAddresses) -> None:
    officer = make_officer(target.dossier.agency, ROLE.RECEIVER)
    other = file_dossier(target.dossier.form_version, agency=target.dossier.agency, now=NOW)
    client = signed_in(officer)
    assert client.get(reverse("one_stop:file", args=[other.code, target.file.pk])).status_code == 404


def test_file_of_a_draft_is_served_only_to_its_citizen(target: DossierAddresses) -> None:
    draft, token = make_draft()
    base = f"/nop-ho-so/{draft.procedure_version.procedure.core_code}/"
    own, other = Client(), signed_in(make_officer(draft.agency, ROLE.HEAD))
    enter(own, draft, token)
    file = draft.attachments.get()
    content = own.get(f"{base}tep/{file.pk}/").streaming_content  # reading to the end closes the file
    assert b"".join(content).startswith(b"\x89PNG")
    assert own.get(f"{base}tep/{target.file.pk}/").status_code == 404
    assert other.get(f"{base}tep/{file.pk}/").status_code == 404


def test_file_store_has_no_public_address(target: DossierAddresses, settings: Any) -> None:
    path = target.file.path
    for address in (f"/media/{path}", f"/static/{path}", f"/{path}", f"/private/{path}", f"/media/../{path}"):
        assert Client().get(address, follow=True).status_code in {400, 404}, address
    private = Path(storages["private"].location)
    for served in (settings.MEDIA_ROOT, settings.STATIC_ROOT, *settings.STATICFILES_DIRS):
        assert not private.is_relative_to(served)
        assert not Path(served).is_relative_to(private)


def addresses(patterns: list[Any]) -> set[str]:
    return {str(pattern.name) for pattern in patterns if isinstance(pattern, URLPattern)}


def test_every_private_address_is_covered_here() -> None:
    """A new page must be added to the lists above or excluded with a reason."""
    tested = {
        "dossier", "reveal_citizen_id", "view_log", "lookup_key", "lookup_slip", "action", "file", "printed_form",
    }  # fmt: skip
    without_dossier = {
        "queue",
        "queue_file",
        "next",
        "assign_to_self",
        "desk_log",
        "desk_log_file",
    }  # tests/one_stop/views/test_queue.py, test_desk_log.py, test_services.py
    assert addresses(desk_urls.urlpatterns) == tested | without_dossier
    tested = {
        "tracking", "contents", "retention", "view-log", "data", "supplement", "withdraw", "file", "printed-form",
        "lookup-key", "lookup-slip",
    }  # fmt: skip
    # views/test_steps.py, views/test_draft_cookies.py
    by_cookie = {"start", "resume", "agency", "step", "erase", "leave", "own-file", "review", "receipt"}
    by_link = {"take-over", "new-key", "confirm-email"}  # views/test_start.py, views/test_lost_keys.py
    public = {"blank-form", "lookup", "lost-key", "left"}
    assert addresses(dossier_urls.urlpatterns) == tested | by_cookie | by_link | public
    assert get_resolver().reverse_dict is not None


@pytest.mark.parametrize("code", ["%20", "..", "H12'--", "h12", "%F0%9F%99%82", "x" * 500])
def test_malformed_code_is_a_404(target: DossierAddresses, code: str) -> None:
    client = signed_in(make_officer(target.dossier.agency, ROLE.HEAD))
    for path in ("", "hien-so-dinh-danh/", "tep/1/", "giay/mau-01.pdf", "viec/accept/", "nguoi-xem/"):
        assert client.get(f"/mot-cua/ho-so/{code}/{path}").status_code in {301, 404, 405}


def test_role_ends_at_midnight_during_a_session(target: DossierAddresses) -> None:
    user = make_officer(target.dossier.agency, ROLE.RECEIVER)
    client, address = signed_in(user), reverse("one_stop:dossier", args=[target.dossier.code])
    assert client.get(address).status_code == 200
    Membership.objects.filter(user=user).update(valid_to=NOW.date())
    assert client.get(address).status_code == 200
    with time_machine.travel(datetime(2026, 11, 24, 0, 1, tzinfo=VN), tick=False):
        client.force_login(user)
        assert client.get(address).status_code == 404


def test_posts_without_a_csrf_token_change_nothing(target: DossierAddresses) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_officer(target.dossier.agency, ROLE.RECEIVER, ROLE.HEAD))
    for address in (
        reverse("one_stop:action", args=[target.dossier.code, "withdraw"]), reverse("one_stop:assign_to_self"),
        reverse("dossiers:withdraw", args=[target.receipt.token]),
        reverse("dossiers:supplement", args=[target.receipt.token]),
    ):  # fmt: skip
        answer = client.post(address, {"version": target.dossier.version, "reason": "x", "proof": picture()})
        assert answer.status_code == 403, address
    target.assert_untouched()


def test_dossier_without_a_code_is_not_found(target: DossierAddresses) -> None:
    Dossier.objects.filter(pk=target.dossier.pk).update(code=None)
    assert Client().get(f"/ho-so/{target.receipt.token}/").status_code == 404
    client = signed_in(make_officer(target.dossier.agency, ROLE.HEAD))
    assert target.dossier.applicant_name not in client.get("/mot-cua/?muc=tat-ca").content.decode()
