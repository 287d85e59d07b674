"""The view log: one entry per view, kept until its end date, readable by the citizen, the head and inspectors."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import URLPattern, reverse

from accounts.models import Agency, Membership, User
from forms_app.dossiers import services, urls
from forms_app.dossiers.models import Dossier, ViewLogEntry
from forms_app.dossiers.selectors.view_log import MAX_ENTRIES, describe_entries, entries_of, views_by_agency
from forms_app.dossiers.services import retention
from forms_app.dossiers.services.view_log import REPEAT_WINDOW
from tests.accounts.factories import AgencyFactory
from tests.forms_app.dossiers.factories import at, file_dossier, make_form, make_version, request_supplement
from tests.one_stop.factories import make_officer

pytestmark = pytest.mark.django_db
ROLE = Membership.Role
NOW = at("2026-11-23 09:00")


@pytest.fixture(autouse=True)
def traveller() -> Iterator[Any]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def agency() -> Agency:
    return AgencyFactory(name="UBND phường Tân Thành")


@pytest.fixture
def receipt(agency: Agency) -> services.FilingReceipt:
    return file_dossier(make_form(make_version(), agency), now=NOW - timedelta(days=1))


@pytest.fixture
def officer(agency: Agency) -> User:
    return make_officer(agency, ROLE.RECEIVER, name="Trần Thị Hạnh")


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def fetch(client: Client, address: str) -> Any:
    answer = client.get(address)
    if answer.streaming:
        b"".join(answer.streaming_content)
    return answer


def lines(dossier: Dossier) -> list[str]:
    return list(dossier.view_log.order_by("id").values_list("target", flat=True))


def own_dossier_patterns() -> list[URLPattern]:
    return [pattern for pattern in urls.urlpatterns if str(pattern.pattern).startswith("ho-so/")]


class TestWriting:
    def test_entry_of_an_officer_has_person_time_object_and_agency(
        self, receipt: services.FilingReceipt, officer: User, agency: Agency
    ) -> None:
        signed_in(officer).get(reverse("one_stop:dossier", args=[receipt.code]))
        entry = receipt.dossier.view_log.get()
        assert (entry.actor, entry.agency, entry.target, entry.at) == (officer, agency, "dossier", NOW)

    def test_every_kind_of_view_is_logged(self, receipt: services.FilingReceipt, officer: User) -> None:
        client, file = signed_in(officer), receipt.dossier.attachments.get()
        fetch(client, reverse("one_stop:action", args=[receipt.code, "decline"]))
        fetch(client, reverse("one_stop:file", args=[receipt.code, file.pk]))
        fetch(client, reverse("one_stop:printed_form", args=[receipt.code, "mau-01"]))
        client.post(reverse("one_stop:reveal_citizen_id", args=[receipt.code]))
        assert lines(receipt.dossier) == ["dossier", f"file {file.pk}", "mau-01", "citizen_id"]

    @pytest.mark.parametrize("key", ["mau-03", "mau-02-1", "mau-99"])
    def test_failed_request_is_not_logged(
        self, receipt: services.FilingReceipt, officer: User, key: str
    ) -> None:
        client = signed_in(officer)
        assert client.get(f"/mot-cua/ho-so/{receipt.code}/giay/{key}.pdf").status_code == 404
        assert client.get(reverse("one_stop:file", args=[receipt.code, 999_999])).status_code == 404
        assert lines(receipt.dossier) == []

    def test_reload_within_ten_minutes_adds_no_entry(
        self, receipt: services.FilingReceipt, officer: User, traveller: Any
    ) -> None:
        client, address = signed_in(officer), reverse("one_stop:dossier", args=[receipt.code])
        for _n in range(3):
            client.get(address)
            traveller.shift(timedelta(minutes=3))
        assert lines(receipt.dossier) == ["dossier"]
        traveller.move_to(NOW + REPEAT_WINDOW)
        client.get(address)
        assert lines(receipt.dossier) == ["dossier", "dossier"]

    def test_each_officer_object_and_dossier_has_its_own_entry(
        self, receipt: services.FilingReceipt, officer: User, agency: Agency
    ) -> None:
        other = file_dossier(make_form(make_version(), agency), now=NOW)
        colleague = make_officer(agency, ROLE.HANDLER)
        for user in (officer, colleague):
            for code in (receipt.code, other.code):
                signed_in(user).get(reverse("one_stop:dossier", args=[code]))
        assert receipt.dossier.view_log.count() == other.dossier.view_log.count() == 2

    def test_entry_in_the_future_does_not_suppress_a_new_one(
        self, receipt: services.FilingReceipt, officer: User
    ) -> None:
        services.log_view(
            dossier=receipt.dossier, actor=officer, target="dossier", now=NOW + timedelta(minutes=5)
        )
        services.log_view(dossier=receipt.dossier, actor=officer, target="dossier", now=NOW)
        assert receipt.dossier.view_log.count() == 2

    def test_view_of_the_citizen_has_no_agency(self, receipt: services.FilingReceipt) -> None:
        Client().get(f"/ho-so/{receipt.token}/")
        entry = receipt.dossier.view_log.get()
        assert (entry.actor, entry.agency) == (None, None)

    def test_every_address_of_ones_own_dossier_is_logged(self, receipt: services.FilingReceipt) -> None:
        """Checks each pattern below /ho-so/<token>/, so that none forgets to log."""
        dossier, token = receipt.dossier, receipt.token
        request_supplement(dossier)
        arguments = {"pk": dossier.attachments.get().pk, "key": "mau-01"}
        client = Client()
        for pattern in own_dossier_patterns():
            before = len(lines(dossier))
            names = pattern.pattern.converters
            kwargs = {name: arguments.get(name, token) for name in names}
            response = fetch(client, reverse(f"dossiers:{pattern.name}", kwargs=kwargs))
            # The key is shown for only an hour, and without it there is no slip.
            if pattern.name not in {"lookup-key", "lookup-slip"} and response.status_code != 302:
                assert response.status_code == 200, pattern.name
                assert len(lines(dossier)) > before, pattern.name

    def test_reading_of_the_log_by_the_head_is_logged(
        self, receipt: services.FilingReceipt, agency: Agency
    ) -> None:
        head = make_officer(agency, ROLE.HEAD)
        signed_in(head).get(reverse("one_stop:view_log", args=[receipt.code]))
        assert lines(receipt.dossier) == ["view_log"]

    def test_each_kind_of_view_is_described(self, receipt: services.FilingReceipt) -> None:
        client, token = Client(), receipt.token
        for address in ("", "noi-dung/", "luu-giu/", "du-lieu.json", "giay/mau-01.pdf", "ma-tra-cuu/"):
            fetch(client, f"/ho-so/{token}/{address}")
        html = fetch(client, f"/ho-so/{token}/nguoi-xem/").content.decode()
        for text in (
            "mở hồ sơ",
            "đọc nội dung đã khai",
            "đọc thời hạn lưu hồ sơ",
            "tải toàn bộ dữ liệu",
            "mở nhật ký xem hồ sơ",
        ):
            assert text in html, text

    def test_lists_and_searches_are_in_a_log_of_their_own(
        self, receipt: services.FilingReceipt, officer: User
    ) -> None:
        client = signed_in(officer)
        client.get(reverse("one_stop:queue"))
        client.get(reverse("one_stop:queue"), {"q": receipt.code})
        assert lines(receipt.dossier) == []


class TestRetention:
    def log(self, receipt: services.FilingReceipt, officer: User) -> ViewLogEntry:
        services.log_view(dossier=receipt.dossier, actor=officer, target="dossier", now=NOW)
        return receipt.dossier.view_log.get()

    def test_retention_days_come_from_the_setting(
        self, receipt: services.FilingReceipt, officer: User, settings: Any
    ) -> None:
        settings.VIEW_LOG_KEEP_DAYS = 30
        assert self.log(receipt, officer).retained_until == at("2026-12-23 00:00").date()

    def test_database_rejects_deleting_an_entry_before_its_day(
        self, receipt: services.FilingReceipt, officer: User
    ) -> None:
        entry = self.log(receipt, officer)
        for change in (
            lambda rows: rows.update(target="khác"),
            lambda rows: rows.update(actor=None),
            lambda rows: rows.update(retained_until=NOW.date() - timedelta(days=900)),
            lambda rows: rows._raw_delete(rows.db),
        ):
            with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
                change(ViewLogEntry.objects.filter(pk=entry.pk))
        assert retention.delete_expired_view_log(now=NOW) == 0

    def test_only_expired_entries_are_deleted(
        self, receipt: services.FilingReceipt, officer: User, settings: Any
    ) -> None:
        settings.VIEW_LOG_KEEP_DAYS = -2
        services.log_view(dossier=receipt.dossier, actor=officer, target="mau-01", now=at("2020-01-01 09:00"))
        settings.VIEW_LOG_KEEP_DAYS = 3650
        services.log_view(
            dossier=receipt.dossier, actor=officer, target="dossier", now=at("2026-01-01 09:00")
        )
        assert retention.delete_expired_view_log() == 1
        assert lines(receipt.dossier) == ["dossier"]

    def test_entry_without_an_end_day_is_never_deleted(self, receipt: services.FilingReceipt) -> None:
        ViewLogEntry.objects.create(
            dossier=receipt.dossier, actor=None, at=at("2019-01-01 09:00"), target="dossier"
        )
        assert retention.delete_expired_view_log() == 0
        with pytest.raises(IntegrityError), transaction.atomic():
            ViewLogEntry.objects.all()._raw_delete("default")


class TestReading:
    @pytest.mark.parametrize("role", [ROLE.HEAD, ROLE.INSPECTOR])
    def test_head_and_inspector_read_names(
        self, receipt: services.FilingReceipt, officer: User, agency: Agency, role: str
    ) -> None:
        file = receipt.dossier.attachments.get()
        fetch(signed_in(officer), reverse("one_stop:file", args=[receipt.code, file.pk]))
        signed_in(officer).post(reverse("one_stop:reveal_citizen_id", args=[receipt.code]))
        Client().get(f"/ho-so/{receipt.token}/")
        page = signed_in(make_officer(agency, role)).get(reverse("one_stop:view_log", args=[receipt.code]))
        text = page.content.decode()
        for words in (
            "Trần Thị Hạnh", "UBND phường Tân Thành", f"tải tệp “{file.original_name}”", "xem đầy đủ số định danh",
            "Công dân, bằng đường dẫn riêng", "23/11/2026 09:00",
        ):  # fmt: skip
            assert words in text, words

    @pytest.mark.parametrize("role", [ROLE.RECEIVER, ROLE.HANDLER, ROLE.RETURNER, ROLE.EDITOR, ROLE.OPERATOR])
    def test_view_log_is_a_404_for_other_roles(
        self, receipt: services.FilingReceipt, agency: Agency, role: str
    ) -> None:
        client = signed_in(make_officer(agency, role))
        assert client.get(reverse("one_stop:view_log", args=[receipt.code])).status_code == 404
        page = client.get(reverse("one_stop:dossier", args=[receipt.code]))
        assert "nguoi-xem" not in page.content.decode()

    def test_head_of_another_agency_cannot_read_the_view_log(self, receipt: services.FilingReceipt) -> None:
        client = signed_in(make_officer(AgencyFactory(), ROLE.HEAD))
        assert client.get(reverse("one_stop:view_log", args=[receipt.code])).status_code == 404

    def test_view_log_is_readable_only_in_agencies_where_the_user_is_head(
        self, receipt: services.FilingReceipt
    ) -> None:
        officer_of_both = make_officer(AgencyFactory(), ROLE.HEAD)
        Membership.objects.create(
            user=officer_of_both, agency=receipt.dossier.agency, role=ROLE.RECEIVER, valid_from=NOW.date()
        )
        assert (
            signed_in(officer_of_both).get(reverse("one_stop:view_log", args=[receipt.code])).status_code
            == 404
        )

    def test_citizen_reads_agencies_without_officers_names(
        self, receipt: services.FilingReceipt, officer: User, traveller: Any
    ) -> None:
        citizen, address = Client(), f"/ho-so/{receipt.token}/"
        assert "Chưa có cán bộ nào mở hồ sơ của bạn." in citizen.get(address).content.decode()
        client = signed_in(officer)
        client.get(reverse("one_stop:dossier", args=[receipt.code]))
        client.get(reverse("one_stop:printed_form", args=[receipt.code, "mau-01"]))
        traveller.shift(timedelta(minutes=12))
        client.get(reverse("one_stop:dossier", args=[receipt.code]))
        page = citizen.get(address).content.decode()
        assert (
            "Cán bộ của UBND phường Tân Thành đã mở hồ sơ của bạn 3 lần, lần gần nhất lúc 23/11/2026 09:12."
            in page
        )
        assert "Trần Thị Hạnh" not in page
        listed = citizen.get(f"{address}nguoi-xem/").content.decode()
        assert listed.count("Cán bộ của UBND phường Tân Thành") == 3
        assert "mở giấy xác nhận đã nộp hồ sơ" in listed
        assert "Trần Thị Hạnh" not in listed

    def test_agencies_with_views_are_listed_latest_first(
        self, receipt: services.FilingReceipt, officer: User
    ) -> None:
        other = AgencyFactory(name="Sở Tư pháp")
        for minutes, agency in enumerate((receipt.dossier.agency, other)):
            services.log_view(
                dossier=receipt.dossier, actor=officer, agency=agency, target=f"mau-0{minutes}",
                now=NOW + timedelta(minutes=minutes),
            )  # fmt: skip
        assert [one.agency for one in views_by_agency(receipt.dossier)] == [
            "Sở Tư pháp",
            "UBND phường Tân Thành",
        ]

    def test_entries_without_an_agency_count_for_the_dossiers_agency(
        self, receipt: services.FilingReceipt, officer: User
    ) -> None:
        ViewLogEntry.objects.create(dossier=receipt.dossier, actor=officer, at=NOW, target="dossier")
        assert [one.agency for one in views_by_agency(receipt.dossier)] == ["UBND phường Tân Thành"]
        (row,) = describe_entries(receipt.dossier, entries_of(receipt.dossier), [])
        assert row.agency == "UBND phường Tân Thành"

    def test_entry_of_a_deleted_file_is_kept(self, receipt: services.FilingReceipt, officer: User) -> None:
        services.log_view(dossier=receipt.dossier, actor=officer, target="file 4711", now=NOW)
        (row,) = describe_entries(receipt.dossier, entries_of(receipt.dossier), [])
        assert "4711" in row.target

    def test_long_log_shows_the_newest_entries(self, receipt: services.FilingReceipt, officer: User) -> None:
        ViewLogEntry.objects.bulk_create(
            ViewLogEntry(
                dossier=receipt.dossier, actor=officer, at=NOW + timedelta(minutes=n), target=f"mau-{n}"
            )
            for n in range(MAX_ENTRIES + 5)
        )
        shown = entries_of(receipt.dossier)
        assert len(shown) == MAX_ENTRIES
        assert shown[0].target == f"mau-{MAX_ENTRIES + 4}"

    def test_query_count_does_not_grow(
        self,
        receipt: services.FilingReceipt,
        officer: User,
        agency: Agency,
        django_assert_max_num_queries: Any,
    ) -> None:
        head = signed_in(make_officer(agency, ROLE.HEAD))
        for client, address in (
            (head, reverse("one_stop:view_log", args=[receipt.code])),
            (Client(), f"/ho-so/{receipt.token}/nguoi-xem/"),
            (Client(), f"/ho-so/{receipt.token}/"),
        ):
            client.get(address)
            with django_assert_max_num_queries(20) as few:
                client.get(address)
            most = len(few)  # evaluated now, since the next request discards what was captured
            for n in range(5):
                services.log_view(
                    dossier=receipt.dossier,
                    actor=make_officer(agency),
                    agency=agency,
                    target=f"{address}{n}",
                    now=NOW,
                )
            client.get(address)  # for a new officer, the cached parts of the page frame are rendered again
            with django_assert_max_num_queries(most):
                client.get(address)


class TestOwnData:
    def test_own_data_is_complete_and_contains_no_secret(
        self, receipt: services.FilingReceipt, officer: User
    ) -> None:
        signed_in(officer).get(reverse("one_stop:dossier", args=[receipt.code]))
        answer = Client().get(f"/ho-so/{receipt.token}/du-lieu.json")
        assert answer["Content-Disposition"] == f'attachment; filename="{receipt.code}.json"'
        assert "no-store" in answer["Cache-Control"]
        data = answer.json()
        assert data["code"] == receipt.code
        steps = {step["step"]: {q["id"]: q for q in step["questions"]} for step in data["answers"]}
        assert steps["Người yêu cầu"]["identity"]["value"]["number"] == "096185001234"
        assert steps["Thông tin của trẻ"]["born"]["answer"] == "01/11/2026"
        assert data["consent"]["number"] == 1
        assert data["files"][0]["sha256"] == receipt.dossier.attachments.get().sha256
        assert [event["action"] for event in data["events"]] == ["submit"]
        assert data["views_by_agency"] == [
            {"agency": "UBND phường Tân Thành", "times": 1, "last": "2026-11-23T02:00:00Z"}
        ]
        text = answer.content.decode()
        for secret in (
            receipt.lookup_key,
            receipt.token,
            receipt.dossier.link_token_hash,
            receipt.dossier.lookup_key_hash,
        ):
            assert secret not in text

    def test_unknown_token_is_the_usual_404(self, receipt: services.FilingReceipt) -> None:
        assert Client().get(f"/ho-so/{receipt.token}x/du-lieu.json").status_code == 404
        assert Client().get(f"/ho-so/{receipt.token}x/nguoi-xem/").status_code == 404
