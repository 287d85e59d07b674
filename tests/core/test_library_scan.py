"""Documents and images of the editors' library are withheld until the scanner has found them clean."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.template.loader import render_to_string
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import Image

from core.models import LibraryScan
from core.tasks import scan_library
from home.models import PortalDocument, PortalImage, PortalRendition
from tests.accounts.factories import UserFactory
from tests.support.fake_scanner import FakeScanner, fake_scanner, free_address

pytestmark = pytest.mark.django_db


@pytest.fixture
def scanner(settings: Any) -> Iterator[FakeScanner]:
    with fake_scanner() as found:
        settings.CLAMAV_ADDRESS = found.address
        yield found


def document(content: bytes) -> PortalDocument:
    made = PortalDocument(title="a")
    made.file.save("a.txt", ContentFile(content))
    return made


def status(made: PortalDocument) -> int:
    answer = Client().get(made.url)
    if answer.streaming:
        list(answer.streaming_content)  # closes the file, and leaves the connection of the test open
    return answer.status_code


def test_document_waits_for_its_verdict(scanner: FakeScanner) -> None:
    clean = document(b"x")
    assert status(clean) == 409
    scan_library()
    assert status(clean) == 200
    infected = document(b"y")
    scanner.reply = b"stream: Win.Trojan.Example-1 FOUND\n"
    scan_library()
    assert (status(clean), status(infected)) == (200, 403)
    assert "mã độc" in Client().get(infected.url).text
    assert scanner.scanned == [b"x", b"y"], "each content once"


def test_new_content_under_the_same_document_waits_again(scanner: FakeScanner) -> None:
    made = document(b"x")
    scan_library()
    made.file_hash = ""
    made.file.save("a.txt", ContentFile(b"y"))
    assert status(made) == 409


def test_file_is_withheld_without_a_response_but_not_without_a_scanner(settings: Any) -> None:
    made = document(b"x")
    settings.CLAMAV_ADDRESS = free_address()
    scan_library()
    assert status(made) == 409
    settings.CLAMAV_ADDRESS = ""
    assert status(made) == 200


def picture(color: str = "red") -> PortalImage:
    out = io.BytesIO()
    Image.new("RGB", (60, 40), color).save(out, "PNG")
    return PortalImage.objects.create(
        title="a", alt_text="Huy hiệu", file=ContentFile(out.getvalue(), name="a.png")
    )


def block(image: PortalImage) -> str:
    return render_to_string("blocks/image.html", {"value": {"image": image, "caption": "x"}})


@pytest.mark.filterwarnings("ignore:Unclosed file <tempfile.Spooled:ResourceWarning")  # of Wagtail's copies
class TestImages:
    def test_no_copy_of_an_image_is_made_or_shown_before_its_verdict(self, scanner: FakeScanner) -> None:
        waiting = picture()
        rendition = waiting.get_rendition("width-20")
        assert "withheld.svg" in rendition.url
        assert rendition.alt == "Đang quét mã độc"
        assert waiting.get_renditions("width-20", "width-30")["width-30"].url == rendition.url
        assert PortalRendition.objects.count() == 0
        assert "<img" not in block(waiting)
        scan_library()
        with waiting.file.storage.open(waiting.file.name) as content:
            assert scanner.scanned == [content.read()]
        assert ".png" in waiting.get_rendition("width-20").url
        assert waiting.get_renditions("width-20")["width-20"].alt == "Huy hiệu"
        assert "Huy hiệu" in block(waiting)

    def test_copies_of_an_infected_image_are_deleted_with_their_files(
        self, scanner: FakeScanner, settings: Any, django_capture_on_commit_callbacks: Any
    ) -> None:
        address, settings.CLAMAV_ADDRESS = settings.CLAMAV_ADDRESS, ""
        infected, clean = picture("red"), picture("blue")
        copies = [one.get_rendition("width-20").file for one in (infected, clean)]
        settings.CLAMAV_ADDRESS = address
        scan_library()
        assert [copy.storage.exists(copy.name) for copy in copies] == [True, True]
        LibraryScan.objects.filter(file_hash=infected.get_file_hash()).delete()
        scanner.reply = b"stream: Win.Trojan.Example-1 FOUND\n"
        with django_capture_on_commit_callbacks(execute=True):
            scan_library()
        assert [copy.storage.exists(copy.name) for copy in copies] == [False, True]
        assert infected.get_rendition("width-20").alt == "Có mã độc"

    def test_unavailable_scanner_withholds_it_says_so_and_is_asked_again(
        self, scanner: FakeScanner, settings: Any
    ) -> None:
        made, address = picture(), settings.CLAMAV_ADDRESS
        settings.CLAMAV_ADDRESS = free_address()
        scan_library()
        assert "không trả lời" in made.get_rendition("width-20").alt
        settings.CLAMAV_ADDRESS = address
        scan_library()
        assert made.is_shown
        settings.CLAMAV_ADDRESS = ""
        assert picture("blue").is_shown


@pytest.mark.filterwarnings("ignore:Unclosed file <tempfile.Spooled:ResourceWarning")
class TestAdmin:
    @pytest.fixture
    def admin(self) -> Client:
        client = Client()
        client.force_login(
            UserFactory(is_staff=True, is_superuser=True), "django.contrib.auth.backends.ModelBackend"
        )
        return client

    def test_editor_sees_the_state_of_the_scan(
        self, scanner: FakeScanner, admin: Client, settings: Any
    ) -> None:
        for address in (f"images/{picture().pk}/", f"documents/edit/{document(b'x').pk}/"):
            assert "Đang quét mã độc" in admin.get(f"/quan-tri/{address}").text
        scan_library()
        for address in (f"images/{picture().pk}/", f"documents/edit/{document(b'x').pk}/"):
            assert "Không thấy mã độc" in admin.get(f"/quan-tri/{address}").text
        settings.CLAMAV_ADDRESS = ""
        for address in (f"images/{picture().pk}/", f"documents/edit/{document(b'x').pk}/"):
            assert "Chưa quét mã độc" in admin.get(f"/quan-tri/{address}").text

    @pytest.mark.parametrize("is_scanned", [True, False])
    @pytest.mark.parametrize("address", ["/quan-tri/images/", "/quan-tri/images/chooser/results/"])
    def test_lists_read_all_verdicts_at_once(
        self, scanner: FakeScanner, admin: Client, address: str, is_scanned: bool
    ) -> None:
        counts = []
        for colors in (("red",), ("green", "blue", "gray", "pink", "gold")):
            for color in colors:
                picture(color)
            if is_scanned:
                scan_library()
            admin.get(address)  # makes the resized copies
            with CaptureQueriesContext(connection) as queries:
                text = admin.get(address).text
            assert ("withheld.svg" in text) != is_scanned
            counts.append(len(queries))
        assert counts[0] == counts[1]

    def test_new_content_of_a_listed_image_is_withheld(self, scanner: FakeScanner) -> None:
        made = picture()
        scan_library()
        listed = PortalImage.objects.get(pk=made.pk)
        assert listed.is_shown
        listed.file_hash = "0" * 40
        assert not listed.is_shown

    def test_preview_is_made_only_of_clean_images(self, scanner: FakeScanner, admin: Client) -> None:
        made = picture()
        address = f"/quan-tri/images/{made.pk}/preview/width-20/"
        assert admin.get(address).status_code == 404
        assert "withheld.svg" in admin.get("/quan-tri/images/").text
        scan_library()
        answer = admin.get(address)
        assert answer.status_code == 200
        list(answer.streaming_content)
