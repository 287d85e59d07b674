"""Every address that concerns one person, every way to ask it: a stranger cannot tell it from one that never was."""

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
from forms_app.desk import urls as desk_urls
from forms_app.dossiers import access
from forms_app.dossiers import urls as dossier_urls
from forms_app.dossiers.models import Dossier
from forms_app.dossiers.transitions import Action
from tests.accounts.factories import AgencyFactory, UserFactory
from tests.desk.factories import VN, ask, do, make_officer
from tests.dossiers.factories import enter, file_dossier, make_draft, make_form, make_version, picture

pytestmark = pytest.mark.django_db
ROLE = Membership.Role
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=VN)
METHODS = ("head", "put", "delete", "options")


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


class World:
    """A dossier with every kind of thing that can be asked for."""

    def __init__(self) -> None:
        self.told = file_dossier(make_form(make_version(), AgencyFactory()), now=NOW)
        self.dossier = self.told.dossier
        officer = make_officer(self.dossier.agency, ROLE.RECEPTION, ROLE.HANDLER)
        do(self.dossier, Action.ACCEPT, officer, at=NOW)
        ask(self.dossier, officer, at=NOW)
        self.before = (self.dossier.status, self.dossier.version)
        self.file = self.dossier.attachments.get()

    def desk(self, code: str) -> list[str]:
        names = ("dossier", "reveal", "viewers")
        found = [reverse(f"desk:{name}", args=[code]) for name in names]
        found += [
            reverse("desk:act", args=[code, action])
            for action in ("accept", "request_supplement", "submit", "x")
        ]
        found += [reverse("desk:file", args=[code, pk]) for pk in (self.file.pk, 999_999)]
        return found + [reverse("desk:paper", args=[code, key]) for key in ("mau-01", "mau-02-1", "mau-03")]

    def citizen(self, token: str) -> list[str]:
        names = ("mine", "contents", "keeping", "viewers", "data", "supplement", "withdraw")
        found = [reverse(f"dossiers:{name}", args=[token]) for name in names]
        found += [reverse("dossiers:file", args=[token, pk]) for pk in (self.file.pk, 999_999)]
        return found + [reverse("dossiers:paper", args=[token, key]) for key in ("mau-01", "mau-02-1")]

    def assert_untouched(self) -> None:
        self.dossier.refresh_from_db()
        assert (self.dossier.status, self.dossier.version) == self.before
        assert self.dossier.attachments.count() == 1
        assert not self.dossier.views.exclude(actor=None).exists()


@pytest.fixture
def world() -> World:
    return World()


def nobody(_world: World) -> User | None:
    return None


def citizen(_world: World) -> User:
    user: User = UserFactory()
    return user


def root(_world: World) -> User:
    user: User = UserFactory(is_superuser=True, is_staff=True)
    return user


def neighbour(_world: World) -> User:
    return make_officer(AgencyFactory(), *ROLE.values)


def parent(world: World) -> User:
    """The agency above does not read the dossiers of those below."""
    above = AgencyFactory()
    world.dossier.agency.parent = above
    world.dossier.agency.save()
    return make_officer(above, ROLE.LEADER)


def operator(world: World) -> User:
    return make_officer(world.dossier.agency, ROLE.OPERATOR, ROLE.EDITOR, ROLE.CATALOGUE, ROLE.COMMUNICATION)


def dismissed(world: World) -> User:
    user = make_officer(world.dossier.agency, ROLE.LEADER)
    Membership.objects.filter(user=user).update(valid_to=datetime(2026, 11, 22).date())
    return user


def not_yet(world: World) -> User:
    user = make_officer(world.dossier.agency, ROLE.LEADER)
    Membership.objects.filter(user=user).update(valid_from=datetime(2026, 11, 24).date())
    return user


STRANGERS = [nobody, citizen, root, neighbour, parent, operator, dismissed, not_yet]


def signed_in(user: User | None) -> Client:
    client = Client()
    if user is not None:
        client.force_login(user)
    return client


