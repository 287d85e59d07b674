"""Malformed input causes no server error: NUL, invalid UTF-8, ten kilobytes, lists, thousands of fields."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import quote

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from forms_app.dossiers.transitions import Action
from tests.home.factories import front_page
from tests.security.scenario import make_scenario, status_of

pytestmark = pytest.mark.django_db
EVIL = {
    "nul": "%00", "nul inside": "a%00b", "broken utf-8": "%FF%FE%C3", "lone surrogate": "%ED%A0%80",
    "10 kB": "x" * 10_000,
    "digits": "9" * 5000, "superscript": "%C2%B2", "arabic digits": "%D9%A1", "quotes": "%22%27%60%3B--",
    "percent": "%25%25s%25n", "template": "{{7*7}}{%25 debug %25}", "negative": "-1", "float": "1e309", "zero": "0",
    "direction": "%E2%80%AE%E2%80%8B", "wildcards": "%25_*%3F~", "newline": "a%0D%0ASet-Cookie:%20x=1",
    "lucene": "field:(a%20OR%20*)%5E9%20%2F.*%2F", "traversal": "..%2F..%2Fetc%2Fpasswd",
}  # fmt: skip
ADDRESSES = (
    "/?x={0}", "/tim-kiem/?q={0}", "/tim-kiem/?q=a&trang={0}", "/tim-kiem/?q=a&loai={0}&loai={0}",
    "/tim-kiem/?linh-vuc={0}",    "/tim-kiem/?co-quan={0}&cap={0}&doi-tuong={0}", "/tim-kiem/goi-y/?q={0}",
    "/tra-cuu/?ma={0}", "/tin-tuc/?page={0}",
    "/tin-tuc/?co-quan={0}&trang={0}", "/thu-tuc/?page={0}&linh-vuc={0}&cap={0}&muc-do={0}", "/co-quan/?q={0}&page={0}",
    "/tai-khoan/dang-nhap/?next={0}", "/sitemap.xml?p={0}", "/sitemap-news.xml?p={0}", "/healthz?x={0}",
    "/robots.txt?x={0}", "/{0}", "/{0}/", "/en/{0}/", "/tin-tuc/{0}/", "/thu-tuc/ma/{0}/",
    "/thu-tuc/bieu-mau/{0}/a.pdf",    "/thu-tuc/bieu-mau/1/{0}", "/ho-so/{0}/", "/ho-so/v.{0}/",
    "/ho-so/{0}/giay/mau-01.pdf", "/ho-so/{0}/tep/1/",
    "/ho-so/a/tep/{0}/", "/nop-ho-so/{0}/", "/nop-ho-so/1.001193/tiep/{0}/", "/nop-ho-so/1.001193/buoc/{0}/",
    "/tai-lieu/{0}/a.pdf", "/tai-lieu/1/{0}", "/sitemap-{0}.xml", "/mot-cua/ho-so/{0}/", "/static/{0}", "/media/{0}",
    "/_util/authenticate_with_password/{0}/1/", "/quan-tri/password_reset/confirm/{0}/{0}/",
)  # fmt: skip
DESK = (
    "/mot-cua/?q={0}", "/mot-cua/?muc={0}&page={0}", "/mot-cua/ho-so/{0}/", "/mot-cua/ho-so/{code}/tep/{0}/",
    "/mot-cua/ho-so/{code}/giay/{0}.pdf", "/mot-cua/ho-so/{code}/viec/{0}/",
)  # fmt: skip
MINE = ("/ho-so/{token}/giay/{0}.pdf", "/ho-so/{token}/tep/{0}/", "/ho-so/{token}/?x={0}")


def failing(client: Client, addresses: list[str]) -> list[str]:
    return [address[:120] for address in addresses if status_of(client.get(address)) >= 500]


@pytest.mark.parametrize("kind", EVIL)
def test_malformed_parameters_give_no_server_error(kind: str) -> None:
    front_page()
    client = Client(raise_request_exception=False)
    assert failing(client, [address.format(EVIL[kind]) for address in ADDRESSES]) == []


def test_malformed_parameters_of_desk_and_private_pages_give_no_server_error() -> None:
    scenario = make_scenario()
    facts = {"code": scenario.dossier.code, "token": scenario.receipt.token}
    for client, addresses in ((scenario.client("officer_a"), DESK), (scenario.client("anonymous"), MINE)):
        assert (
            failing(
                client, [address.format(evil, **facts) for address in addresses for evil in EVIL.values()]
            )
            == []
        )


VALUES = ("\x00", "a\x00b", "9" * 5000, "²", "x" * 10_000, "\ud800", "\u202e", "-1", "{{x}}", "")


def _post(client: Client, address: str, names: list[str]) -> list[str]:
    """Post each value in every field, both alone and as a list."""
    found = []
    for value in VALUES:
        body = "&".join(
            f"{name}={quote(value.encode('utf-8', 'surrogatepass'))}" for name in [*names, *names[:1]]
        )
        response = client.post(address, body, content_type="application/x-www-form-urlencoded")
        if status_of(response) >= 500:
            found.append(f"{address} {value[:20]!r}")
    return found


def test_malformed_public_forms_give_no_server_error() -> None:
    scenario = make_scenario()
    client_with_draft = scenario.client("anonymous")
    start = f"/nop-ho-so/{scenario.core_code}/"
    client_with_draft.post(start)
    applicant = [
        "full_name",
        "identity_kind",
        "identity_number",
        "phone",
        "email",
        "address_0",
        "address_1",
        "address_2",
        "result_delivery",
    ]
    found = [
        *_post(client_with_draft, start, ["agency"]),
        *_post(client_with_draft, f"{start}buoc/applicant/", [*applicant, "remove", "upload", "address"]),
        *_post(
            client_with_draft,
            f"{start}buoc/child/",
            ["child_name", "born", "born_0", "born_1", "born_2", "proof", "remove"],
        ),
        *_post(client_with_draft, f"{start}xem-lai/", ["key", "consent_number", "consent"]),
        *_post(client_with_draft, "/tra-cuu/", ["code", "lookup_key"]),
        *_post(client_with_draft, f"/ho-so/{scenario.receipt.token}/rut/", ["version", "reason"]),
        *_post(client_with_draft, "/tai-khoan/dang-nhap/", ["username", "password", "next"]),
        *_post(client_with_draft, "/quan-tri/password_reset/", ["email"]),
    ]
    assert found == []


def test_malformed_desk_forms_give_no_server_error() -> None:
    scenario = make_scenario()
    officer, address = scenario.client("officer_a"), f"/mot-cua/ho-so/{scenario.dossier.code}/viec/"
    names = ["version", "reason", "documents", "other_documents", "supplement_due_at", "result"]
    found = [line for action in Action.values for line in _post(officer, f"{address}{action}/", names)]
    assert found == []


def test_malformed_supplement_forms_give_no_server_error() -> None:
    scenario = make_scenario()
    dossier = scenario.dossier
    officer = scenario.client("officer_a")
    officer.post(
        f"/mot-cua/ho-so/{dossier.code}/viec/request_supplement/",
        {
            "version": 1,
            "reason": "Thiếu",
            "other_documents": "Bản sao",
            "supplement_due_at": (timezone.localdate() + timedelta(days=14)).isoformat(),
        },
    )
    assert dossier.supplement_requests.count() == 1
    citizen = scenario.client("anonymous")
    assert (
        _post(
            citizen, f"/ho-so/{scenario.receipt.token}/bo-sung/", ["version", "remove", "upload", "other_1"]
        )
        == []
    )


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("&".join(f"a{number}=1" for number in range(3000)), "application/x-www-form-urlencoded"),
        ("a=" + "x" * 3_000_000, "application/x-www-form-urlencoded"),
        ("[" * 100_000, "application/json"),
        ("--x\r\nbroken", "multipart/form-data; boundary=x"),
        ("", "multipart/form-data"),
        ("a=1", "application/x-www-form-urlencoded; charset=utf-7"),
        ("a=1", "text/html; charset=does-not-exist"),
    ],
    ids=["fields", "size", "depth", "multipart", "no boundary", "utf-7", "charset"],
)
def test_oversized_body_gives_no_server_error(body: str, kind: str) -> None:
    front_page()
    client = Client(raise_request_exception=False)
    for address in ("/tra-cuu/", "/tai-khoan/dang-nhap/", "/", "/tim-kiem/"):
        assert status_of(client.generic("POST", address, body.encode(), content_type=kind)) < 500


HEADERS = (
    "HTTP_ACCEPT_LANGUAGE", "HTTP_COOKIE", "HTTP_REFERER", "HTTP_ORIGIN", "HTTP_IF_NONE_MATCH", "HTTP_USER_AGENT",
    "HTTP_IF_MODIFIED_SINCE", "HTTP_RANGE", "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST",
    "HTTP_ACCEPT", "HTTP_X_REQUESTED_WITH", "HTTP_AUTHORIZATION", "HTTP_ACCEPT_ENCODING",
)  # fmt: skip


@pytest.mark.parametrize(
    "value", ["\x00", "x" * 10_000, "é\xff", "sessionid=\x00; draft_1=\x00", "bytes=-9999999-"]
)
def test_malformed_headers_give_no_server_error(value: str) -> None:
    front_page()
    client = Client(raise_request_exception=False)
    found = [
        f"{header} {address}"
        for header in HEADERS
        for address in (
            "/",
            "/tim-kiem/?q=a",
            "/tra-cuu/",
            "/khong-co/",
            "/nop-ho-so/1.001193/tiep/",
            "/static/css/base.css",
        )
        if status_of(client.get(address, **{header: value})) >= 500
    ]
    assert found == []


TEXT = st.text(st.characters(exclude_categories=()), max_size=60)


@hypothesis_settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(path=TEXT, query=TEXT, value=TEXT)
def test_any_address_gives_no_server_error(path: str, query: str, value: str) -> None:
    front_page()

    def encoded(text: str) -> str:
        return quote(text.encode("utf-8", "surrogatepass"), safe="")

    client = Client(raise_request_exception=False)
    assert status_of(client.get(f"/{encoded(path)}?{encoded(query)}={encoded(value)}")) < 500
    assert status_of(client.get(f"/tim-kiem/?q={encoded(value)}&{encoded(query)}=1")) < 500
