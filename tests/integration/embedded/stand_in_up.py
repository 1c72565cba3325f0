"""Runs `embedded.up` with stand-ins for our services."""

import sys
from pathlib import Path

from embedded.up import main
from embedded.up_settings import Commands

SERVICE = str(Path(__file__).with_name("stand_in_service.py"))


def command(role: str) -> tuple[str, ...]:
    return (sys.executable, SERVICE, role)


sys.exit(main(Commands(command("eventrail"), command("migrate"), command("web"), command("projector"))))
