"""Uploaded files are served only if the malware scan found them clean or there is no scanner."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import translation

from forms_app.dossiers.models import Attachment, ViewLogEntry
from forms_app.dossiers.selectors import view_log
from tests.forms_app.dossiers.factories import enter, make_draft
from tests.forms_app.dossiers.scanned_files import State, desk_of, filed_file, in_state


@pytest.mark.django_db
class TestServing:
    """Every address that sends an uploaded file."""

    @pytest.mark.parametrize(
        ("state", "status"),
        [
            (State.NOT_SCANNED, 200),
            (State.CLEAN, 200),
            (State.WAITING, 409),
            (State.FAILED, 409),
            (State.INFECTED, 403),
            (State.LIMIT_EXCEEDED, 403),
        ],
    )
    def test_only_clean_files_are_served(self, state: State, status: int) -> None:
        receipt, file = filed_file(**in_state(state))
        desk = desk_of(receipt)
        answers = [
            method(address)
            for client, address in (
                (desk, f"/mot-cua/ho-so/{receipt.code}/tep/{file.pk}/"),
                (Client(), f"/ho-so/{receipt.token}/tep/{file.pk}/"),
            )
            for method in (client.get, client.head)
        ]
        for answer in answers:
            assert answer.status_code == status
            assert "no-store" in answer["Cache-Control"]
            assert answer.streaming == (status == 200)
        for answer in answers:  # last, since it closes the connection to the database
            answer.close()

    @pytest.mark.parametrize("state", [State.WAITING, State.INFECTED, State.LIMIT_EXCEEDED])
    def test_file_of_ones_own_draft_is_withheld_too(self, state: State) -> None:
        draft, token = make_draft()
        draft.attachments.update(**in_state(state))
        client = Client()
        enter(client, draft, token)
        code = draft.procedure_version.procedure.core_code
        answer = client.get(f"/nop-ho-so/{code}/tep/{draft.attachments.get().pk}/")
        assert answer.status_code in {403, 409}

    def test_page_says_why_and_offers_to_reload(self) -> None:
        receipt, file = filed_file(**in_state(State.WAITING))
        address = f"/ho-so/{receipt.token}/tep/{file.pk}/"
        page = Client().get(address).content.decode()
        assert "đang được quét mã độc" in page
        assert f'href="{address}"' in page, "a plain link, without JavaScript"

    def test_refused_file_is_not_logged_as_viewed(self) -> None:
        receipt, file = filed_file(**in_state(State.INFECTED))
        Client().get(f"/ho-so/{receipt.token}/tep/{file.pk}/")
        desk_of(receipt).get(f"/mot-cua/ho-so/{receipt.code}/tep/{file.pk}/")
        assert not ViewLogEntry.objects.filter(target=view_log.file_target(file)).exists()

    def test_other_agencies_get_the_same_404_as_without_the_file(self) -> None:
        receipt, file = filed_file(**in_state(State.INFECTED))
        other, _file = filed_file()
        assert desk_of(other).get(f"/mot-cua/ho-so/{receipt.code}/tep/{file.pk}/").status_code == 404

    @pytest.mark.parametrize(
        ("state", "text", "linked"),
        [
            (State.NOT_SCANNED, "Chưa quét mã độc", True),
            (State.CLEAN, "Không thấy mã độc", True),
            (State.WAITING, "Đang quét mã độc", False),
            (State.FAILED, "Chưa quét được mã độc", False),
            (State.INFECTED, "Có mã độc", False),
            (State.LIMIT_EXCEEDED, "Không quét được mã độc", False),
        ],
    )
    def test_desk_shows_the_state_and_links_only_files_that_open(
        self, state: State, text: str, linked: bool
    ) -> None:
        receipt, file = filed_file(**in_state(state))
        page = desk_of(receipt).get(f"/mot-cua/ho-so/{receipt.code}/").content.decode()
        assert text in page
        link = f'<a href="/mot-cua/ho-so/{receipt.code}/tep/{file.pk}/">{file.original_name}</a>'
        assert (link in page) == linked
        assert ("Tệp không mở được" in page) == (state in Attachment.REFUSED)

    @pytest.mark.parametrize(("state", "told"), [(State.INFECTED, True), (State.CLEAN, False)])
    def test_citizen_sees_what_to_do(self, state: State, told: bool) -> None:
        receipt, file = filed_file(**in_state(state))
        page = Client().get(f"/ho-so/{receipt.token}/").content.decode()
        assert (f"Cơ quan không mở được tệp {file.original_name}" in page) == told
        contents = Client().get(f"/ho-so/{receipt.token}/noi-dung/").content.decode()
        assert (f"/ho-so/{receipt.token}/tep/{file.pk}/" in contents) != told

    def test_english_page_is_in_english(self) -> None:
        receipt, file = filed_file(**in_state(State.LIMIT_EXCEEDED))
        with translation.override("en"):
            page = Client().get(f"/en/ho-so/{receipt.token}/tep/{file.pk}/").content.decode()
        assert "password-protected" in page

    def test_result_is_offered_once_it_is_clean(self) -> None:
        receipt, file = filed_file(**in_state(State.WAITING))
        Attachment.objects.filter(pk=file.pk).update(purpose="result")
        address = f"/ho-so/{receipt.token}/"
        assert "Tải lại trang sau một phút" in Client().get(address).content.decode()
        Attachment.objects.filter(pk=file.pk).update(**in_state(State.CLEAN))
        assert f"{address}tep/{file.pk}/" in Client().get(address).content.decode()
