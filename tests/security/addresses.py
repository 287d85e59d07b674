"""Every address of the portal, read from the resolver, and the roles that may access it.

``TABLE`` is the declaration: the first row whose prefix matches an address applies, and an address without a row fails
``test_addresses.py``. Addresses below ``quan-tri/`` are Wagtail's own and those that the portal's apps add.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver

from tests.security.scenario import ROLES, Scenario

EVERYBODY = frozenset(ROLES)
NOBODY: frozenset[str] = frozenset()
SIGNED_IN = EVERYBODY - {"anonymous"}
DESK_A = frozenset({"officer_a", "head_a", "inspector_a", "inspector_p"})
LOG_READERS = frozenset({"head_a", "inspector_a", "inspector_b", "inspector_p"})
COUNTER_A = frozenset({"officer_a", "head_a"})
DESK = DESK_A | {"officer_b", "inspector_b"}
EDITORS = frozenset({"editor_a", "editor_b", "communication_a", "controller_a"})
ADMIN = EDITORS | {"operator_a", "head_a"}
#: Editors of the tree of agency B, to which every page address of the walk leads.
AGENCY_B = frozenset({"editor_b"})
CONTROLLERS = frozenset({"controller_a"})
COMMUNICATION = frozenset({"communication_a"})
OPERATORS = frozenset({"operator_a"})
CONFIRMING = frozenset({"head_a", "operator_a", "superuser"})


@dataclass(frozen=True)
class Row:
    """``opens``: roles that may get a 2xx response (in the admin also superusers); ``writes``: the same by POST."""

    prefix: str
    opens: frozenset[str]
    writes: frozenset[str] = NOBODY


A = "quan-tri/"
TABLE = (
    # Public -------------------------------------------------------------------------------------------------------
    Row("healthz", EVERYBODY),
    Row(".well-known/security.txt", NOBODY),
    # Browser reports have a content type of their own; a form gets a 415.
    Row("csp-bao-cao/", NOBODY),
    Row("robots.txt", EVERYBODY),
    Row("sitemap", EVERYBODY),
    Row("nguon-tin/", EVERYBODY),
    Row("favicon.ico", EVERYBODY),
    Row("thu-tuc/ma/", EVERYBODY),
    Row("thu-tuc/bieu-mau/", EVERYBODY),
    # Counts of search queries: a form not sent by a page of the portal gets a 403, other content a 415.
    Row("tim-kiem/luot-tim/", NOBODY),
    Row("tim-kiem/", EVERYBODY),
    # One-time links, used or forged.
    Row("tra-cuu/cap-lai/", NOBODY),
    Row("tra-cuu/xac-nhan-thu/", NOBODY),
    Row("tra-cuu/", EVERYBODY, EVERYBODY),
    Row("tai-lieu/authenticate_with_password/", NOBODY),
    Row("tai-lieu/", EVERYBODY),
    Row("tai-khoan/dang-nhap/", frozenset({"anonymous"}), frozenset({"anonymous"})),
    Row("tai-khoan/dang-xuat/", NOBODY),
    Row("tai-khoan/don-vi-hanh-chinh/", EVERYBODY),
    Row("tai-khoan/con-day/", SIGNED_IN),
    Row("tai-khoan/$", SIGNED_IN),
    # One-time links, forged.
    Row("tai-khoan/thu-dien-tu/xac-nhan/", NOBODY),
    Row("tai-khoan/thu-dien-tu/", SIGNED_IN, SIGNED_IN),
    Row("tai-khoan/phien-lam-viec/", NOBODY),
    # One-time links, forged.
    Row("tai-khoan/loi-moi/", NOBODY),
    Row("tai-khoan/yeu-cau-vai-tro/", CONFIRMING, CONFIRMING),
    Row("tai-khoan/mat-khau/", SIGNED_IN, SIGNED_IN),
    Row("tai-khoan/xac-nhan-lai/ma/", NOBODY),
    Row("tai-khoan/xac-nhan-lai/khoa/", NOBODY),
    Row("tai-khoan/xac-nhan-lai/", SIGNED_IN, SIGNED_IN),
    Row("tai-khoan/xac-thuc-hai-buoc/$", SIGNED_IN, NOBODY),
    # Only between the password and the end of sign-in.
    Row("tai-khoan/xac-thuc-hai-buoc/nhap-ma/", NOBODY),
    # After a recent confirmation.
    Row("tai-khoan/xac-thuc-hai-buoc/", SIGNED_IN, SIGNED_IN),
    # Redirects if nothing is stored.
    Row("tai-khoan/noi-dung-da-go/", NOBODY),
    Row("_util/", NOBODY),
    Row("^((?:", EVERYBODY),
    # Filing: a draft belongs to the browser that started it -------------------------------------------------------
    Row("nop-ho-so/<core_code:core_code>/$", EVERYBODY),
    Row("nop-ho-so/<core_code:core_code>/da-roi-may/", EVERYBODY),
    Row("nop-ho-so/<core_code:core_code>/to-khai.pdf", EVERYBODY),
    Row("nop-ho-so/", NOBODY),
    # The private link is open to anyone who has it -------------------------------------------------------------
    Row("ho-so/<str:token>/bo-sung/", NOBODY),
    Row("ho-so/", EVERYBODY, EVERYBODY),
    # One-stop desk ------------------------------------------------------------------------------------------------
    Row("mot-cua/$", DESK),
    Row("mot-cua/danh-sach.csv", DESK),
    Row("mot-cua/ho-so/<str:code>/hien-so-dinh-danh/", NOBODY, DESK_A),
    Row("mot-cua/ho-so/<str:code>/ma-tra-cuu.pdf", NOBODY),
    Row("mot-cua/ho-so/<str:code>/ma-tra-cuu/", COUNTER_A),
    Row("mot-cua/nhat-ky", LOG_READERS),
    Row("mot-cua/", DESK_A, DESK_A),
    # Wagtail's admin: password reset, and static files ------------------------------------------------------------
    Row(A + "login/", NOBODY),
    Row(A + "password_reset/", EVERYBODY, EVERYBODY),
    Row(A + "sprite/", EVERYBODY),
    Row(A + "jsi18n/", EVERYBODY),
    # Everything else requires a role with admin access ------------------------------------------------------------
    Row(A + "$", ADMIN),
    Row(A + "test404/", ADMIN),
    Row(A + "failwhale/", NOBODY),
    Row(A + "account/", ADMIN, ADMIN),
    Row(A + "logout/", NOBODY),
    Row(A + "dismissibles/", ADMIN, ADMIN),
    Row(A + "editing-sessions/", AGENCY_B, ADMIN),
    Row(A + "block-preview/", ADMIN),
    Row(A + "^api/main/(?:documents|images)/", NOBODY),
    Row(A + "api/main/^documents/", NOBODY),
    Row(A + "api/main/^images/", NOBODY),
    Row(A + "api/main/", ADMIN),
    # Pages
    Row(A + "pages/$", ADMIN),
    Row(A + "pages/search/", ADMIN),
    Row(A + "pages/usage/", ADMIN),
    Row(A + "pages/create/", ADMIN, ADMIN),
    # An operator navigates the list of agencies, seeing only what the public sees (home/test_permissions.py).
    Row(A + "pages/<int:parent_page_id>/$", AGENCY_B | OPERATORS, AGENCY_B),
    Row(A + "pages/<int:parent_page_id>/results/$", AGENCY_B | OPERATORS, AGENCY_B),
    Row(A + "pages/", AGENCY_B, AGENCY_B),
    Row(A + "choose-page/", ADMIN),
    Row(A + "choose-external-link/", ADMIN, ADMIN),
    Row(A + "choose-email-link/", ADMIN, ADMIN),
    Row(A + "choose-phone-link/", ADMIN, ADMIN),
    Row(A + "choose-anchor-link/", ADMIN, ADMIN),
    Row(A + "tag-autocomplete/", ADMIN, ADMIN),
    Row(A + "bulk/", AGENCY_B, AGENCY_B),
    Row(A + "collections/", NOBODY),
    Row(A + "workflows/task_chooser/", ADMIN, ADMIN),
    Row(A + "workflows/", NOBODY),
    Row(A + "reports/locked/", NOBODY),
    Row(A + "reports/page-types-usage/", NOBODY),
    Row(A + "reports/", ADMIN),
    Row(A + "redirects/", NOBODY),
    Row(A + "settings/", NOBODY),
    Row(A + "embeds/", NOBODY),
    Row(A + "localize/jsi18n/", ADMIN),
    Row(A + "localize/reports/", NOBODY),
    Row(A + "localize/", AGENCY_B, AGENCY_B),
    # Media
    Row(A + "documents/chooser/", ADMIN, ADMIN),
    Row(A + "documents/", EDITORS, EDITORS),
    Row(A + "images/chooser/", ADMIN, ADMIN),
    Row(A + "images/", EDITORS, EDITORS),
    # Models of the portal's apps
    Row(A + "snippets/choose/", ADMIN, CONTROLLERS),
    Row(A + "snippets/core/holiday/", CONTROLLERS, CONTROLLERS),
    Row(A + "snippets/procedures/", CONTROLLERS, CONTROLLERS),
    Row(A + "alerts/", COMMUNICATION, COMMUNICATION),
    Row(A + "snippets/", NOBODY),
    Row(A + "forms/", CONTROLLERS, CONTROLLERS),
    Row(A + "bieu-mau/", CONTROLLERS, CONTROLLERS),
    Row(A + "nhap-thu-tuc/", CONTROLLERS, CONTROLLERS),
    Row(A + "thu-tuc/", CONTROLLERS, CONTROLLERS),
    Row(A + "filing_channels/", CONTROLLERS, CONTROLLERS),
    Row(A + "deadline_settings/", CONTROLLERS, CONTROLLERS),
    Row(A + "retention_settings/", CONTROLLERS, CONTROLLERS),
    Row(A + "search_words/", CONTROLLERS, CONTROLLERS),
    Row(A + "search_bets/", CONTROLLERS, CONTROLLERS),
    Row(A + "search_offices/", CONTROLLERS, CONTROLLERS),
    Row(A + "cau-tim/", CONTROLLERS, CONTROLLERS),
    Row(A + "code_formats/", NOBODY),
    Row(A + "consent_texts/", NOBODY),
    Row(A + "locales/", NOBODY),
    Row(A + "sites/", NOBODY),
    Row(A + "users/", OPERATORS, OPERATORS),
    Row(A + "agencies/", OPERATORS, OPERATORS),
    Row(A + "agency_successions/", OPERATORS, OPERATORS),
    Row(A + "memberships/", OPERATORS, OPERATORS),
    Row(A + "moi-lai/", NOBODY),
    Row(A + "ra-soat-tai-khoan/<int:pk>/", OPERATORS, OPERATORS),
    Row(A + "ra-soat-tai-khoan/", NOBODY),
    Row(A + "groups/", NOBODY),
    Row(A + "^.*/$", NOBODY),
)  # fmt: skip


def routes() -> list[str]:
    """Return every route of the resolver once, as Django writes it."""
    return list(dict.fromkeys(_walk(get_resolver().url_patterns)))


def _walk(patterns: list[URLPattern | URLResolver], before: str = "") -> Iterator[str]:
    for item in patterns:
        if isinstance(item, URLPattern):
            yield f"{before}{item.pattern}"
        else:
            yield from _walk(item.url_patterns, f"{before}{item.pattern}")


def row_of(route: str) -> Row | None:
    """Return the row of ``route``; a prefix that ends in ``$`` is the whole route."""
    return next((row for row in TABLE if _fits(row.prefix, route)), None)


def _fits(prefix: str, route: str) -> bool:
    return (
        route == prefix[:-1] if prefix.endswith("$") and prefix != A + "^.*/$" else route.startswith(prefix)
    )


COMPARE = r"^(\d+)/revisions/compare/(live|earliest|\d+)\.\.\.(live|latest|\d+)/$"


def build_address(route: str, scenario: Scenario) -> str:
    """Return an address of ``route`` with objects of agency B in the admin and of agency A at the desk."""
    page, core_code = scenario.news_b, scenario.core_code
    values = {
        "page_id": page.pk, "parent_page_id": page.get_parent().pk, "page_to_move_id": page.pk, "page_pk": page.pk,
        "destination_id": page.get_parent().pk, "revision_id": page.latest_revision_id, "object_id": page.pk,
        "image_id": scenario.image_b.pk, "document_id": scenario.document_b.pk, "doc_id": scenario.document_b.pk,
        "document_filename": "b.txt", "app_label": "home",
        "content_type_app_name": "home", "content_type_model_name": "newspage",
        "model_name": "newspage", "app_name": "home", "filter_spec": "width-50", "core_code": core_code,
        "token": scenario.receipt.token, "code": scenario.dossier.code, "step_id": "applicant", "key": "mau-01",
        "paper": "mau-01", "action": "accept", "action_name": "publish", "section": "news", "name": "a.pdf",
    }  # fmt: skip
    if "bulk/" in route:
        values["action"] = "delete"
    if "/tep/" in route:
        values["pk"] = scenario.file.pk
    if "documents/" in route or "images/" in route:
        values["pk"] = scenario.document_b.pk if "documents/" in route else scenario.image_b.pk
    if "users/" in route:
        values["pk"] = scenario.people["superuser"].pk
    route = route.replace(COMPARE, f"{page.pk}/revisions/compare/earliest...live/")
    route = route.replace(r"^(\d+)/(.*)$", f"{scenario.document_b.pk}/b.txt").replace("^.*/$", "khong-co/")
    route = route.replace(r"^((?:[\w\-]+/)*)$", "").replace("(?:documents|images)", "images")
    return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(values.get(found[1], 1)), route).replace(
        "^", ""
    )
