"""Everything that changes a dossier or a draft; what a single view needs is imported from its module."""

from forms_app.dossiers.services.actions import (
    apply_action,
    lock_dossier,
    save_supplement,
    supply,
    withdraw,
)
from forms_app.dossiers.services.drafts import PageIds, change_agency, save_step, start_draft, take_over
from forms_app.dossiers.services.filing import FilingReceipt, receipt_for, submit
from forms_app.dossiers.services.retention import erase_draft
from forms_app.dossiers.services.secrets import (
    DossierSecrets,
    confirm_email,
    recently_issued_secrets,
    rehash_lookup_key,
    replace_by_link,
    replace_secrets,
    request_new_key,
)
from forms_app.dossiers.services.uploads import (
    remove,
    store_answer,
    store_received,
    store_result,
    store_supplement,
)
from forms_app.dossiers.services.view_log import log_view

__all__ = [
    "DossierSecrets",
    "FilingReceipt",
    "PageIds",
    "apply_action",
    "change_agency",
    "confirm_email",
    "erase_draft",
    "lock_dossier",
    "log_view",
    "receipt_for",
    "recently_issued_secrets",
    "rehash_lookup_key",
    "remove",
    "replace_by_link",
    "replace_secrets",
    "request_new_key",
    "save_step",
    "save_supplement",
    "start_draft",
    "store_answer",
    "store_received",
    "store_result",
    "store_supplement",
    "submit",
    "supply",
    "take_over",
    "withdraw",
]