def seen(client: Client, method: str, address: str, own: str) -> tuple[int, str, str]:
    """What comes back, without the parts that differ between any two answers."""
    data = {} if method in {"get", "head"} else {"data": {"version": 1, "reason": "x"}}
    if method in {"put", "patch", "delete", "options"}:
        data = {}
    answer = getattr(client, method)(address, **data)
    text = re.sub(r'nonce="[^"]*"|name="csrfmiddlewaretoken" value="[^"]*"', "", answer.content.decode())
    kind = answer.get("Content-Type", "")
    return answer.status_code, text.replace(address, "").replace(own, ""), kind


@pytest.mark.parametrize("who", STRANGERS, ids=lambda who: who.__name__)
@pytest.mark.parametrize("method", ["get", "post"])
def test_the_desk_to_a_stranger_is_the_404_of_nothing(
    world: World, who: Callable[[World], User | None], method: str
) -> None:
    client = signed_in(who(world))
    code, nothing = str(world.dossier.code), "H12.99-261123-9999"
    for real, invented in zip(world.desk(code), world.desk(nothing), strict=True):
        found, missing = seen(client, method, real, code), seen(client, method, invented, nothing)
        assert found == missing, real
        assert found[0] in {404, 405}, real
    world.assert_untouched()


@pytest.mark.parametrize("method", METHODS)
def test_no_other_method_tells_more_either(world: World, method: str) -> None:
    client = signed_in(neighbour(world))
    code, nothing = str(world.dossier.code), "H12.99-261123-9999"
    for real, invented in zip(world.desk(code), world.desk(nothing), strict=True):
        assert seen(client, method, real, code) == seen(client, method, invented, nothing), real
    world.assert_untouched()


@pytest.mark.parametrize("who", STRANGERS, ids=lambda who: who.__name__)
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_private_page_to_who_lacks_the_token_is_the_404_of_nothing(
    world: World, who: Callable[[World], User | None], method: str
) -> None:
    client = signed_in(who(world))
    wrong = world.told.token[:-1] + ("a" if world.told.token[-1] != "a" else "b")
    nothing = access.new_token()
    for near, invented in zip(world.citizen(wrong), world.citizen(nothing), strict=True):
        found, missing = seen(client, method, near, wrong), seen(client, method, invented, nothing)
        assert found == missing, near
        assert found[0] in {404, 405}, near
    world.assert_untouched()


def test_being_an_officer_opens_no_private_page(world: World) -> None:
    """The link is the key; membership is another one."""
    client = signed_in(make_officer(world.dossier.agency, ROLE.LEADER))
    for address in world.citizen(str(world.dossier.code)):
        assert client.get(address).status_code == 404


def test_another_citizen_s_own_link_opens_none_of_these_files(world: World) -> None:
    other = file_dossier()
    base = f"/ho-so/{other.token}/"
    client = Client()
    assert client.get(f"{base}tep/{world.file.pk}/").status_code == 404
    assert client.get(f"{base}giay/mau-02-1.pdf").status_code == 404
    assert client.post(f"{base}bo-sung/", {"remove": str(world.file.pk)}).status_code == 302
    world.assert_untouched()


def test_one_dossier_s_file_is_not_served_under_another_of_the_same_agency(world: World) -> None:
    officer = make_officer(world.dossier.agency, ROLE.RECEPTION)
    other = file_dossier(world.dossier.form_version, agency=world.dossier.agency, now=NOW)
    client = signed_in(officer)
    assert client.get(reverse("desk:file", args=[other.code, world.file.pk])).status_code == 404


def test_a_draft_s_file_is_nobody_else_s(world: World) -> None:
    draft, token = make_draft()
    base = f"/nop-ho-so/{draft.procedure_version.procedure.core_code}/"
    own, stranger = Client(), signed_in(make_officer(draft.agency, ROLE.LEADER))
    enter(own, draft, token)
    file = draft.attachments.get()
    content = own.get(f"{base}tep/{file.pk}/").streaming_content  # reading to the end closes the file
    assert b"".join(content).startswith(b"\x89PNG")
    assert own.get(f"{base}tep/{world.file.pk}/").status_code == 404
    assert stranger.get(f"{base}tep/{file.pk}/").status_code == 404


