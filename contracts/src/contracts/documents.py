"""JSON Schemas (draft 2020-12) of everything that crosses a boundary, as values: a file's name and its content."""

import inspect
from collections.abc import Iterable, Mapping
from types import ModuleType
from typing import Any, Final

import msgspec

from contracts.append import AppendRequest, AppendResult
from contracts.assessment import (
    accommodations,
    assessments,
    bulk_invites,
    codes,
    employers,
    imports,
    invites,
    public_links,
    results,
    take,
)
from contracts.checkpoint import Checkpoint
from contracts.cloud_events import CloudEvent
from contracts.envelope import Event
from contracts.events.meta import CommandMeta
from contracts.events.registry import STRUCTS
from contracts.problems import Problem, ProblemType
from contracts.store import Health, Stats

Document = dict[str, Any]

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
NAMESPACE: Final = "urn:eventrail:schema:"
DEFINITIONS: Final = "#/$defs/{name}"
EVENTRAIL: Final = (AppendRequest, AppendResult, Checkpoint, CloudEvent, Event, Health, Problem, Stats)
ASSESSMENT_MODULES: Final = (
    accommodations,
    assessments,
    bulk_invites,
    codes,
    employers,
    imports,
    invites,
    public_links,
    results,
    take,
)


def schemas() -> dict[str, Document]:
    """File name to schema: the envelope, each version of each event, the requests and answers of both services."""
    return {
        "envelope.json": schema_of(Event, "envelope"),
        "meta.json": schema_of(CommandMeta, "meta"),
        "problem.json": _problem_schema(),
        "eventrail.json": _definitions_document("eventrail", EVENTRAIL),
        "assessment.json": _definitions_document("assessment", assessment_structs()),
        **{f"{name}.json": schema_of(struct, name) for name, struct in versioned_events().items()},
    }


def versioned_events() -> Mapping[str, type[msgspec.Struct]]:
    """Each event type with its version at the end; a type's first version has none in its own name."""
    return {f"{name if _is_versioned(name) else name + '.v1'}": struct for name, struct in STRUCTS.items()}


def schema_of(struct: type[msgspec.Struct], name: str) -> Document:
    """A schema that stands alone; what it refers to is in its `$defs`."""
    definitions = definitions_of((struct,), DEFINITIONS)
    top = definitions.pop(struct.__name__)
    rest = {"$defs": definitions} if definitions else {}
    return {"$schema": DIALECT, "$id": NAMESPACE + name, **top, **rest}


def definitions_of(structs: Iterable[type], reference: str) -> dict[str, Document]:
    """The schemas of the Structs and of all that they refer to, by name."""
    _, definitions = msgspec.json.schema_components(structs, ref_template=reference)
    return {name: _cleaned(definitions[name]) for name in sorted(definitions)}


def assessment_structs() -> tuple[type[msgspec.Struct], ...]:
    """Every request and answer of the assessment service."""
    return tuple(struct for module in ASSESSMENT_MODULES for struct in _structs_in(module))


def _structs_in(module: ModuleType) -> Iterable[type[msgspec.Struct]]:
    for _, member in inspect.getmembers(module, inspect.isclass):
        if issubclass(member, msgspec.Struct) and member.__module__ == module.__name__:
            yield member


def _definitions_document(name: str, structs: Iterable[type]) -> Document:
    definitions = {title: _with_numbers(schema) for title, schema in definitions_of(structs, DEFINITIONS).items()}
    return {"$schema": DIALECT, "$id": NAMESPACE + name, "$defs": definitions}


def _problem_schema() -> Document:
    """A problem, and the closed list that its `type` is of."""
    schema = schema_of(Problem, "problem")
    listed = [{"const": kind.uri, "title": kind.title, "x-status": kind.status} for kind in ProblemType]
    schema["properties"]["type"] = {"oneOf": listed}
    return schema


def _is_versioned(name: str) -> bool:
    last = name.rpartition(".")[2]
    return last.startswith("v") and last[1:].isdigit()


def _cleaned(schema: Any) -> Any:
    """Descriptions without the indentation that they have in the source."""
    if isinstance(schema, dict):
        return {
            key: inspect.cleandoc(value) if key == "description" and isinstance(value, str) else _cleaned(value)
            for key, value in schema.items()
        }
    return [_cleaned(item) for item in schema] if isinstance(schema, list) else schema


def _with_numbers(schema: Any) -> Any:
    """Decimals are texts in events, and numbers in what the services take and answer."""
    if isinstance(schema, dict):
        if schema.get("format") == "decimal":
            return {**{key: value for key, value in schema.items() if key != "format"}, "type": "number"}
        return {key: _with_numbers(value) for key, value in schema.items()}
    return [_with_numbers(item) for item in schema] if isinstance(schema, list) else schema
