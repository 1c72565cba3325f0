"""Ports that are given out: free ones, and of each process its own, so that no two servers are told the same."""

import os
import subprocess
import sys

from embedded.ports import BLOCK_PORTS, _claimed, free_port, is_free

OTHER = "import sys; from embedded.ports import _claimed; print([_claimed(range(int(n), 0)) for n in sys.argv[1:]])"


def test_ports_come_one_after_the_other_and_again_after_all() -> None:
    first, *others = (free_port() for _ in range(BLOCK_PORTS))
    assert first not in others[:10], "none twice in a row"
    assert first // BLOCK_PORTS == max(others) // BLOCK_PORTS == min(others) // BLOCK_PORTS
    assert is_free(first)


def test_a_block_is_of_one_process() -> None:
    mine, nobodys = 1_000_000 + os.getpid(), 2_000_000 + os.getpid()
    assert _claimed(range(mine, 0))
    command = (sys.executable, "-c", OTHER, str(mine), str(nobodys))
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert said == "[False, True]\n"
