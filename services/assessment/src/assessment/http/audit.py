"""The audit trail, for an employer's owners: their part of the log, without what its events hold."""

import re
from typing import Final

from assessment.app.audit import MAX_ACTOR_CHARACTERS, AuditAsked, audit_page
from assessment.domain.tags import SUBJECTS
from assessment.http.answers import AnswerBytes, sent
from assessment.http.bodies import AnyRequest
from assessment.http.credentials import EmployerGiven
from assessment.http.identities import IDENTITY_PATTERN
from assessment.http.operations import Operation, endpoint
from assessment.http.paging import page_limit
from assessment.http.parameters import Query, read_position, read_query
from assessment.http.problems import malformed
from assessment.http.service import ServiceGiven
from contracts.assessment.audit import AuditPage

KINDS: Final = tuple(name for name in SUBJECTS if name != "employer")
_RESOURCE: Final = re.compile(f"({'|'.join(KINDS)}):{IDENTITY_PATTERN.strip('^$')}")
_ACTOR: Final = re.compile(rf"[\x21-\x7e]{{1,{MAX_ACTOR_CHARACTERS}}}")

AUDIT: Final = Operation(
    id="readAudit",
    summary="Read who did what to which, as the log has it, oldest first; reads of results are among it",
    actor="employer",
    role="owner",
    answers={200: AuditPage},
    query=("after", "limit", "actor", "resource"),
)


@endpoint("GET", "/v1/audit", AUDIT)
async def read_audit(request: AnyRequest, service: ServiceGiven, employer: EmployerGiven) -> AnswerBytes:
    query = read_query(request, AUDIT)
    asked = AuditAsked(
        employer_id=employer.id,
        after=read_position(query, "after") or 0,
        limit=page_limit(query),
        actor=_fitting(query, "actor", _ACTOR, "The actor is as an entry names it."),
        resource=_fitting(query, "resource", _RESOURCE, f"A resource is <kind>:<id>, of {', '.join(KINDS)}."),
    )
    return sent(await audit_page(service.log, asked))


def _fitting(query: Query, name: str, grammar: re.Pattern[str], detail: str) -> str:
    given = query.get(name)
    if given is not None and grammar.fullmatch(given) is None:
        raise malformed(detail, at=name, seen=given)
    return given or ""
