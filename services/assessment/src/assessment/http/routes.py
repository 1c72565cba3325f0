"""Every route of the service, in the order of the design."""

from typing import Any, Final

from litestar.handlers import HTTPRouteHandler

from assessment.http import (
    accommodations,
    assessments,
    audit,
    bulk_invites,
    codes,
    employers,
    import_templates,
    imports,
    invites,
    keys,
    lifecycle,
    previews,
    public,
    public_links,
    questions,
    reports,
    submissions,
    take,
)
from assessment.http.openapi import document

RESOURCES: Final[tuple[HTTPRouteHandler, ...]] = (
    employers.create_employer,
    employers.get_employer,
    employers.change_employer,
    keys.create_key,
    keys.list_keys,
    keys.rotate_key,
    keys.revoke_key,
    audit.read_audit,
    assessments.create_assessment,
    assessments.list_assessments,
    assessments.get_assessment,
    assessments.change_assessment,
    assessments.delete_assessment,
    questions.replace_questions,
    questions.get_questions,
    imports.check_import,
    imports.commit_import,
    imports.get_error_rows,
    import_templates.get_import_template,
    previews.preview_assessment,
    previews.score_preview,
    lifecycle.publish_assessment,
    lifecycle.close_assessment,
    lifecycle.duplicate_assessment,
    invites.issue_invites,
    bulk_invites.invite_from_file,
    invites.list_invites,
    invites.revoke_invite,
    invites.resend_invite,
    accommodations.list_accommodations,
    accommodations.get_accommodation,
    accommodations.grant_accommodation,
    accommodations.withdraw_accommodation,
    submissions.list_submissions,
    submissions.get_submission,
    submissions.review_submission,
    submissions.void_submission,
    take.take,
    take.take_heartbeat,
    take.start_sitting,
    take.save_answer,
    take.submit_sitting,
    codes.ask_for_code,
    codes.enter_code,
    public_links.get_public_link,
    public_links.change_public_link,
    public.join_public,
    reports.health_live,
    reports.health_ready,
)
SCHEMA_PATHS: Final = ("/schema", "/schema/openapi.json")


def described() -> dict[str, Any]:
    """Make the document of all routes, its own included."""
    return document((*RESOURCES, *(reports.schema_endpoint({}, path) for path in SCHEMA_PATHS)))


def routes() -> tuple[HTTPRouteHandler, ...]:
    """Give every handler of the service."""
    made = described()
    return (*RESOURCES, *(reports.schema_endpoint(made, path) for path in SCHEMA_PATHS))
