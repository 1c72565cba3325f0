"""What every answer carries, and who may ask from a browser."""

import pytest

from tests.integration.assessment_http.api import Api
from tests.integration.assessment_http.conformity import document
from tests.integration.assessment_http.steps import Employer, a_published, invited
from tests.integration.assessment_http.system import ORIGIN

ID = "01890000-0000-7000-8000-000000000000"


@pytest.mark.parametrize("path", ["/v1/take", "/v1/take/start", "/v1/public/abc", "/v1/nothing", "/v1/take/submit"])
async def test_a_link_leaks_nowhere(employer: Employer, path: str) -> None:
    candidate = await invited(employer, await a_published(employer))
    for api in (candidate.api, employer.api):
        for method in ("GET", "POST"):
            headers = (await api.send(method, path)).headers
            assert headers["Cache-Control"] == "no-store"
            assert headers["Referrer-Policy"] == "no-referrer"
            assert headers["X-Robots-Tag"] == "noindex"
            assert headers["X-Content-Type-Options"] == "nosniff"
            assert headers["Content-Security-Policy"].startswith("default-src 'none'")
            assert "Set-Cookie" not in headers
            assert "Server" not in headers


async def test_only_the_configured_origins_may_read(api: Api) -> None:
    asked = {
        "Access-Control-Request-Method": "PUT",
        "Access-Control-Request-Headers": "authorization, content-type, if-match, idempotency-key",
    }
    allowed = await api.send("OPTIONS", "/v1/take", headers={"Origin": ORIGIN, **asked})
    assert allowed.status in (200, 204)
    assert allowed.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert "PUT" in allowed.headers["Access-Control-Allow-Methods"]
    assert "idempotency-key" in allowed.headers["Access-Control-Allow-Headers"].lower()
    other = await api.send("OPTIONS", "/v1/take", headers={"Origin": "https://evil.example", **asked})
    assert "Access-Control-Allow-Origin" not in other.headers
    for origin, told in ((ORIGIN, ORIGIN), ("https://evil.example", None)):
        reply = await api.get("/v1/take", headers={"Origin": origin})
        assert reply.headers.get("Access-Control-Allow-Origin") == told
    exposed = (await api.get("/v1/take", headers={"Origin": ORIGIN})).headers["Access-Control-Expose-Headers"]
    assert "Eventrail-Position" in exposed
    assert "ETag" in exposed


async def test_health_and_schema_are_open(api: Api) -> None:
    assert (await api.get("/health/live")).expect(200).json["status"] == "ok"
    assert (await api.get("/health/ready")).expect(200).json == {"status": "ok", "reasons": []}
    for path in ("/schema", "/schema/openapi.json"):
        reply = (await api.get(path)).expect(200)
        assert reply.json == document()


async def test_a_request_id_is_given_back(api: Api) -> None:
    reply = await api.get("/v1/take", headers={"X-Request-Id": "mine-7"})
    assert reply.headers["X-Request-Id"] == "mine-7"
    reply = await api.get("/v1/take", headers={"X-Request-Id": "not\tmine"})
    assert reply.headers["X-Request-Id"] != "not\tmine"
