"""Files of drafts and dossiers in every state of the malware scan."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from forms_app.builder.schema import FieldSpec
from forms_app.dossiers import services
from forms_app.dossiers.models import Attachment, Draft
from tests.forms_app.dossiers.factories import file_dossier
from tests.forms_app.dossiers.files import PDF
from tests.one_stop.factories import make_officer

State = Attachment.ScanState
SPEC = FieldSpec("proof", "file", "Giấy", options={"max_files": 5})
ADDRESS = "an.nguyen@example.test"


def upload(draft: Draft, name: str = "don.pdf", content: bytes = PDF) -> Attachment:
    sent = SimpleUploadedFile(name, content, "application/pdf")
    return services.store_answer(draft=draft, spec=SPEC, upload=sent)


def filed_file(**fields: Any) -> tuple[services.FilingReceipt, Attachment]:
    """File a dossier with one file, whose scan is in the given state."""
    receipt = file_dossier(email=ADDRESS)
    file = receipt.dossier.attachments.get()
    Attachment.objects.filter(pk=file.pk).update(**fields)
    file.refresh_from_db()
    return receipt, file


def in_state(state: State) -> dict[str, Any]:
    """Return the field values of a file in ``state``."""
    now = timezone.now()
    done = state in {State.CLEAN, State.INFECTED, State.LIMIT_EXCEEDED}
    return {
        "scan_state": state,
        "scan_note": "Example" if state in {State.FAILED, State.INFECTED, State.LIMIT_EXCEEDED} else "",
        "scanned_at": now if done else None,
        "scan_due_at": now if state in {State.WAITING, State.FAILED} else None,
    }


def desk_of(receipt: services.FilingReceipt) -> Client:
    client = Client()
    client.force_login(make_officer(receipt.dossier.agency))
    return client
