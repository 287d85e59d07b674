from forms_app.dossiers.models.attachments import Attachment
from forms_app.dossiers.models.dossiers import Dossier
from forms_app.dossiers.models.drafts import Draft
from forms_app.dossiers.models.events import (
    DossierEvent,
    ListLogEntry,
    ReplacedLink,
    SupplementRequest,
    ViewLogEntry,
)
from forms_app.dossiers.models.postal import PostalOrder
from forms_app.dossiers.models.rules import (
    CodeFormat,
    ConsentText,
    DeadlineSetting,
    FilingChannel,
    NumberCounter,
    RetentionSetting,
    RuleGeneration,
)

__all__ = [
    "Attachment",
    "CodeFormat",
    "ConsentText",
    "DeadlineSetting",
    "Dossier",
    "DossierEvent",
    "Draft",
    "FilingChannel",
    "ListLogEntry",
    "NumberCounter",
    "PostalOrder",
    "ReplacedLink",
    "RetentionSetting",
    "RuleGeneration",
    "SupplementRequest",
    "ViewLogEntry",
]
