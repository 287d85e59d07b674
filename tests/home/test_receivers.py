"""Every change is visible to anonymous users at once, although whole pages are cached.

Each test requests a page twice through the page cache (the second time from memory), changes one thing as
editors do, and requests it again.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from django.core.files.images import ImageFile
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from PIL import Image
from wagtail.models import Page, Site

from core.tasks import scan_library
from core.web.page_cache import watch
from forms_app.builder import services as builder
from forms_app.builder.models import FormDefinition
from home.models import MenuItem, PortalDocument, PortalImage
from procedures.choices import Status
from procedures.imports.apply import import_records
from procedures.models import Field, LocalAssignment, ProcedurePage, ProcedureSectionPage
from procedures.services.versions import publish
from tests.accounts.factories import AgencyFactory
from tests.forms_app.dossiers.factories import SCHEMA
from tests.home import factories
from tests.procedures.factories import make_decision, make_page, make_procedure, make_section
from tests.support.fake_scanner import fake_scanner

pytestmark = pytest.mark.django_db
TODAY = "2026-11-23 09:00 +0700"


@pytest.fixture(autouse=True)
def _cached(settings: Any) -> Iterator[None]:
    settings.PAGE_CACHE_ENABLED = True
    watch.expire()
    with time_machine.travel(TODAY, tick=False):
        factories.front_page()
        yield
    watch.expire()


@pytest.fixture
def read_cached(client: Client) -> Callable[[str], str]:
    """Return a function that requests a page and checks that the second answer is cached."""

    def read_cached(path: str) -> str:
        first = client.get(path)
        assert first.status_code == 200, path
        with CaptureQueriesContext(connection) as queries:
            again = client.get(path)
        assert len(queries) <= 1, f"{path} was not cached"
        assert again.content.decode().split("nonce")[0] == first.content.decode().split("nonce")[0]
        return again.content.decode()

    return read_cached


@pytest.fixture
def page() -> ProcedurePage:
    agency = AgencyFactory(name="Sở Tư pháp", short_name="Sở Tư pháp")
    created = make_page(section=make_section(agency), title="Đăng ký kết hôn", slug="ket-hon")
    publish(
        page=created, decision=make_decision(number="12/QĐ-UBND", date=None), valid_from=dt.date(2025, 7, 1)
    )
    created.refresh_from_db()
    return created


def picture(colour: str) -> ImageFile:
    stream = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(stream, "PNG")
    return ImageFile(io.BytesIO(stream.getvalue()), name=f"{colour}.png")


class TestProcedures:
    def test_new_version_is_shown(self, read_cached: Any, page: ProcedurePage) -> None:
        assert "Từ đủ 18 tuổi" not in read_cached(page.url)
        page.requirements = "Từ đủ 18 tuổi"
        publish(page=page, decision=page.decision)
        assert "Từ đủ 18 tuổi" in read_cached(page.url)

    def test_changed_title_is_shown_in_the_section(self, read_cached: Any, page: ProcedurePage) -> None:
        section = page.get_parent().url
        assert "Đăng ký kết hôn" in read_cached(section)
        page.title = "Đăng ký kết hôn lưu động"
        page.save_revision().publish()
        assert "Đăng ký kết hôn lưu động" in read_cached(section)

    def test_renamed_section_is_shown_in_breadcrumbs(self, read_cached: Any, page: ProcedurePage) -> None:
        assert "Sở Tư pháp</a>" in read_cached(page.url)
        section = ProcedureSectionPage.objects.get(pk=page.get_parent().pk)
        section.title = "Sở Tư pháp mới"
        section.save_revision().publish()
        assert "Sở Tư pháp mới</a>" in read_cached(page.url)

    def test_added_decision_date_is_shown(self, read_cached: Any, page: ProcedurePage) -> None:
        assert "30/06/2025" not in read_cached(page.url)
        page.decision.date = dt.date(2025, 6, 30)
        page.decision.save()
        assert "30/06/2025" in read_cached(page.url)

    def test_abolition_is_shown(self, read_cached: Any, page: ProcedurePage) -> None:
        assert "notice--bad" not in read_cached(page.url)
        page.procedure.status = Status.ABOLISHED
        page.procedure.save()
        assert "notice--bad" in read_cached(page.url)

    def test_abolition_by_an_import_without_text_changes_is_shown(
        self, read_cached: Any, page: ProcedurePage
    ) -> None:
        existing = {"core_code": page.procedure.core_code, "title": page.title}
        read_cached(page.url)
        assert import_records([{**existing, "status": "het_hieu_luc"}]).counts()["updated"] == 1
        assert page.procedure.versions.count() == 1
        assert "notice--bad" in read_cached(page.url)

    def test_published_form_adds_the_apply_button(self, read_cached: Any, page: ProcedurePage) -> None:
        assert "/nop-ho-so/" not in read_cached(page.url)
        definition = FormDefinition.objects.create(
            procedure=page.procedure, title="Tờ khai", working_copy=SCHEMA
        )
        LocalAssignment.objects.create(
            procedure=page.procedure, agency=AgencyFactory(), valid_from=dt.date(2025, 7, 1)
        )
        builder.publish(definition=definition, by=None)
        assert f"/nop-ho-so/{page.procedure.core_code}/" in read_cached(page.url)
        definition.active = False
        definition.save()
        assert "/nop-ho-so/" not in read_cached(page.url)

    def test_renamed_field_is_shown_in_the_catalogue(self, read_cached: Any, page: ProcedurePage) -> None:
        field = Field.objects.create(name="Hộ tịch", slug="ho-tich")
        page.field = field
        publish(page=page, decision=None)
        assert ">Hộ tịch</a>" in read_cached("/thu-tuc/")
        field.name = "Hộ tịch và quốc tịch"
        field.save()
        assert ">Hộ tịch và quốc tịch</a>" in read_cached("/thu-tuc/")

    def test_local_assignment_is_shown_on_the_agency_site(
        self, read_cached: Any, page: ProcedurePage
    ) -> None:
        site = factories.agency_site()
        assert "Đăng ký kết hôn" not in read_cached(site.url)
        row = LocalAssignment.objects.create(
            procedure=page.procedure, agency=site.agency, valid_from=dt.date(2025, 7, 1)
        )
        assert "Đăng ký kết hôn" in read_cached(site.url)
        row.delete()
        assert "Đăng ký kết hôn" not in read_cached(site.url)

    def test_changed_slug_is_followed(
        self, client: Client, read_cached: Any, page: ProcedurePage, django_capture_on_commit_callbacks: Any
    ) -> None:
        section, old = page.get_parent().url, page.url
        assert old in read_cached(section)
        page.slug = "ket-hon-moi"
        revision = page.save_revision()
        with django_capture_on_commit_callbacks(execute=True):
            revision.publish()
        assert old not in read_cached(section)
        assert client.get(old)["Location"].endswith("/ket-hon-moi/")

    def test_moved_page_is_followed(
        self, client: Client, read_cached: Any, page: ProcedurePage, django_capture_on_commit_callbacks: Any
    ) -> None:
        old, section = page.url, make_section()
        read_cached(old)
        read_cached(section.url)
        with django_capture_on_commit_callbacks(execute=True):
            page.move(section, pos="last-child")
        page.refresh_from_db()
        assert "Đăng ký kết hôn" in read_cached(section.url)
        assert client.get(old)["Location"].endswith(page.url)

    def test_unpublished_page_gives_404_and_can_be_republished(
        self, client: Client, read_cached: Any, page: ProcedurePage
    ) -> None:
        read_cached(page.url)
        page.unpublish()
        assert client.get(page.url).status_code == 404
        page.save_revision().publish()
        read_cached(page.url)

    def test_deleted_page_gives_404(self, client: Client, read_cached: Any, page: ProcedurePage) -> None:
        read_cached(page.url)
        address = page.url
        page.delete()
        assert client.get(address).status_code == 404

    def test_restricted_page_redirects_to_sign_in(
        self, client: Client, read_cached: Any, page: ProcedurePage
    ) -> None:
        read_cached(page.url)
        page.view_restrictions.create(restriction_type="login")
        assert client.get(page.url).status_code == 302

    def test_scheduled_publication_is_shown(
        self, client: Client, read_cached: Any, page: ProcedurePage
    ) -> None:
        page.summary, page.go_live_at = "Từ trưa nay", timezone.now() + dt.timedelta(hours=3)
        page.save_revision().publish()
        assert "Từ trưa nay" not in read_cached(page.url)
        with time_machine.travel(TODAY.replace("09:00", "12:01"), tick=False):
            call_command("publish_scheduled")
            assert "Từ trưa nay" in read_cached(page.url)

    def test_expired_page_gives_404(self, client: Client, read_cached: Any, page: ProcedurePage) -> None:
        page.expire_at = timezone.now() + dt.timedelta(hours=3)
        page.save_revision().publish()
        read_cached(page.url)
        with time_machine.travel(TODAY.replace("09:00", "12:01"), tick=False):
            call_command("publish_scheduled")
            assert client.get(page.url).status_code == 404

    @pytest.mark.parametrize(
        ("moment", "seconds"),
        [
            ("2026-11-23 09:00:00 +0700", 300),
            ("2026-11-23 23:57:00 +0700", 180),
            ("2026-11-23 23:59:59 +0700", 1),
            ("2026-11-24 00:00:00 +0700", 300),
            ("2026-11-23 16:59:00 +0000", 60),
        ],
    )
    def test_pages_are_cached_at_most_until_midnight_in_vietnam(
        self, page: ProcedurePage, moment: str, seconds: int
    ) -> None:
        """Versions, agencies and assignments begin on a date without anything being published."""
        site = factories.agency_site()
        with time_machine.travel(moment, tick=False):
            for one in (page, page.get_parent().specific, site):
                assert one.cache_seconds == seconds


class TestFrame:
    def test_menu_changes_are_shown(self, read_cached: Any) -> None:
        assert ">Hỏi đáp</a>" not in read_cached("/tin-tuc/")
        entry = MenuItem.objects.create(label="Hỏi đáp", path="/hoi-dap/")
        assert ">Hỏi đáp</a>" in read_cached("/tin-tuc/")
        entry.label = "Câu hỏi thường gặp"
        entry.save()
        assert ">Câu hỏi thường gặp</a>" in read_cached("/tin-tuc/")
        entry.delete()
        assert "Câu hỏi thường gặp" not in read_cached("/tin-tuc/")

    def test_menu_item_follows_its_page(
        self, read_cached: Any, django_capture_on_commit_callbacks: Any
    ) -> None:
        text = factories.information("Liên hệ", slug="lien-he")
        MenuItem.objects.create(label="Liên hệ", page=text)
        assert 'href="/lien-he/"' in read_cached("/tin-tuc/")
        text.slug = "noi-hoi"
        revision = text.save_revision()
        with django_capture_on_commit_callbacks(execute=True):
            revision.publish()
        assert 'href="/noi-hoi/"' in read_cached("/tin-tuc/")

    def test_alert_changes_are_shown(self, read_cached: Any) -> None:
        assert "Bão số 9" not in read_cached("/")
        row = factories.alert(title="Bão số 9")
        assert "Bão số 9" in read_cached("/")
        row.title = "Bão số 10"
        row.save()
        assert "Bão số 10" in read_cached("/")
        row.ends_at = timezone.now()
        row.save()
        assert "Bão số 10" not in read_cached("/")

    def test_changed_agency_name_and_address_are_shown(self, read_cached: Any) -> None:
        site = factories.agency_site(AgencyFactory(address="12 Bờ Kè", phone="0290 1"))
        factories.news(1, agency=site.agency)
        assert "12 Bờ Kè" in read_cached(site.url)
        read_cached("/tin-tuc/")
        site.agency.address, site.agency.name, site.agency.short_name = "9 Bờ Kè", "Sở Mới", "Sở Mới"
        site.agency.save()
        assert "9 Bờ Kè" in read_cached(site.url)
        assert "Sở Mới" in read_cached("/tin-tuc/")

    def test_saving_the_site_purges_the_cache(self, read_cached: Any) -> None:
        read_cached("/")
        before = watch.current()
        Site.objects.get(is_default_site=True).save()
        assert watch.current() > before


class TestNews:
    def test_news_changes_are_shown(self, read_cached: Any) -> None:
        read_cached("/")
        read_cached("/tin-tuc/")
        page = factories.news(1, title="Tin mới")
        for path in ("/", "/tin-tuc/"):
            assert "Tin mới" in read_cached(path)
        page.title = "Tin đã sửa"
        page.save_revision().publish()
        for path in ("/", "/tin-tuc/", page.url):
            assert "Tin đã sửa" in read_cached(path)
        page.unpublish()
        for path in ("/", "/tin-tuc/"):
            assert "Tin đã sửa" not in read_cached(path)
        page.save_revision().publish()
        assert "Tin đã sửa" in read_cached("/")
        page.delete()
        for path in ("/", "/tin-tuc/"):
            assert "Tin đã sửa" not in read_cached(path)

    def test_draft_is_not_shown(self, read_cached: Any) -> None:
        page = factories.news(1)
        page.title = "Bản nháp"
        page.save_revision()
        for path in ("/", "/tin-tuc/", page.url):
            assert "Bản nháp" not in read_cached(path)

    @pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
    def test_replaced_image_is_shown(self, read_cached: Any) -> None:
        image = PortalImage.objects.create(title="Cầu", alt_text="Cây cầu", file=picture("red"))
        page = factories.news(1, image=image)
        old = read_cached(page.url)
        image.file, image.alt_text = picture("blue"), "Cây cầu mới"
        image._set_file_hash()
        image.save()
        for rendition in image.renditions.all():
            rendition.delete()
        new = read_cached(page.url)
        assert "Cây cầu mới" in new
        assert new.split("<img", 1)[1].split(">", 1)[0] != old.split("<img", 1)[1].split(">", 1)[0]

    @pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
    def test_image_is_shown_once_it_is_clean(self, read_cached: Any, settings: Any) -> None:
        image = PortalImage.objects.create(title="Cầu", alt_text="Cây cầu", file=picture("red"))
        image.get_file_hash()
        page = factories.news(1, image=image)
        with fake_scanner() as scanner:
            settings.CLAMAV_ADDRESS = scanner.address
            before = read_cached(page.url)
            scan_library()
        assert "withheld" not in before
        assert "Cây cầu" not in before
        assert "Cây cầu" in read_cached(page.url)

    @pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
    def test_deleted_image_is_removed(self, read_cached: Any) -> None:
        image = PortalImage.objects.create(title="Cầu", alt_text="Cây cầu", file=picture("red"))
        page = factories.news(1, image=image)
        assert "Cây cầu" in read_cached(page.url)
        image.delete()
        assert "Cây cầu" not in read_cached(page.url)

    def test_renamed_document_purges_the_cache(self) -> None:
        document = PortalDocument.objects.create(title="Quy chế", file=picture("red"))
        before = watch.current()
        document.title = "Quy chế mới"
        document.save()
        assert watch.current() > before


def test_pages_below_an_unpublished_page_disappear(
    client: Client, read_cached: Any, page: ProcedurePage
) -> None:
    read_cached(page.url)
    read_cached("/thu-tuc/")
    address = page.url
    Page.objects.get(pk=page.get_parent().pk).unpublish()
    assert make_procedure()
    assert address not in read_cached("/thu-tuc/")
