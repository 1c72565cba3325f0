"""A process and its descendants, as the kernel lists them."""

from pathlib import Path


def family(process_id: int) -> tuple[int, ...]:
    """The process first, then its descendants; without a /proc only the process."""
    children = _children_by_parent()
    found = [process_id]
    for member in found:
        found.extend(children.get(member, ()))
    return tuple(found)


def _children_by_parent() -> dict[int, list[int]]:
    children: dict[int, list[int]] = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            # the name in parentheses may hold anything, spaces and parentheses too
            parent = int(status.read_text(errors="replace").rpartition(")")[2].split()[1])
        except (OSError, IndexError):
            continue  # it ended while it was being looked at
        children.setdefault(parent, []).append(int(status.parent.name))
    return children
