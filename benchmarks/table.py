"""Writes what was measured as Markdown: the absolute values, then the ratios to one of the servers."""

from collections.abc import Mapping, Sequence

from benchmarks.measure import Failure, Measure, Unit

Results = Mapping[str, Mapping[str, Measure | Failure]]

MEBIBYTE = 1024 * 1024
NOTHING = "-"


def markdown(results: Results, titles: Mapping[str, str], keeps: Mapping[str, str], base: str) -> str:
    """Tables of `results` (target, then row name); rows that nobody has are left out."""
    targets = list(results)
    rows = [name for name in titles if any(name in results[target] for target in targets)]
    absolute = [[titles[row], *(cell(results[target].get(row)) for target in targets)] for row in rows]
    kept = ["a written item is kept", *(keeps[target] for target in targets)]
    parts = ["## Absolute values", grid(["", *targets], [*absolute, kept])]
    others = [target for target in targets if target != base]
    if base in targets and others:
        ratios = [[titles[row], *(ratio(results, row, base, target) for target in others)] for row in rows]
        parts += [f"## How many times better {base} is (below 1: worse)", grid(["", *others], ratios)]
    if notes := remarks(results, titles):
        parts += ["## Remarks", "\n".join(notes)]
    return "\n\n".join(parts) + "\n"


def grid(head: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    rule = ["---", *("---:" for _ in head[1:])]
    return "\n".join("| " + " | ".join(line) + " |" for line in [head, rule, *lines])


def cell(measure: Measure | Failure | None) -> str:
    match measure:
        case None:
            return NOTHING
        case Failure():
            return "failed"
        case Measure(value, Unit.RATE, spread) if spread is not None:
            return f"{value:,.0f} /s ({milliseconds(spread.p50)} / {milliseconds(spread.p99)} ms)"
        case Measure(value, Unit.RATE, _):
            return f"{value:,.0f} /s"
        case Measure(value, Unit.BYTES, _):
            return f"{value / MEBIBYTE:,.0f} MiB"
        case Measure(value, _, None):
            return f"{milliseconds(value)} ms"
        case Measure(_, _, spread):
            return " / ".join(milliseconds(one) for one in (spread.p50, spread.p99, spread.maximum)) + " ms"
        case _:
            raise TypeError(measure)


def milliseconds(seconds: float) -> str:
    """Three digits that matter, no more."""
    value = seconds * 1000
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def ratio(results: Results, row: str, base: str, other: str) -> str:
    ours, theirs = results[base].get(row), results[other].get(row)
    if not (isinstance(ours, Measure) and isinstance(theirs, Measure)):
        return NOTHING
    if min(ours.value, theirs.value) <= 0:
        return NOTHING
    times = ours.value / theirs.value if ours.unit.more_is_better else theirs.value / ours.value
    return f"{times:,.0f}x" if times >= 100 else f"{times:.1f}x" if times >= 10 else f"{times:.2f}x"


def remarks(results: Results, titles: Mapping[str, str]) -> list[str]:
    lines = []
    for target, measures in results.items():
        for row, measure in measures.items():
            told = [measure.reason] if isinstance(measure, Failure) else measure.notes
            lines += [f"- {target}, {titles[row]}: {note}" for note in told]
    return lines
