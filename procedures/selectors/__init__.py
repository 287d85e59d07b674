from procedures.selectors.assignments import agencies_for_procedure, assignments_on, procedures_for_agency
from procedures.selectors.pages import live_pages, page_for_code
from procedures.selectors.snapshots import snapshot_of
from procedures.selectors.versions import History, history, version_in_force

__all__ = [
    "History",
    "agencies_for_procedure",
    "assignments_on",
    "history",
    "live_pages",
    "page_for_code",
    "procedures_for_agency",
    "snapshot_of",
    "version_in_force",
]
