"""The tests' own client: what a server that ends does to it is an error of the network, never of the client."""

import socket
from typing import NoReturn

import pytest

from tests.integration.eventrail.web import Web


def test_a_connection_that_is_reset_as_it_is_made_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def reset(*_: object, **__: object) -> NoReturn:
        raise ConnectionResetError

    monkeypatch.setattr(socket, "create_connection", reset)
    with pytest.raises(ConnectionResetError):
        Web("http://127.0.0.1:1").event(b"1")
