"""Everything that changes a dossier. Other apps import from here."""

from forms_app.dossiers.services.drafts import save_step, start_draft, take_over
from forms_app.dossiers.services.filing import Submitted, answer_for, submit
from forms_app.dossiers.services.history import log_view
from forms_app.dossiers.services.performing import perform
from forms_app.dossiers.services.retention import erase_draft
from forms_app.dossiers.services.supplements import supply, withdraw
from forms_app.dossiers.services.uploads import remove, store_answer, store_result, store_supplement

__all__ = [
    "Submitted",
    "answer_for",
    "erase_draft",
    "log_view",
    "perform",
    "remove",
    "save_step",
    "start_draft",
    "store_answer",
    "store_result",
    "store_supplement",
    "submit",
    "supply",
    "take_over",
    "withdraw",
]
