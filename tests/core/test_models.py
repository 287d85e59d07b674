"""Title and slug of the base page, blocks, and scheduled publishing."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from wagtail.models import Page

from core.tasks import publish_scheduled
from core.wagtail.blocks import ContentBlock, LeanStreamField
from home.models import InformationPage
from tests.core.vietnamese import LETTERS
from tests.home.factories import front_page

pytestmark = pytest.mark.django_db


@pytest.fixture
def home() -> Page:
    return front_page()


def child(home: Page, **fields) -> InformationPage:
    return home.add_child(
        instance=InformationPage(**{"title": "Giới thiệu", "summary": "Về cơ quan", **fields})
    )


class TestTitleAndSlug:
    @pytest.mark.parametrize(
        ("title", "kept", "slug"),
        [
            ("Đăng ký kết hôn", "Đăng ký kết hôn", "dang-ky-ket-hon"),
            ("  Cấp\u00a0giấy   phép\u200b ", "Cấp giấy phép", "cap-giay-phep"),
            (unicodedata.normalize("NFD", "Ủy ban nhân dân"), "Ủy ban nhân dân", "uy-ban-nhan-dan"),
            ("Nghị định 118/2025/NĐ-CP", "Nghị định 118/2025/NĐ-CP", "nghi-dinh-118-2025-nd-cp"),
        ],
    )
    def test_title_and_slug_are_normalised(self, home, title, kept, slug):
        page = child(home, title=title)
        assert (page.title, page.slug) == (kept, slug)

    def test_slug_keeps_every_letter_with_two_marks(self, home):
        """Wagtail's own slug function drops them: cp-giy-phep."""
        title = "".join(letter for letter in LETTERS if len(unicodedata.normalize("NFD", letter)) > 2)
        assert len(title) == 30
        assert child(home, title=title).slug == "".join(LETTERS[letter] for letter in title)

    def test_a_typed_slug_is_normalised(self, home):
        assert child(home, slug="Đường dẫn Của Tôi").slug == "duong-dan-cua-toi"

    def test_pages_with_the_same_title_get_different_slugs(self, home):
        assert child(home).slug == "gioi-thieu"
        assert child(home, title="Giới  thiệu").slug == "gioi-thieu-2"

    @pytest.mark.parametrize("title", ["", "   ", "\u200b\u00a0"])
    def test_a_page_without_a_title_is_refused(self, home, title):
        with pytest.raises(ValidationError) as caught:
            child(home, title=title)
        assert "title" in caught.value.message_dict


class TestSchedule:
    """Scheduled publishing and expiry."""

    NOW = datetime(2026, 3, 2, 2, tzinfo=UTC)

    @pytest.fixture(autouse=True)
    def _now(self, time_machine):
        time_machine.move_to(self.NOW, tick=False)

    def live(self, page: Page) -> bool:
        return Page.objects.get(pk=page.pk).live

    def test_a_scheduled_page_is_published(self, home, time_machine):
        page = child(home, live=False, go_live_at=self.NOW + timedelta(hours=1))
        page.save_revision(approved_go_live_at=page.go_live_at)
        publish_scheduled()
        assert not self.live(page)
        time_machine.move_to(self.NOW + timedelta(hours=1, seconds=1), tick=False)
        publish_scheduled()
        assert self.live(page)

    def test_an_expired_page_is_unpublished(self, home, time_machine):
        page = child(home, expire_at=self.NOW + timedelta(hours=1))
        publish_scheduled()
        assert self.live(page)
        time_machine.move_to(self.NOW + timedelta(hours=1, seconds=1), tick=False)
        publish_scheduled()
        assert not self.live(page)

    def test_running_twice_changes_nothing(self, home):
        page = child(home)
        publish_scheduled()
        publish_scheduled()
        assert self.live(page)


class TestBlocks:
    def test_blocks_are_left_out_of_migrations(self):
        field = LeanStreamField(ContentBlock())
        _name, path, args, kwargs = field.deconstruct()
        assert path.endswith("LeanStreamField")
        assert args == []
        assert "block_types" not in kwargs
        assert "block_lookup" not in kwargs

    def test_a_notice_escapes_its_text(self):
        block = ContentBlock().child_blocks["notice"]
        html = block.render(block.to_python({"tone": "wait", "title": "Lưu ý", "text": "<script>x</script>"}))
        assert "Lưu ý" in html
        assert "<script>" not in html

    def test_a_heading_is_an_h2(self):
        block = ContentBlock().child_blocks["heading"]
        assert "<h2" in block.render("Thành phần hồ sơ")
        assert "&lt;b&gt;" in block.render("<b>")

    def test_available_blocks(self):
        assert set(ContentBlock().child_blocks) >= {"heading", "paragraph", "image", "notice", "download"}

    @pytest.mark.parametrize("block", ["heading", "notice"])
    def test_a_block_without_required_text_is_refused(self, block):
        child_block = ContentBlock().child_blocks[block]
        with pytest.raises(ValidationError):
            child_block.clean(child_block.to_python({} if block == "notice" else ""))
