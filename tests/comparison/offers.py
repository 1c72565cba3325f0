"""What an operator is offered: found in the programs' own help and answers."""

import urllib.error
import urllib.request

from tests.comparison.facts import offers, program

__all__ = ["backup", "metrics", "program", "verification"]


def verification(eventrail: str, umadb: str, nats: str) -> list[str]:
    return [
        "`eventrail verify`" if offers(eventrail, "verify") else "none in `eventrail --help`",
        "some" if offers(umadb, "verify", "check") else "none in `umadb --help`",
        "some" if offers(nats, "verify") else "none in `nats-server --help`",
    ]


def backup(eventrail: str, umadb: str, nats: str) -> list[str]:
    return [
        "`eventrail backup`" if offers(eventrail, "backup") else "none in `eventrail --help`",
        "some" if offers(umadb, "backup", "snapshot") else "none in `umadb --help`",
        "some" if offers(nats, "backup") else "a snapshot by API; its command is in another program",
    ]


def metrics(url: str, umadb: str, nats: str) -> list[str]:
    return [
        "`GET /metrics`" if answers(f"{url}/metrics") else "none",
        "some" if offers(umadb, "metric", "prometheus") else "none in `umadb --help`",
        "JSON by `--http_port`; Prometheus by another program" if offers(nats, "http_port") else "none",
    ]


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return bool(answer.status == 200)
    except urllib.error.HTTPError as error:
        return error.code in {401, 403}
