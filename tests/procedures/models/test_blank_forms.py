"""Blank forms never change and are downloaded as files."""

from __future__ import annotations

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction

from procedures.models import (
    BlankForm,
)  # fmt: skip

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel("2026-11-23 09:00 +0700", tick=False):
        yield


class TestForms:
    """A stored blank form never changes, since versions refer to it."""

    @pytest.fixture(autouse=True)
    def _media(self, settings, tmp_path):
        settings.MEDIA_ROOT = tmp_path

    def make(self, data: bytes = b"mau", name: str = "TK khai sinh.docx") -> BlankForm:
        form = BlankForm(name=name)
        form.file.save("tk.docx", ContentFile(data), save=False)
        form.save()
        return form

    def test_digest_and_size_come_from_the_bytes(self):
        form = self.make(b"mau")

        assert form.size == 3
        assert len(form.sha256) == 64

    def test_identical_bytes_are_stored_once(self):
        self.make()

        with pytest.raises(IntegrityError), transaction.atomic():
            self.make(name="khac.docx")

    def test_replacing_the_file_is_refused(self):
        form = self.make()
        form.file = ContentFile(b"khac", name="tk.docx")

        with pytest.raises(ValidationError) as problem:
            form.full_clean()
        assert "file" in problem.value.message_dict

    def test_name_can_be_changed(self):
        form = self.make()
        form.name = "Tờ khai.docx"
        form.full_clean()

    def test_file_is_sent_as_an_immutable_attachment(self, client):
        form = self.make(b"noi dung")

        response = client.get(form.get_absolute_url())

        assert b"".join(response.streaming_content) == b"noi dung"
        assert response["Content-Disposition"].startswith("attachment")
        assert "immutable" in response["Cache-Control"]

    @pytest.mark.parametrize("name", ["khac.docx", "..%2F..%2Fetc%2Fpasswd", "<b>.docx"])
    def test_name_in_the_url_does_not_select_the_file(self, client, name):
        form = self.make(b"noi dung")
        response = client.get(f"/thu-tuc/bieu-mau/{form.pk}/{name}")

        if response.status_code == 200:
            assert b"".join(response.streaming_content) == b"noi dung"
            assert (
                "khai%20sinh" in response["Content-Disposition"]
                or "khai sinh" in response["Content-Disposition"]
            )

    def test_missing_file_is_a_404(self, client):
        form = self.make()
        address = form.get_absolute_url()
        form.file.storage.delete(form.file.name)

        assert client.get(address).status_code == 404
        assert client.get("/thu-tuc/bieu-mau/99999/x.docx").status_code == 404
        assert client.post(address).status_code == 405
