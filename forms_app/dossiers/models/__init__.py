from forms_app.dossiers.models.attachments import Attachment
from forms_app.dossiers.models.dossiers import Dossier
from forms_app.dossiers.models.drafts import Draft
from forms_app.dossiers.models.events import DossierEvent, SupplementRequest, ViewLog
from forms_app.dossiers.models.numbering import CodeFormat, NumberCounter
from forms_app.dossiers.models.rules import ConsentText, DeadlineSetting, FilingChannel, RetentionSetting

__all__ = [
    "Attachment",
    "CodeFormat",
    "ConsentText",
    "DeadlineSetting",
    "Dossier",
    "DossierEvent",
    "Draft",
    "FilingChannel",
    "NumberCounter",
    "RetentionSetting",
    "SupplementRequest",
    "ViewLog",
]
