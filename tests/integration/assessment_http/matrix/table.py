"""What each actor is answered by each operation: one row for each, kept true by the walk through the document.

Every request is one that A's own actors are granted, so whoever else is refused is refused for who they are.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

from contracts.assessment.keys import Role
from tests.integration.assessment_http.matrix.worlds import BANK, Place, Target

Actor = Literal[
    "nobody",
    "operator",
    "owner A",
    "author A",
    "reviewer A",
    "revoked key",
    "expired key",
    "owner B",
    "candidate of A",
    "candidate of B",
    "used",
    "expired",
    "revoked",
]
ACTORS: Final[tuple[Actor, ...]] = get_args(Actor)
STAFF: Final[Mapping[Role, Actor]] = {"reviewer": "reviewer A", "author": "author A", "owner": "owner A"}
"""From the least role to the greatest."""
STRANGERS: Final = frozenset[Actor](
    {"nobody", "owner B", "candidate of B", "expired", "revoked", "revoked key", "expired key"}
)
"""Who may see nothing of A's."""

Outcome = str
"""A status, and the problem's name where it is one."""
UNKNOWN: Final = "401 unauthorized"
FORBIDDEN: Final = "403 forbidden"
MISSING: Final = "404 not-found"
Body = Callable[[Target], Any]


@dataclass(frozen=True, slots=True)
class Row:
    """place: what of A's the address names; body: made for it; file: sent in place of a body."""

    place: Place
    outcomes: Mapping[Actor, Outcome]
    body: Body | None = None
    file: bytes = b""

    @property
    def is_public(self) -> bool:
        return self.outcomes["nobody"].startswith("2")


def of_operator(place: Place, status: str, body: Body | None = None) -> Row:
    return Row(place, _all(UNKNOWN) | {"operator": status}, body)


def of_employer(
    least: Role, place: Place, status: str, body: Body | None = None, *, other: Outcome = MISSING, **more: Any
) -> Row:
    """Granted to A's keys from a role on; another employer is answered as if there were nothing."""
    roles = list(STAFF)
    staff = {STAFF[role]: status if roles.index(role) >= roles.index(least) else FORBIDDEN for role in roles}
    return Row(place, _all(UNKNOWN) | staff | {"owner B": other}, body, **more)


def of_candidate(place: Place, status: str, body: Body | None = None, *, other: Outcome, used: Outcome) -> Row:
    """Granted to A's candidate; B's is answered about their own sitting."""
    granted: dict[Actor, Outcome] = {"candidate of A": status, "candidate of B": other, "used": used}
    return Row(place, _all(UNKNOWN) | granted, body)


def of_anyone(place: Place, status: str, body: Body | None = None) -> Row:
    return Row(place, _all(status), body)


def _all(outcome: Outcome) -> dict[Actor, Outcome]:
    return dict.fromkeys(ACTORS, outcome)


def _settings(target: Target) -> Any:
    return {"title": "Splices"}


def _questions(target: Target) -> Any:
    return {"questions": [{"kind": "true_false", "prompt": "An eye splice is a knot.", "correct": False}]}


def _invites(target: Target) -> Any:
    return {"invites": [{"name": "Ada", "email": target.email}]}


def _essays(target: Target) -> Any:
    return {"essays": [{"question_id": target.question_id, "points": 1, "note": "Short."}]}


def _one_answer(target: Target) -> Any:
    return {"answer": "Friction.", "sequence": 2}


def _all_answers(target: Target) -> Any:
    return {"answers": {target.question_id: "Friction."}}


def _preview(target: Target) -> Any:
    return {"seed": 7, "answers": {target.question_id: "Friction."}}


