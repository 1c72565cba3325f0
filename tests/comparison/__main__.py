"""python -m tests.comparison: three real servers, the same questions, and the tables of docs/comparison.md."""

import asyncio
import importlib.metadata
import tempfile
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path

from embedded.nats import NatsServer
from tests.comparison.cases import CASES, Contestant, Wanted, answered
from tests.comparison.document import ANSWERS, FACTS, PAGE, table, with_table
from tests.comparison.eventrail_store import EventrailServer, EventrailStore
from tests.comparison.facts import after_a_flipped_bit, ran, version
from tests.comparison.jetstream_store import JetStreamStore
from tests.comparison.offers import backup, metrics, program, verification
from tests.comparison.syncs import APPENDS, syncs_of
from tests.comparison.umadb_store import UmaDbStore
from tests.kit.processes import Processes


async def main() -> None:
    with tempfile.TemporaryDirectory(prefix="comparison-") as made:
        directory = Path(made)
        processes = Processes(directory, [])
        async with AsyncExitStack() as stack:
            stack.callback(processes.kill_all)
            nats = NatsServer(directory / "nats", password="for-a-test")
            stack.enter_context(nats)
            jetstream = JetStreamStore(nats)
            await jetstream.make()
            server = EventrailServer(processes, directory / "log")
            await asyncio.to_thread(server.start)
            eventrail = EventrailStore(await stack.enter_async_context(server.client()), server)
            umadb = await asyncio.to_thread(UmaDbStore, processes)
            stores: tuple[Contestant, ...] = (eventrail, umadb, jetstream)
            answers = {case.title: [await answered(store, case) for store in stores] for case in CASES}
            files = (server.log, umadb.files, nats.directory / "jetstream")
            facts = await found(stores, files, directory, server)
    head = ["", *(store.name for store in stores)]
    page = with_table(PAGE.read_text(), ANSWERS, table(head, answers))
    PAGE.write_text(with_table(page, FACTS, table(head, facts)))
    print(PAGE.read_text())


async def found(
    stores: Sequence[Contestant], files: Sequence[Path], directory: Path, server: EventrailServer
) -> dict[str, list[str]]:
    """The rows of the second table. The last of them damages the files."""
    eventrail, umadb, nats = (ran([program(name), "--help"]) for name in ("eventrail", "umadb", "nats-server"))
    return {
        "version": [
            importlib.metadata.version("eventrail"),
            *(version(program(name)) for name in ("umadb", "nats-server")),
        ],
        f"calls of fsync, fdatasync, msync or sync_file_range during {APPENDS} appends, one after the other": [
            str(await syncs_of(store.pid, directory, lambda store=store: appended(store)))  # type: ignore[misc]
            for store in stores
        ],
        "a command that verifies what is stored": verification(eventrail, umadb, nats),
        "a backup of a running server": backup(eventrail, umadb, nats),
        "metrics for Prometheus": metrics(server.url, umadb, nats),
        "one bit of one stored body flipped while the server is down, then started": [
            await after_a_flipped_bit(store, place) for store, place in zip(stores, files, strict=True)
        ],
    }


async def appended(store: Contestant) -> None:
    for number in range(APPENDS):
        await store.append("synced", [Wanted(f"s{number}")], unless_there=False)


if __name__ == "__main__":
    asyncio.run(main())
