"""The bounds of a file that is read at all, beside those of a question in `contracts.assessment.limits`."""

from typing import Final

from assessment.domain.content import MAX_QUESTIONS_DATA_BYTES, QUESTIONS_FRAME_BYTES

CONTRACT_VERSION: Final = 3
"""Part of the digest: the same bytes read under another contract are another import."""

MAX_ROWS: Final = 10_000
MAX_COLUMNS: Final = 256
MAX_CELLS: Final = 500_000
"""In all sheets of a workbook together, those with a format and no value included."""

MAX_MERGED_CELLS: Final = 100_000
"""In one sheet, as far as it has values; ranges that overlap count again."""

MAX_CELL_CHARACTERS: Final = 32_767
MAX_RECORDS: Final = 100_000
MAX_FIELDS_IN_A_RECORD: Final = 16_384
"""Of CSV text, blank ones included; spreadsheet programs write them where a cell was only formatted."""

MAX_ARCHIVE_ENTRIES: Final = 1_000
MAX_INFLATED_BYTES: Final = 40 * 1024 * 1024
MAX_INFLATION_RATIO: Final = 100
MAX_SHARED_CHARACTERS: Final = 32 * 1024 * 1024
"""Shared strings, counted as often as cells refer to them."""

MAX_ACCEPTED_BYTES: Final = MAX_QUESTIONS_DATA_BYTES - QUESTIONS_FRAME_BYTES
"""All accepted questions of one file together, as an assessment records them."""

HEADER_SEARCH_ROWS: Final = 20
DELIMITER_SAMPLE_CHARACTERS: Final = 64 * 1024
DELIMITER_SAMPLE_RECORDS: Final = 50

MAX_PROBLEMS: Final = 200
MAX_SEEN_CHARACTERS: Final = 80
MAX_ERROR_ROWS_BYTES: Final = 1024 * 1024
"""Of the rows that a report gives back for correction, as JSON; a row beyond that is only counted."""

MAX_GUESSED_CELLS_SHOWN: Final = 3

CHILD_MEMORY_BYTES: Final = 512 * 1024 * 1024
CHILD_PROCESSOR_SECONDS: Final = 10
CHILD_OUTPUT_BYTES: Final = 8 * 1024 * 1024
CHECK_SECONDS: Final = 11.0
"""From the call to the end of the child, waiting for a place included: an answer is never later than 12 s."""

PLACE_SECONDS: Final = 1.0
CHECKS_AT_ONCE: Final = 2
