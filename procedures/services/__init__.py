from procedures.services.publishing import publish
from procedures.services.versions import record_version

__all__ = ["publish", "record_version"]
