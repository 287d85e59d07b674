"""An anonymous person sees every change at once, although whole pages are kept in memory.

Each test looks at a page twice through the real page cache (the second time from memory), changes one thing the way
people change it, and looks again.
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

from core.pagecache.epochs import watch
from forms_app.builder import services as builder
from forms_app.builder.models import FormDefinition
from home.models import MenuItem, PortalDocument, PortalImage
from procedures.choices import Status
from procedures.models import Field, LocalAssignment, ProcedurePage, ProcedureSectionPage
from procedures.services import publish
from procedures.services.imports import import_records
from tests.accounts.factories import AgencyFactory
from tests.dossiers.factories import SCHEMA
from tests.home import factories
from tests.procedures.factories import make_decision, make_page, make_procedure, make_section

pytestmark = pytest.mark.django_db
TODAY = "2026-11-23 09:00 +0700"


@pytest.fixture(autouse=True)
def _cached(settings: Any) -> Iterator[None]:
    settings.PAGE_CACHE_ENABLED = True
    watch.forget()
    with time_machine.travel(TODAY, tick=False):
        factories.front_page()
        yield
    watch.forget()


@pytest.fixture
def look(client: Client) -> Callable[[str], str]:
    """Return what stands at an address, after making sure that it comes from memory the second time."""

    def look(path: str) -> str:
        first = client.get(path)
        assert first.status_code == 200, path
        with CaptureQueriesContext(connection) as asked:
            again = client.get(path)
        assert len(asked) <= 1, f"{path} was not kept"
        assert again.content.decode().split("nonce")[0] == first.content.decode().split("nonce")[0]
        return again.content.decode()

    return look


@pytest.fixture
def page() -> ProcedurePage:
    agency = AgencyFactory(name="Sở Tư pháp", short_name="Sở Tư pháp")
    made = make_page(section=make_section(agency), title="Đăng ký kết hôn", slug="ket-hon")
    publish(page=made, decision=make_decision(number="12/QĐ-UBND", date=None), valid_from=dt.date(2025, 7, 1))
    made.refresh_from_db()
    return made


def picture(colour: str) -> ImageFile:
    stream = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(stream, "PNG")
    return ImageFile(io.BytesIO(stream.getvalue()), name=f"{colour}.png")


class TestProcedures:
    def test_a_new_version(self, look: Any, page: ProcedurePage) -> None:
        assert "Từ đủ 18 tuổi" not in look(page.url)
        page.requirements = "Từ đủ 18 tuổi"
        publish(page=page, decision=page.decision)
        assert "Từ đủ 18 tuổi" in look(page.url)

    def test_a_changed_name_in_the_list_of_its_section(self, look: Any, page: ProcedurePage) -> None:
        section = page.get_parent().url
        assert "Đăng ký kết hôn" in look(section)
        page.title = "Đăng ký kết hôn lưu động"
        page.save_revision().publish()
        assert "Đăng ký kết hôn lưu động" in look(section)

    def test_a_renamed_section_on_the_way_down(self, look: Any, page: ProcedurePage) -> None:
        assert "Sở Tư pháp</a>" in look(page.url)
        section = ProcedureSectionPage.objects.get(pk=page.get_parent().pk)
        section.title = "Sở Tư pháp mới"
        section.save_revision().publish()
        assert "Sở Tư pháp mới</a>" in look(page.url)

    def test_a_decision_that_gets_its_date(self, look: Any, page: ProcedurePage) -> None:
        assert "30/06/2025" not in look(page.url)
        page.decision.date = dt.date(2025, 6, 30)
        page.decision.save()
        assert "30/06/2025" in look(page.url)

    def test_an_end(self, look: Any, page: ProcedurePage) -> None:
        assert "notice--bad" not in look(page.url)
        page.procedure.status = Status.ABOLISHED
        page.procedure.save()
        assert "notice--bad" in look(page.url)

    def test_an_end_that_comes_with_an_import_and_changes_no_word(
        self, look: Any, page: ProcedurePage
    ) -> None:
        known = {"core_code": page.procedure.core_code, "title": page.title}
        look(page.url)
        assert import_records([{**known, "status": "het_hieu_luc"}]).counts()["updated"] == 1
        assert page.procedure.versions.count() == 1
        assert "notice--bad" in look(page.url)

    def test_a_form_brings_its_button(self, look: Any, page: ProcedurePage) -> None:
        assert "/nop-ho-so/" not in look(page.url)
        definition = FormDefinition.objects.create(procedure=page.procedure, title="Tờ khai", draft=SCHEMA)
        LocalAssignment.objects.create(
            procedure=page.procedure, agency=AgencyFactory(), valid_from=dt.date(2025, 7, 1)
        )
        builder.publish(definition=definition, by=None)
        assert f"/nop-ho-so/{page.procedure.core_code}/" in look(page.url)
        definition.active = False
        definition.save()
        assert "/nop-ho-so/" not in look(page.url)

    def test_a_renamed_field_in_the_catalogue(self, look: Any, page: ProcedurePage) -> None:
        field = Field.objects.create(name="Hộ tịch", slug="ho-tich")
        page.field = field
        publish(page=page, decision=None)
        assert ">Hộ tịch</a>" in look("/thu-tuc/")
        field.name = "Hộ tịch và quốc tịch"
        field.save()
        assert ">Hộ tịch và quốc tịch</a>" in look("/thu-tuc/")

    def test_what_an_agency_receives_on_its_site(self, look: Any, page: ProcedurePage) -> None:
        site = factories.agency_site()
        assert "Đăng ký kết hôn" not in look(site.url)
        row = LocalAssignment.objects.create(
            procedure=page.procedure, agency=site.agency, valid_from=dt.date(2025, 7, 1)
        )
        assert "Đăng ký kết hôn" in look(site.url)
        row.delete()
        assert "Đăng ký kết hôn" not in look(site.url)

    def test_a_new_address(
        self, client: Client, look: Any, page: ProcedurePage, django_capture_on_commit_callbacks: Any
    ) -> None:
        section, old = page.get_parent().url, page.url
        assert old in look(section)
        page.slug = "ket-hon-moi"
        revision = page.save_revision()
        with django_capture_on_commit_callbacks(execute=True):
            revision.publish()
        assert old not in look(section)
        assert client.get(old)["Location"].endswith("/ket-hon-moi/")

    def test_a_move(
        self, client: Client, look: Any, page: ProcedurePage, django_capture_on_commit_callbacks: Any
    ) -> None:
        old, section = page.url, make_section()
        look(old)
        look(section.url)
        with django_capture_on_commit_callbacks(execute=True):
            page.move(section, pos="last-child")
        page.refresh_from_db()
        assert "Đăng ký kết hôn" in look(section.url)
        assert client.get(old)["Location"].endswith(page.url)

    def test_taken_down_and_put_up_again(self, client: Client, look: Any, page: ProcedurePage) -> None:
        look(page.url)
        page.unpublish()
        assert client.get(page.url).status_code == 404
        page.save_revision().publish()
        look(page.url)

    def test_deleted(self, client: Client, look: Any, page: ProcedurePage) -> None:
        look(page.url)
        address = page.url
        page.delete()
        assert client.get(address).status_code == 404

    def test_hidden_from_the_public(self, client: Client, look: Any, page: ProcedurePage) -> None:
        look(page.url)
        page.view_restrictions.create(restriction_type="login")
        assert client.get(page.url).status_code == 302

    def test_a_page_that_is_published_on_time(self, client: Client, look: Any, page: ProcedurePage) -> None:
        page.summary, page.go_live_at = "Từ trưa nay", timezone.now() + dt.timedelta(hours=3)
        page.save_revision().publish()
        assert "Từ trưa nay" not in look(page.url)
        with time_machine.travel(TODAY.replace("09:00", "12:01"), tick=False):
            call_command("publish_scheduled")
            assert "Từ trưa nay" in look(page.url)

    def test_a_page_that_expires_on_time(self, client: Client, look: Any, page: ProcedurePage) -> None:
        page.expire_at = timezone.now() + dt.timedelta(hours=3)
        page.save_revision().publish()
        look(page.url)
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
    def test_no_page_is_kept_past_midnight_in_ca_mau(
        self, page: ProcedurePage, moment: str, seconds: int
    ) -> None:
        """A version, an agency, an assignment begins with a day: nobody need publish anything for it."""
        site = factories.agency_site()
        with time_machine.travel(moment, tick=False):
            for one in (page, page.get_parent().specific, site):
                assert one.cache_seconds == seconds


class TestFrame:
    def test_menu_entries(self, look: Any) -> None:
        assert ">Hỏi đáp</a>" not in look("/tin-tuc/")
        entry = MenuItem.objects.create(label="Hỏi đáp", path="/hoi-dap/")
        assert ">Hỏi đáp</a>" in look("/tin-tuc/")
        entry.label = "Câu hỏi thường gặp"
        entry.save()
        assert ">Câu hỏi thường gặp</a>" in look("/tin-tuc/")
        entry.delete()
        assert "Câu hỏi thường gặp" not in look("/tin-tuc/")

    def test_a_menu_entry_follows_its_page(self, look: Any, django_capture_on_commit_callbacks: Any) -> None:
        text = factories.information("Liên hệ", slug="lien-he")
        MenuItem.objects.create(label="Liên hệ", page=text)
        assert 'href="/lien-he/"' in look("/tin-tuc/")
        text.slug = "noi-hoi"
        revision = text.save_revision()
        with django_capture_on_commit_callbacks(execute=True):
            revision.publish()
        assert 'href="/noi-hoi/"' in look("/tin-tuc/")

    def test_an_alert_set_changed_ended_and_deleted(self, look: Any) -> None:
        assert "Bão số 9" not in look("/")
        row = factories.alert(title="Bão số 9")
        assert "Bão số 9" in look("/")
        row.title = "Bão số 10"
        row.save()
        assert "Bão số 10" in look("/")
        row.ends_at = timezone.now()
        row.save()
        assert "Bão số 10" not in look("/")

    def test_an_agency_that_moves_house_and_is_renamed(self, look: Any) -> None:
        site = factories.agency_site(AgencyFactory(address="12 Bờ Kè", phone="0290 1"))
        factories.news(1, agency=site.agency)
        assert "12 Bờ Kè" in look(site.url)
        look("/tin-tuc/")
        site.agency.address, site.agency.name, site.agency.short_name = "9 Bờ Kè", "Sở Mới", "Sở Mới"
        site.agency.save()
        assert "9 Bờ Kè" in look(site.url)
        assert "Sở Mới" in look("/tin-tuc/")

    def test_the_name_of_the_site(self, look: Any) -> None:
        look("/")
        before = watch.current()
        Site.objects.get(is_default_site=True).save()
        assert watch.current() > before


class TestNews:
    def test_published_changed_taken_down_deleted(self, look: Any) -> None:
        look("/")
        look("/tin-tuc/")
        page = factories.news(1, title="Tin mới")
        for path in ("/", "/tin-tuc/"):
            assert "Tin mới" in look(path)
        page.title = "Tin đã sửa"
        page.save_revision().publish()
        for path in ("/", "/tin-tuc/", page.url):
            assert "Tin đã sửa" in look(path)
        page.unpublish()
        for path in ("/", "/tin-tuc/"):
            assert "Tin đã sửa" not in look(path)
        page.save_revision().publish()
        assert "Tin đã sửa" in look("/")
        page.delete()
        for path in ("/", "/tin-tuc/"):
            assert "Tin đã sửa" not in look(path)

    def test_a_draft_is_seen_by_nobody(self, look: Any) -> None:
        page = factories.news(1)
        page.title = "Bản nháp"
        page.save_revision()
        for path in ("/", "/tin-tuc/", page.url):
            assert "Bản nháp" not in look(path)

    @pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
    def test_a_replaced_image_leaves_no_hole(self, look: Any) -> None:
        image = PortalImage.objects.create(title="Cầu", alt_text="Cây cầu", file=picture("red"))
        page = factories.news(1, image=image)
        old = look(page.url)
        image.file, image.alt_text = picture("blue"), "Cây cầu mới"
        image._set_file_hash()
        image.save()
        for rendition in image.renditions.all():
            rendition.delete()
        new = look(page.url)
        assert "Cây cầu mới" in new
        assert new.split("<img", 1)[1].split(">", 1)[0] != old.split("<img", 1)[1].split(">", 1)[0]

    @pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
    def test_a_deleted_image(self, look: Any) -> None:
        image = PortalImage.objects.create(title="Cầu", alt_text="Cây cầu", file=picture("red"))
        page = factories.news(1, image=image)
        assert "Cây cầu" in look(page.url)
        image.delete()
        assert "Cây cầu" not in look(page.url)

    def test_a_renamed_document(self) -> None:
        document = PortalDocument.objects.create(title="Quy chế", file=picture("red"))
        before = watch.current()
        document.title = "Quy chế mới"
        document.save()
        assert watch.current() > before


def test_a_whole_branch_that_goes_takes_its_pages_along(
    client: Client, look: Any, page: ProcedurePage
) -> None:
    look(page.url)
    look("/thu-tuc/")
    address = page.url
    Page.objects.get(pk=page.get_parent().pk).unpublish()
    assert make_procedure()
    assert address not in look("/thu-tuc/")
