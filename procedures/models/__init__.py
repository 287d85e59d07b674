from procedures.models.assignments import LocalAssignment
from procedures.models.blank_forms import BlankForm
from procedures.models.endings import ProcedureEnding
from procedures.models.imports import ImportedFacts, ImportRow, ImportUpload
from procedures.models.page_children import (
    ChannelFee,
    DocumentBlankForm,
    ProcedureCase,
    ProcedureChannel,
    ProcedureLegalBasis,
    ProcedureResult,
    ProcedureStep,
    RequiredDocument,
)
from procedures.models.pages import ProcedureCataloguePage, ProcedurePage, ProcedureSectionPage
from procedures.models.procedures import Audience, Field, Procedure
from procedures.models.versions import ProcedureVersion, PublicationDecision

__all__ = [
    "Audience",
    "BlankForm",
    "ChannelFee",
    "DocumentBlankForm",
    "Field",
    "ImportRow",
    "ImportUpload",
    "ImportedFacts",
    "LocalAssignment",
    "Procedure",
    "ProcedureCase",
    "ProcedureCataloguePage",
    "ProcedureChannel",
    "ProcedureEnding",
    "ProcedureLegalBasis",
    "ProcedurePage",
    "ProcedureResult",
    "ProcedureSectionPage",
    "ProcedureStep",
    "ProcedureVersion",
    "PublicationDecision",
    "RequiredDocument",
]
