"""The unprivileged account that PostgreSQL runs as where the starter is root, which it refuses to be."""

import os
import pwd
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Account:
    user_id: int
    group_id: int


def account_for(directory: Path) -> Account | None:
    """None for an ordinary user; for root the owner of the directory, or `nobody` where that is root or no one yet."""
    if os.geteuid() != 0:
        return None
    if directory.exists() and (owner := directory.stat()).st_uid != 0:
        return Account(owner.st_uid, owner.st_gid)
    nobody = pwd.getpwnam("nobody")
    return Account(nobody.pw_uid, nobody.pw_gid)


def give(path: Path, account: Account | None) -> None:
    if account is not None:
        os.chown(path, account.user_id, account.group_id)