PEOPLE: Final = b"name,email\nAda,ada@example.org\n"
DONE_ALREADY: Final = "409 already-submitted"
NEEDS_NONE: Final = "409 conflict"
NO_QUESTION: Final = "422 unknown-question"
TABLE: Final[Mapping[str, Row]] = {
    "healthLive": of_anyone("nothing", "200"),
    "healthReady": of_anyone("nothing", "200"),
    "schema": of_anyone("nothing", "200"),
    "schemaFile": of_anyone("nothing", "200"),
    "getImportTemplate": of_anyone("template", "200"),
    "joinPublic": of_anyone("link", "201", lambda target: {"name": "Ann", "email": target.email}),
    "createEmployer": of_operator("nothing", "201", lambda _: {"name": "Riggers"}),
    "getEmployer": of_operator("employer", "200"),
    "changeEmployer": of_operator("employer", "200", lambda _: {"active_limit": 1000}),
    "createKey": of_employer("owner", "nothing", "201", lambda _: {"name": "Sync", "role": "author"}, other="201"),
    "listKeys": of_employer("owner", "nothing", "200", other="200"),
    "rotateKey": of_employer("owner", "key", "200"),
    "revokeKey": of_employer("owner", "key", "200"),
    "readAudit": of_employer("owner", "nothing", "200", other="200"),
    "createAssessment": of_employer("author", "nothing", "201", _settings, other="201"),
    "listAssessments": of_employer("reviewer", "nothing", "200", other="200"),
    "getAssessment": of_employer("reviewer", "draft", "200"),
    "changeAssessment": of_employer("author", "draft", "200", _settings),
    "deleteAssessment": of_employer("author", "draft", "204"),
    "replaceQuestions": of_employer("author", "draft", "200", _questions),
    "getQuestions": of_employer("reviewer", "draft", "200"),
    "checkImport": of_employer("author", "draft", "201", file=BANK),
    "commitImport": of_employer(
        "author", "import", "200", lambda target: {"digest": target.digest, "mode": "valid_rows"}
    ),
    "getImportErrorRows": of_employer("reviewer", "import", "200"),
    "previewAssessment": of_employer("author", "published", "200", lambda _: {"seed": 7}),
    "scorePreview": of_employer("author", "preview", "200", _preview),
    "publishAssessment": of_employer("author", "draft", "200"),
    "closeAssessment": of_employer("author", "published", "200"),
    "duplicateAssessment": of_employer("author", "published", "201"),
    "issueInvites": of_employer("author", "published", "201", _invites),
    "inviteFromFile": of_employer("author", "published", "200", file=PEOPLE),
    "getPublicLink": of_employer("reviewer", "published", "200"),
    "changePublicLink": of_employer("author", "capped link", "200", lambda _: {"enabled": True}),
    "listInvites": of_employer("reviewer", "published", "200"),
    "revokeInvite": of_employer("author", "invite", "200"),
    "resendInvite": of_employer("author", "invite", "200"),
    "listAccommodations": of_employer("author", "published", "200"),
    "getAccommodation": of_employer("author", "accommodation", "200"),
    "grantAccommodation": of_employer(
        "author", "accommodation", "200", lambda _: {"minutes": 5, "reason": "A broken hand"}
    ),
    "withdrawAccommodation": of_employer("author", "accommodation", "200"),
    "listSubmissions": of_employer("reviewer", "published", "200"),
    "getSubmission": of_employer("reviewer", "submission", "200"),
    "reviewSubmission": of_employer("author", "submission", "200", _essays),
    "voidSubmission": of_employer("author", "submission", "200", lambda _: {"reason": "a retake"}),
    "take": of_candidate("sitting", "200", other="200", used="200"),
    "heartbeat": of_candidate("sitting", "200", other="200", used="200"),
    "startSitting": of_candidate("seat", "200", other="200", used=DONE_ALREADY),
    "saveAnswer": of_candidate("sitting", "200", _one_answer, other=NO_QUESTION, used=DONE_ALREADY),
    "askForCode": of_candidate("unproved seat", "200", other=NEEDS_NONE, used=NEEDS_NONE),
    "enterCode": of_candidate("sitting", "200", lambda _: {"code": "000000"}, other="200", used="200"),
    "submitSitting": of_candidate("sitting", "201", _all_answers, other=NO_QUESTION, used=DONE_ALREADY),
}

MULTIPART: Final = {"Content-Type": "multipart/form-data; boundary=edge"}


def multipart(file: bytes) -> bytes:
    head = b'--edge\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
    return head + file + b"\r\n--edge--\r\n"
