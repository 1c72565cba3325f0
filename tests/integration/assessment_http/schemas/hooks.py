"""What schemathesis is told of the services: credentials, and ids of what stands there, for about half of the requests.

Loaded by schemathesis in its own process. What it makes up by itself would seldom come past a 401 or a 404.
"""

import json
import os
import random
from pathlib import Path
from typing import Any

import schemathesis
from schemathesis.core import NOT_SET

STOCK = json.loads(Path(os.environ["SCHEMA_STOCK"]).read_text(encoding="utf-8"))
CHANCE = random.Random(int(os.environ["SCHEMA_SEED"]))
GRANTED = Path(os.environ["SCHEMA_GRANTED"])
OFTEN = 0.9
HALF = 0.5
LONGEST = {"at_least": 1, "wait": 0.02}
"""Waits are waited for elsewhere: a position that never comes is a 503 by intent, after seconds."""


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: dict[str, Any]) -> None:
    """Change a request that was made up before it is sent; its answer is held to the document as any other."""
    described = case.operation.definition.raw
    for scheme in (name for needed in described["security"] for name in needed):
        if CHANCE.random() < OFTEN:
            case.headers["Authorization"] = f"Bearer {CHANCE.choice(STOCK['tokens'][scheme])}"
    for name, most in LONGEST.items():
        if _number(case.query.get(name)) > most:
            case.query[name] = str(most)
    names = {(one["in"], one["name"]) for one in described.get("parameters", ())}
    if ("header", "If-Match") in names and CHANCE.random() < HALF:
        case.headers["If-Match"] = "*"
    target = _something({name for place, name in names if place == "path"})
    if target and CHANCE.random() < HALF:
        case.path_parameters.update({name: value for name, value in target["ids"].items() if ("path", name) in names})
    if case.path_parameters.get("key_id") in STOCK["kept"]:
        case.path_parameters["key_id"] = "00000000-0000-4000-8000-000000000000"
    if CHANCE.random() < HALF:
        _fill(case, kwargs, target)


@schemathesis.hook
def after_call(context: Any, case: Any, response: Any) -> None:
    """Note what was granted: schemathesis counts only requests that it has made up whole."""
    if response.status_code // 100 == 2:
        with GRANTED.open("a", encoding="utf-8") as noted:
            noted.write(f"{case.operation.definition.raw['operationId']}\n")


def _something(names: set[str]) -> dict[str, Any]:
    """Something that an address with these parts can name; empty where there is nothing such."""
    known = [target for target in STOCK["targets"] if names and names <= set(target["ids"])]
    return dict(CHANCE.choice(known)) if known else {}


def _fill(case: Any, kwargs: dict[str, Any], target: dict[str, Any]) -> None:
    """Send what the operation would take, in place of what was made up."""
    operation = case.operation.definition.raw["operationId"]
    body = target.get("bodies", {}).get(operation, STOCK["bodies"].get(operation))
    if body is not None:
        fresh = json.dumps(body).replace("{fresh}", f"{CHANCE.getrandbits(64):x}")
        case.body, case.media_type = json.loads(fresh), "application/json"
    if operation in STOCK["files"]:
        part = '--edge\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
        fresh = STOCK["files"][operation].replace("{fresh}", f"{CHANCE.getrandbits(64):x}")
        case.body = NOT_SET
        case.headers["Content-Type"] = "multipart/form-data; boundary=edge"
        kwargs["data"] = f"{part}{fresh}\r\n--edge--\r\n".encode()


def _number(value: Any) -> float:
    try:
        return float(value[0] if isinstance(value, list) and value else value)
    except (TypeError, ValueError):
        return 0.0
