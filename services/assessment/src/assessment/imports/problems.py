"""The closed list of what can be wrong with a file, each with the sentence that an author reads."""

from enum import Enum
from typing import Literal

Severity = Literal["error", "warning"]


class Code(Enum):
    """A problem's stable name, whether it refuses anything, and its sentence."""

    # the file as a whole
    EMPTY_FILE = ("empty-file", "error", "The file is empty.")
    FILE_TOO_LARGE = ("file-too-large", "error", "The file is larger than 5 MiB; split it into several.")
    NOT_A_SPREADSHEET = ("not-a-spreadsheet", "error", "This is neither an .xlsx workbook nor a CSV file.")
    LOCK_FILE = (
        "lock-file",
        "error",
        "This is the lock file kept while a workbook is open (its name begins with ~$); upload the other.",
    )
    OLD_EXCEL = ("old-excel", "error", "This is a workbook of Excel 97-2003 (.xls); save it as .xlsx and upload that.")
    BINARY_EXCEL = ("binary-excel", "error", "This is a binary workbook (.xlsb); save it as .xlsx and upload that.")
    OPEN_DOCUMENT = ("open-document", "error", "This is an OpenDocument file (.ods); save it as .xlsx and upload that.")
    PASSWORD_PROTECTED = ("password-protected", "error", "The workbook has a password; save a copy without one.")
    MACROS = ("macros", "error", "The workbook contains macros; save a copy as .xlsx without them.")
    DAMAGED_WORKBOOK = ("damaged-workbook", "error", "The workbook is damaged; open it, save a copy and upload that.")
    FORBIDDEN_MARKUP = (
        "forbidden-markup",
        "error",
        "The workbook declares a document type, as no spreadsheet program does; save a copy and upload that.",
    )
    EMBEDDED_FILE = ("embedded-file", "error", "Another file is packed into the workbook; remove it and save a copy.")
    TOO_MANY_PARTS = (
        "too-many-parts",
        "error",
        "The workbook has over 1,000 parts; copy the questions into a new one.",
    )
    INFLATES_TOO_FAR = (
        "inflates-too-far",
        "error",
        "The workbook unpacks to over 40 MiB, or 100 times its size; copy the questions into a new one.",
    )
    TOO_MANY_ROWS = (
        "too-many-rows",
        "error",
        "There is a value below row 10,000; split the file or delete what is there.",
    )
    TOO_MANY_COLUMNS = ("too-many-columns", "error", "There is a value right of column IV (256); delete what is there.")
    TOO_MANY_CELLS = (
        "too-many-cells",
        "error",
        "The workbook has over 500,000 cells, empty formatted ones included; copy the questions into a new one.",
    )
    CELL_TOO_LONG = ("cell-too-long", "error", "The cell holds more than 32,767 characters; shorten it.")
    TOO_MUCH_TEXT = ("too-much-text", "error", "The cells together hold more text than can be read; split the file.")
    TOO_MUCH_MEMORY = (
        "too-much-memory",
        "error",
        "Reading this file takes more memory than allowed; save a smaller copy.",
    )
    TOO_SLOW = ("too-slow", "error", "Reading this file takes longer than allowed; save a smaller copy.")
    READER_FAILED = (
        "reader-failed",
        "error",
        "The workbook can't be read; open it, save a copy as .xlsx and upload that.",
    )
    ENCODING_UNKNOWN = ("encoding-unknown", "error", "The text's encoding can't be told; save the file as CSV UTF-8.")
    ENCODING_GUESSED = (
        "encoding-guessed",
        "warning",
        "The text isn't UTF-8 and was read as Windows-1252; compare this cell.",
    )
    EXTENSION_DISAGREES = (
        "extension-disagrees",
        "warning",
        "The file's name promises another format than its content.",
    )
    NUL_CHARACTER = ("nul-character", "error", "The text holds a NUL character, which no spreadsheet program writes.")
    CONTENT_TOO_LARGE = (
        "content-too-large",
        "error",
        "The questions together are larger than an assessment can be; split the file.",
    )
    SEPARATOR_UNKNOWN = ("separator-unknown", "error", "The `sep=` line names a separator other than , ; | or tab.")
    UNCLOSED_QUOTE = ("unclosed-quote", "error", "A quotation mark is opened in this row and never closed.")
    MISPLACED_QUOTE = (
        "misplaced-quote",
        "error",
        'A quotation mark stands inside a value; write it twice ("") in a quoted one.',
    )

    # the sheets and the header
    NO_QUESTIONS = ("no-questions", "error", "There is no question below the header row.")
    UNKNOWN_LAYOUT = (
        "unknown-layout",
        "error",
        "No header row is in the first 20 rows; compare yours with the template.",
    )
    MISSING_COLUMN = ("missing-column", "error", "The header row lacks this column.")
    DUPLICATE_COLUMN = ("duplicate-column", "error", "This column's header stands twice.")
    UNKNOWN_COLUMN = ("unknown-column", "error", "This header isn't one of the layout's; rename or delete its column.")
    COLUMN_NOT_READ = (
        "column-not-read",
        "warning",
        "This header isn't one of the layout's, and its column isn't read.",
    )
    COLUMN_NOT_KEPT = ("column-not-kept", "warning", "This column has no place in an assessment and is left out.")
    SEVERAL_SHEETS = (
        "several-sheets",
        "error",
        "More than one sheet has questions; keep one and delete or hide the others.",
    )
    SHEET_NOT_READ = ("sheet-not-read", "warning", "This sheet has no header row of the layout and was not read.")
    HIDDEN_SHEET_NOT_READ = ("hidden-sheet-not-read", "warning", "This sheet is hidden and was not read.")
    PICTURES_NOT_READ = ("pictures-not-read", "warning", "The workbook has pictures, which are not read.")
    TAGS_NOT_KEPT = ("tags-not-kept", "warning", "Tags are accepted but not kept.")
    TOO_MANY_QUESTIONS = (
        "too-many-questions",
        "error",
        "An assessment has at most 500 questions; this row and the rest were not read.",
    )

    # a cell
    ERROR_CELL = ("error-cell", "error", "The cell shows an error; correct its formula or type the value.")
    FORMULA_WITHOUT_VALUE = (
        "formula-without-value",
        "error",
        "The formula has no stored result; open the file, save it, or type the value.",
    )
    MERGED_CELLS = ("merged-cells", "error", "The cell is merged with another; unmerge them and fill in each.")
    DATE_IN_CELL = (
        "date-in-cell",
        "error",
        "The spreadsheet program made a date of this; format the cell as text and type it again.",
    )
    FORMATTED_NUMBER = (
        "formatted-number",
        "error",
        "The cell shows its number with a sign or unit (50%, $5); format it as text and type it again.",
    )
    NUMBER_IN_LIST = (
        "number-in-list",
        "error",
        "The spreadsheet program made one number of this list; format the cell as text.",
    )
    VALUE_WITHOUT_HEADER = ("value-without-header", "error", "The value stands in a column without a header.")
    CONTROL_CHARACTER = ("control-character", "error", "The text holds an invisible control character; type it again.")
    TEXT_TOO_LONG = ("text-too-long", "error", "The text is longer than this column takes.")

    # a question
    QUESTION_MISSING = ("question-missing", "error", "The row has no question.")
    TYPE_MISSING = ("type-missing", "error", "The row has no type.")
    TYPE_UNKNOWN = ("type-unknown", "error", "The type isn't one that this layout has; take one from the template.")
    TYPE_NOT_SCORED = ("type-not-scored", "error", "A poll or a drawing can't be scored; delete the row.")
    OPTIONS_TOO_FEW = ("options-too-few", "error", "A choice needs at least two options.")
    OPTION_GAP = ("option-gap", "error", "This option is empty but a later one isn't.")
    OPTION_TWICE = ("option-twice", "error", "Two options of the question have the same text.")
    OPTIONS_NOT_TAKEN = ("options-not-taken", "error", "A question of this type has no options; empty the cell.")
    CORRECT_MISSING = ("correct-missing", "error", "The row doesn't say what is correct.")
    CORRECT_UNKNOWN = ("correct-unknown", "error", "This names none of the question's options.")
    CORRECT_AMBIGUOUS = (
        "correct-ambiguous",
        "error",
        "This can be read in two ways; name the option by its column, such as option_2.",
    )
    CORRECT_TWICE = ("correct-twice", "error", "The same option is named twice.")
    CORRECT_NOT_ONE = ("correct-not-one", "error", "A single choice has exactly one correct option.")
    WEIGHTS_UNKNOWN = (
        "weights-unknown",
        "error",
        "Write options with weights up to 1,000, one of them above 0: A:2, B:-1.",
    )
    CORRECT_NOT_TAKEN = (
        "correct-not-taken",
        "error",
        "A question of this type has no correct answer here; empty the cell.",
    )
    CORRECT_NOT_TRUE_OR_FALSE = ("correct-not-true-or-false", "error", "The correct answer must be true or false.")
    CORRECT_NOT_A_NUMBER = (
        "correct-not-a-number",
        "error",
        "The correct answer must be a number, or a number ± a tolerance (0.5 or 5%).",
    )
    NUMBER_AMBIGUOUS = (
        "number-ambiguous",
        "error",
        "The number can be read in two ways; leave out the thousands separator.",
    )
    ACCEPTED_TEXT_EMPTY = ("accepted-text-empty", "error", "One of the accepted texts between | is empty.")
    TOO_MANY_ACCEPTED_TEXTS = ("too-many-accepted-texts", "error", "A question has at most 50 accepted texts.")
    POINTS_NOT_A_NUMBER = ("points-not-a-number", "error", "The points must be a number.")
    POINTS_OUT_OF_RANGE = (
        "points-out-of-range",
        "error",
        "Points go from 0 to 1,000 with at most three decimal places.",
    )
    QUESTION_REFUSED = (
        "question-refused",
        "error",
        "An assessment takes no such value; type it again, without hidden marks.",
    )
    NOT_YES_OR_NO = ("not-yes-or-no", "error", "The value must be yes or no.")
    EXTERNAL_ID_TWICE = ("external-id-twice", "error", "The external_id stands in an earlier row already.")

    def __init__(self, slug: str, severity: Severity, sentence: str) -> None:
        self.slug = slug
        self.severity = severity
        self.sentence = sentence


class FileRefused(Exception):  # noqa: N818 (a refusal, no error of ours)
    """Nothing of the file is read: what is wrong, and where and with what value if it has a place."""

    def __init__(
        self, code: Code, seen: str | None = None, *, row: int | None = None, column: int | None = None
    ) -> None:
        super().__init__(code.slug)
        self.code = code
        self.seen = seen
        self.row = row
        self.column = column


class CellRefused(Exception):  # noqa: N818 (a refusal, no error of ours)
    """One value can't be taken; the row it stands in is not accepted."""

    def __init__(self, code: Code, seen: str | None = None) -> None:
        super().__init__(code.slug)
        self.code = code
        self.seen = seen
