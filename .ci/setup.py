"""Makes .venv as requirements.lock says; with --check only tells by its exit code whether that is done already."""  # noqa: INP001 - a script of its own, before anything is installed

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

MEMBERS = ("contracts", "shared", "services/eventrail", "services/assessment")
INPUTS = ("requirements.lock", "pyproject.toml", *(f"{member}/pyproject.toml" for member in MEMBERS), ".ci/setup.py")
STAMP = Path(".venv/setup.sha256")
PYTHON = Path(".venv/bin/python")


def wanted() -> str:
    """The fingerprint of all that decides what is installed; its place too, since scripts name their interpreter."""
    digest = hashlib.sha256(str(Path.cwd()).encode())
    for name in INPUTS:
        digest.update(hashlib.sha256(Path(name).read_bytes()).digest())
    return digest.hexdigest()


def done() -> bool:
    return STAMP.is_file() and STAMP.read_text().strip() == wanted()


def uv(*arguments: str) -> None:
    found = shutil.which("uv")
    command = [found] if found else [sys.executable, "-m", "uv"]
    environment = {**os.environ, "UV_PYTHON_DOWNLOADS": "never"}
    subprocess.run([*command, *arguments], check=True, env=environment)  # noqa: S603 - uv, with our arguments


def works(python: Path) -> bool:
    """Whether the interpreter is new enough and is there at all: a .venv outlives the Python that it links to."""
    question = "import sys; sys.exit(sys.version_info < (3, 11))"
    try:
        return subprocess.run([python, "-c", question], check=False).returncode == 0  # noqa: S603 - our own .venv
    except OSError:
        return False


def main() -> int:
    os.chdir(Path(__file__).resolve().parent.parent)
    if "--check" in sys.argv:
        return 0 if done() else 1
    if shutil.which("uv") is None and importlib.util.find_spec("uv") is None:
        sys.stderr.write("uv is needed: pip install uv\n")
        return 1
    try:
        STAMP.unlink(missing_ok=True)
        if not works(PYTHON):
            uv("venv", "--quiet", "--clear", "--python", sys.executable, ".venv")
        uv("pip", "sync", "--quiet", "--python", str(PYTHON), "--require-hashes", "requirements.lock")
        editable = [argument for member in MEMBERS for argument in ("--editable", member)]
        uv("pip", "install", "--quiet", "--python", str(PYTHON), "--no-deps", "--no-build-isolation", *editable)
    except subprocess.CalledProcessError as failed:
        sys.stderr.write(f"setup: {' '.join(map(str, failed.cmd[-6:]))} failed\n")
        return 1
    STAMP.write_text(wanted() + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
