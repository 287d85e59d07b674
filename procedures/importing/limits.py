"""How large a file may be. The whole national catalogue is about 6,000 records and 75 MB of full text."""

from __future__ import annotations

from typing import Final

MAX_FILE_BYTES: Final = 200 * 1024 * 1024
MAX_ROWS: Final = 50_000
MAX_COLUMNS: Final = 64
MAX_CELL_CHARACTERS: Final = 32_767  # Excel's own limit
MAX_LINE_BYTES: Final = 500_000
MAX_RECORD_CHARACTERS: Final = 2_000_000
HEADER_SEARCH_ROWS: Final = 20
# Excel workbooks are zip files: what they declare is checked before anything is unpacked.
MAX_ZIP_ENTRIES: Final = 500
MAX_ZIP_BYTES: Final = 50 * 1024 * 1024
MAX_ZIP_RATIO: Final = 150
