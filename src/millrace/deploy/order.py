"""In which order resources are made: each after what it refers to or depends on. Pure."""

from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter

from millrace.deploy.problem import Problem, Refused


def order(needs: Mapping[str, Iterable[str]]) -> list[str]:
    """The logical ids, each after those it needs; else as they are written. Raises Refused for a cycle."""
    places = {name: place for place, name in enumerate(needs)}
    sorter = TopologicalSorter({name: set(needed) for name, needed in needs.items()})
    try:
        sorter.prepare()
    except CycleError as error:
        cycle = " → ".join(reversed(error.args[1]))
        raise Refused([Problem(f"resources need each other: {cycle}")]) from None
    found: list[str] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready(), key=places.__getitem__)
        found += ready
        sorter.done(*ready)
    return found
