"""Becomes a server whose life hangs on its parent's: gives up root where asked, then executes the program.

It runs as a script of its own, before the program and in its process, because none of this may happen in a
forked copy of a parent that has threads. Arguments: parent's process id, signal for the parent's death,
user id and group id (-1 keeps them), program, its arguments.
"""

import ctypes
import os
import signal
import sys

SET_PARENT_DEATH_SIGNAL = 1
CANNOT_EXECUTE = 126


def give_up_root(user_id: int, group_id: int) -> None:
    os.setgroups([])
    os.setgid(group_id)
    os.setuid(user_id)


def die_with(parent_id: int, death_signal: int) -> None:
    # after the change of user, which would clear it again
    if sys.platform == "linux" and ctypes.CDLL(None).prctl(SET_PARENT_DEATH_SIGNAL, death_signal) != 0:
        sys.exit("leash: the kernel refused the signal for the parent's death")
    if os.getppid() != parent_id:
        sys.exit("leash: the parent died before its server began")


def main(arguments: list[str]) -> None:
    parent_id, death_signal, user_id, group_id = (int(argument) for argument in arguments[:4])
    command = arguments[4:]
    if user_id >= 0:
        give_up_root(user_id, group_id)
    die_with(parent_id, death_signal)
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # Python ignores it, and what is ignored is inherited
    try:
        os.execv(command[0], command)  # noqa: S606 - the program is to replace this one, without a shell
    except OSError as error:
        sys.stderr.write(f"leash: {command[0]} cannot be executed: {error.strerror}\n")
        sys.exit(CANNOT_EXECUTE)


if __name__ == "__main__":
    main(sys.argv[1:])
