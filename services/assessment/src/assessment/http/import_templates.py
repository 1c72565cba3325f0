"""Question banks to fill in, as anyone may download them: our own layout with a question of each kind."""

from importlib.resources import files
from typing import Final

from litestar.params import FromPath

from assessment.http.answers import AnswerBytes, download
from assessment.http.bodies import AnyRequest
from assessment.http.operations import Operation, endpoint
from assessment.http.parameters import read_query
from assessment.http.problems import not_found
from assessment.imports.export import CSV

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MEDIA_TYPES: Final = {"csv": CSV, "xlsx": XLSX}
TEMPLATES: Final = {
    name: files("assessment.imports").joinpath("templates", f"questions.{name}").read_bytes() for name in MEDIA_TYPES
}
KEPT: Final = {"Cache-Control": "public, max-age=300"}

TEMPLATE: Final = Operation(
    id="getImportTemplate",
    summary="Download a question bank to fill in",
    actor="anyone",
    answers={200: None},
    file_types=tuple(MEDIA_TYPES.values()),
)


@endpoint("GET", "/v1/import-templates/{format:str}", TEMPLATE)
async def get_import_template(request: AnyRequest, format: FromPath[str]) -> AnswerBytes:  # noqa: A002 (named by the path)
    read_query(request, TEMPLATE)
    content = TEMPLATES.get(format)
    if content is None:
        raise not_found()
    return download(content, MEDIA_TYPES[format], f"questions.{format}", KEPT)
