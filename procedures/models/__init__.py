from procedures.models.assignments import LocalAssignment
from procedures.models.channels import ChannelFee, ProcedureChannel
from procedures.models.decisions import PublicationDecision
from procedures.models.details import ProcedureLegalBasis, ProcedureResult, ProcedureStep
from procedures.models.imported import ImportedFacts
from procedures.models.papers import PaperTemplate, ProcedureCase, RequiredPaper
from procedures.models.procedure_page import ProcedurePage
from procedures.models.register import Procedure
from procedures.models.sections import ProcedureCataloguePage, ProcedureSectionPage
from procedures.models.templates import FormTemplate
from procedures.models.uploads import ImportUpload
from procedures.models.versions import ProcedureVersion
from procedures.models.vocabulary import Audience, Field

__all__ = [
    "Audience",
    "ChannelFee",
    "Field",
    "FormTemplate",
    "ImportUpload",
    "ImportedFacts",
    "LocalAssignment",
    "PaperTemplate",
    "Procedure",
    "ProcedureCase",
    "ProcedureCataloguePage",
    "ProcedureChannel",
    "ProcedureLegalBasis",
    "ProcedurePage",
    "ProcedureResult",
    "ProcedureSectionPage",
    "ProcedureStep",
    "ProcedureVersion",
    "PublicationDecision",
    "RequiredPaper",
]
