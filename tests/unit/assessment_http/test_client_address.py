from typing import Any

import pytest

from assessment.http.client_address import client_address


def scope(socket: str | None, *forwarded: str) -> dict[str, Any]:
    headers = [(b"host", b"x"), *((b"x-forwarded-for", value.encode("latin-1")) for value in forwarded)]
    return {"client": None if socket is None else (socket, 4321), "headers": headers}


@pytest.mark.parametrize(
    ("socket", "forwarded", "proxies", "address"),
    [
        ("192.0.2.1", (), 0, "192.0.2.1"),
        ("192.0.2.1", ("203.0.113.9",), 0, "192.0.2.1"),
        ("10.0.0.1", ("203.0.113.9",), 1, "203.0.113.9"),
        ("10.0.0.1", ("198.51.100.7, 203.0.113.9",), 1, "203.0.113.9"),
        ("10.0.0.1", ("198.51.100.7", "203.0.113.9"), 1, "203.0.113.9"),
        ("10.0.0.1", ("198.51.100.7 ,203.0.113.9, 10.0.0.2",), 2, "203.0.113.9"),
        ("10.0.0.1", ("203.0.113.9",), 2, "10.0.0.1"),
        ("10.0.0.1", (), 1, "10.0.0.1"),
        ("10.0.0.1", ("",), 1, "10.0.0.1"),
        ("10.0.0.1", ("not an address",), 1, "10.0.0.1"),
        ("10.0.0.1", ("203.0.113.9:1234",), 1, "10.0.0.1"),
        ("10.0.0.1", ("\xb2\xb2",), 1, "10.0.0.1"),
        ("2001:db8:1:2:3:4:5:6", (), 0, "2001:db8:1:2::/64"),
        ("10.0.0.1", ("2001:db8:1:2:ffff::1",), 1, "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.1", (), 0, "192.0.2.1"),
        ("testclient", (), 0, "testclient"),
        (None, (), 0, ""),
    ],
)
def test_the_address_is_the_sockets_or_what_the_outermost_trusted_proxy_saw(
    socket: str | None, forwarded: tuple[str, ...], proxies: int, address: str
) -> None:
    assert client_address(scope(socket, *forwarded), proxies) == address
