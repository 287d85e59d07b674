"""Read the files in which procedures travel: lists (Excel, CSV), full texts (JSON), structured and own records.

Nothing here touches the database: a file becomes a stream of records, each with the row it came from, or a reason.
"""

from procedures.importing.parse import Parsed, parse
from procedures.importing.problems import FileProblem

__all__ = ["FileProblem", "Parsed", "parse"]