def test_the_store_has_no_address(world: World, settings: Any) -> None:
    path = world.file.path
    for address in (f"/media/{path}", f"/static/{path}", f"/{path}", f"/private/{path}", f"/media/../{path}"):
        assert Client().get(address, follow=True).status_code in {400, 404}, address
    private = Path(storages["private"].location)
    for served in (settings.MEDIA_ROOT, settings.STATIC_ROOT, *settings.STATICFILES_DIRS):
        assert not private.is_relative_to(served)
        assert not Path(served).is_relative_to(private)


def addresses(patterns: list[Any]) -> set[str]:
    return {str(pattern.name) for pattern in patterns if isinstance(pattern, URLPattern)}


def test_no_address_of_the_desk_or_of_following_is_left_out_here() -> None:
    """A new page must be added to the lists above, or say why not."""
    tested = {"dossier", "reveal", "viewers", "act", "file", "paper"}
    of_no_dossier = {"queue", "next", "take"}  # tests/desk/test_list_work.py, test_hands.py
    assert addresses(desk_urls.urlpatterns) == tested | of_no_dossier
    tested = {"mine", "contents", "keeping", "viewers", "data", "supplement", "withdraw", "file", "paper"}
    by_cookie = {"start", "resume", "step", "erase", "own-file", "review", "receipt"}  # test_drafts.py
    by_link = {"take-over"}  # test_handover.py
    assert addresses(dossier_urls.urlpatterns) == tested | by_cookie | by_link | {"lookup"}
    assert get_resolver().reverse_dict is not None


@pytest.mark.parametrize("code", ["%20", "..", "H12'--", "h12", "%F0%9F%99%82", "x" * 500])
def test_rubbish_for_a_code_is_nothing(world: World, code: str) -> None:
    client = signed_in(make_officer(world.dossier.agency, ROLE.LEADER))
    for path in ("", "hien-so-dinh-danh/", "tep/1/", "giay/mau-01.pdf", "viec/accept/", "nguoi-xem/"):
        assert client.get(f"/mot-cua/ho-so/{code}/{path}").status_code in {301, 404, 405}


def test_a_role_ends_with_its_day_in_the_middle_of_a_visit(world: World) -> None:
    user = make_officer(world.dossier.agency, ROLE.RECEPTION)
    client, address = signed_in(user), reverse("desk:dossier", args=[world.dossier.code])
    assert client.get(address).status_code == 200
    Membership.objects.filter(user=user).update(valid_to=NOW.date())
    assert client.get(address).status_code == 200
    with time_machine.travel(datetime(2026, 11, 24, 0, 1, tzinfo=VN), tick=False):
        client.force_login(user)
        assert client.get(address).status_code == 404


def test_posts_without_the_form_s_token_change_nothing(world: World) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_officer(world.dossier.agency, ROLE.RECEPTION, ROLE.LEADER))
    for address in (
        reverse("desk:act", args=[world.dossier.code, "withdraw"]), reverse("desk:take"),
        reverse("dossiers:withdraw", args=[world.told.token]),
        reverse("dossiers:supplement", args=[world.told.token]),
    ):  # fmt: skip
        answer = client.post(address, {"version": world.dossier.version, "reason": "x", "proof": picture()})
        assert answer.status_code == 403, address
    world.assert_untouched()


def test_a_dossier_that_is_not_numbered_yet_is_not_there(world: World) -> None:
    Dossier.objects.filter(pk=world.dossier.pk).update(code=None)
    assert Client().get(f"/ho-so/{world.told.token}/").status_code == 404
    client = signed_in(make_officer(world.dossier.agency, ROLE.LEADER))
    assert world.dossier.applicant_name not in client.get("/mot-cua/?muc=tat-ca").content.decode()
