"""Codes in the mail: to the address alone, at least once, while they count; and nowhere but in the mail."""

import logging
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from assessment.app.address_codes import AddressCodes, CodeWrong
from assessment.app.candidate_keys import CandidateKeys
from assessment.app.secrets import Secrets
from assessment.app.vault import Vault
from assessment.read_models.queries_codes import CodeHolder
from contracts.assessment.limits import CODE_MINUTES
from servicekit.json_log import JsonLines
from tests.integration.assessment_app.clocked import Clocked, clocked
from tests.integration.assessment_app.orders import Published, a_published
from tests.integration.assessment_app.proving import (
    MICROSECOND,
    a_link,
    a_sender,
    ask_proof,
    claimed,
    codes_mailed,
    join,
    mailed,
)
from tests.integration.assessment_app.world import NOW, Process, World
from tests.kit.mail_server import Mailbox, a_mail_server

CODES = "SELECT state, detail FROM vault.outgoing_mail WHERE kind = 'code' ORDER BY asked_at, state"
DUE_NOW = "UPDATE vault.outgoing_mail SET due_at = clock_timestamp()"
CANARY = "Canary-of-a-code"


class CanarySecrets(Secrets):
    """Digits would be found by chance in any hash; a code of letters would not."""

    def address_code(self, code_id: str) -> str:
        return f"{CANARY}-{super().address_code(code_id)}"


@pytest.fixture
async def service(world: World, process: Process) -> AsyncIterator[Clocked]:
    async with clocked(world, process, mails=True) as made:
        yield made


@pytest.fixture
async def published(world: World, process: Process) -> Published:
    return await a_published(world, process, title="Knots")


async def test_the_mail_has_the_code_and_nothing_that_a_stranger_could_write(
    world: World, process: Process, service: Clocked, published: Published
) -> None:
    slug = world.secrets.slug(published.assessment_id)
    await ask_proof(process, published)
    who = {"name": "Buy at evil.example", "email": "ann@example.org"}
    assert (await service.send("POST", f"/v1/public/{slug}", "", who)).status == 201
    ((to, message),) = (await mailed(world, process, service)).taken
    code_id = str(await world.value("SELECT code_id FROM vault.address_codes"))
    code = world.secrets.address_code(code_id)
    assert (to, str(message["To"]), message["Subject"]) == ("ann@example.org", to, "Your code: Knots")
    assert message["Message-ID"] == f"<{code_id}@example.org>"
    text = str(message.get_content())
    assert code in text
    assert "2026-11-22 08:10 UTC" in text
    assert code not in str([header for header in message.items() if header[0] != "Message-ID"])  # an id may have it
    assert "evil" not in message.as_string()
    assert await world.rows(CODES) == [("sent", None)]


async def test_a_server_that_dies_after_the_text_gets_the_same_code_again(
    world: World, process: Process, service: Clocked, published: Published
) -> None:
    link = await a_link(world, process, service, published)
    assert (await link.code()).status == 200
    box = Mailbox(deaths=1)
    async with a_mail_server(box) as port:
        sender = a_sender(world, process, service, port)
        await sender.take_up()
        assert await sender.send_one()
        assert (await world.rows(CODES))[0][0] == "pending"
        await world.side.execute(DUE_NOW)
        assert await sender.send_one()
    first, second = (message for _, message in box.taken)
    assert (first["Message-ID"], first.get_content()) == (second["Message-ID"], second.get_content())


async def test_what_counts_no_longer_is_not_sent(
    world: World, process: Process, service: Clocked, published: Published
) -> None:
    link = await a_link(world, process, service, published)
    assert (await link.code()).status == 200
    service.now = NOW + timedelta(seconds=1)
    assert (await link.code()).status == 200
    assert len(await codes_mailed(world, process, service)) == 1
    assert await world.rows(CODES) == [("dropped", "another code was asked for"), ("sent", None)]
    for after, count in ((-MICROSECOND, 1), (timedelta(0), 0)):
        begun = service.now
        assert (await link.code()).status == 200
        service.now = begun + timedelta(minutes=CODE_MINUTES) + after
        assert len(await codes_mailed(world, process, service)) == count
    assert ("dropped", "the code has expired") in await world.rows(CODES)


async def test_no_code_goes_to_a_candidate_that_was_erased_and_a_link_has_its_own_delivery(
    world: World, process: Process, service: Clocked, published: Published
) -> None:
    link = await a_link(world, process, service, published, mail=True)
    assert (await link.code()).status == 200
    erasing = "UPDATE vault.candidate_keys SET key = NULL WHERE candidate_id = $1"
    await world.side.execute(erasing, link.opened.candidate_id)
    process.vault = Vault(world.secrets, CandidateKeys(world.side, lambda _: b""))
    assert (await mailed(world, process, service)).taken == []
    assert await world.rows(CODES) == [("dropped", "the candidate was erased")]
    listed = await service.send("GET", f"/v1/assessments/{published.assessment_id}/invites", published.employer_id)
    (item,) = listed.json["items"]
    assert (item["delivery"]["state"], item["verify_email"], item["verified_at"]) == ("dropped", True, None)


async def test_a_claim_that_can_not_be_opened_holds_up_no_other(
    world: World, process: Process, service: Clocked, published: Published
) -> None:
    await ask_proof(process, published)
    await claimed(world, service, published, "broken@example.org")
    await world.side.execute("UPDATE vault.claims SET sealed_details = 'gcm1.AAAA'")
    await claimed(world, service, published, "ann@example.org")
    assert [to for to, _ in await codes_mailed(world, process, service)] == ["ann@example.org"]
    assert ("dropped", "the candidate's data can't be opened") in await world.rows(CODES)


async def _everything(world: World) -> str:
    """All events as they stand in the log, and so in NATS, and every row of every table."""
    events = (await world.store.read(limit=1000)).events
    names = await world.rows(
        "SELECT table_schema || '.' || table_name FROM information_schema.tables"
        " WHERE table_schema IN ('live', 'scratch', 'vault') AND table_type = 'BASE TABLE'"
    )
    rows = [str(await world.rows(f"SELECT t::text FROM {name} t")) for (name,) in names]
    return str(events) + "".join(rows)


async def test_no_code_is_anywhere_but_in_the_mail(
    world: World, process: Process, published: Published, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    canaries = CanarySecrets(bytes(await world.value("SELECT secret FROM vault.secrets")))
    world.secrets = canaries
    async with clocked(world, process, mails=True) as service:
        await ask_proof(process, published)
        link = await a_link(world, process, service, published)
        replies = [await join(world, service, published, "ann@example.org"), await link.code()]
        replies += [await link.enter("000000"), await link.enter("1"), await link.ask("GET", "")]
        box = await mailed(world, process, service, canaries)
    assert [str(message.get_content()).count(CANARY) for _, message in box.taken] == [1, 1]  # the control
    codes = AddressCodes(process.means.commands_pool, canaries)
    holder = CodeHolder(link.opened.invite_id, published.employer_id, link.opened.invite_id)
    with pytest.raises(CodeWrong) as wrong:
        await codes.guess(holder, "000000", NOW)
    own = [record for record in caplog.records if not record.name.startswith("mail.")]  # the mail server's, not ours
    told = [JsonLines("test").format(record) for record in own]
    shown = str([(reply.status, reply.headers, reply.json) for reply in replies])
    for place in (await _everything(world), shown, "\n".join(told), str(wrong.value)):
        assert CANARY not in place
