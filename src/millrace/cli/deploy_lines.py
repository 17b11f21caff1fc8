"""How a deployment looks in a terminal, and as JSON."""

from typing import Any

from rich.console import Console
from rich.markup import escape

from millrace.deploy.deployment import Event, Finished, Note, Planned, Result, Started
from millrace.deploy.plan import Action, Change, Item, Plan, shown
from millrace.deploy.problem import Problem

_SIGNS = {
    Action.CREATE: ("+", "green", "created"),
    Action.ADOPT: ("+", "green", "taken over"),
    Action.UPDATE: ("~", "yellow", "updated"),
    Action.REPLACE: ("±", "red", "made anew"),
    Action.DELETE: ("-", "red", "deleted"),
    Action.RELEASE: ("-", "dim", "let go: its DeletionPolicy retains it"),
    Action.KEEP: ("=", "dim", "kept"),
    Action.UNCHANGED: ("=", "dim", "unchanged"),
}


class Lines:
    """Prints a deployment while it happens."""

    def __init__(self, console: Console, endpoint: str) -> None:
        self._console = console
        self._endpoint = endpoint
        self._status: Any = None

    def ignore(self, event: Event) -> None:
        """Say nothing."""

    def hear(self, event: Event) -> None:
        """Say what happens."""
        if isinstance(event, Planned):
            self._plan(event)
        elif isinstance(event, Note):
            self._console.print(f"[dim]{escape(event.text)}[/]")
        elif isinstance(event, Started):
            self._status = self._console.status(escape(f"{event.item.logical_id} ({event.item.type})"))
            self._status.start()
        else:
            self._finished(event)

    def stop(self) -> None:
        """Take the spinner away."""
        if self._status is not None:
            self._status.stop()
            self._status = None

    def end(self, result: Result, *, dry_run: bool) -> None:
        """What came of it."""
        if dry_run:
            self._console.print("\nA dry run: nothing was changed.")
        elif not result.plan.acts:
            self._console.print("\nNothing to change.")
        kept = [item.name for item in result.plan.items if item.action is Action.KEEP]
        if kept:
            names = escape(", ".join(kept))
            self._console.print(f"\nKept with the data in it: {names}. --delete-data deletes it.")
        if result.outputs:
            self._outputs(result)
        if result.done:
            self._console.print(f"\n[green]✓[/] {len(result.done)} done in {result.seconds:.1f} s")

    def _plan(self, planned: Planned) -> None:
        self._console.print(f"Stack [bold]{escape(planned.stack)}[/] at {escape(self._endpoint)}\n")
        if not planned.plan.items:
            self._console.print("  nothing belongs to it")
        widths = [
            max(len(word) for word in words) for words in zip(*map(_words, planned.plan.items), strict=True)
        ]
        for item in planned.plan.items:
            sign, colour, _ = _SIGNS[item.action]
            words = "  ".join(word.ljust(width) for word, width in zip(_words(item), widths, strict=True))
            self._console.print(f"  [{colour}]{sign} {escape(words.rstrip())}[/]")
            for change in item.changes:
                self._console.print(f"      [dim]{escape(_change(change))}[/]")
        if planned.plan.acts:
            self._console.print()

    def _outputs(self, result: Result) -> None:
        """One a line, and never broken: they are there to be copied."""
        width = max(map(len, result.outputs))
        self._console.print("\n[bold]Outputs[/]")
        for name, output in result.outputs.items():
            described = f"  [dim]{escape(output.description)}[/]" if output.description else ""
            self._console.print(f"  {escape(name.ljust(width))}  {escape(str(output.value))}{described}")

    def _finished(self, event: Finished) -> None:
        self.stop()
        _, _, done = _SIGNS[event.item.action]
        name = escape(event.item.logical_id)
        self._console.print(f"[green]✓[/] {name} {done} [dim]{event.seconds:.1f} s[/]")


def plan_json(plan: Plan) -> list[dict[str, Any]]:
    """The plan, for programs."""
    return [
        {
            "action": item.action.value,
            "logical_id": item.logical_id,
            "type": item.type,
            "name": item.name,
            "changes": [
                {"path": change.path, "old": shown(change.old), "new": shown(change.new)}
                for change in item.changes
            ],
        }
        for item in plan.items
    ]


def problem_json(problem: Problem) -> dict[str, str]:
    """A problem, for programs."""
    return {
        "logical_id": problem.logical_id,
        "type": problem.type,
        "property": problem.property,
        "sentence": problem.sentence,
    }


def _words(item: Item) -> tuple[str, str, str, str]:
    name = "" if item.name == item.logical_id else item.name
    return item.action.value, item.logical_id, item.type, name


def _change(change: Change) -> str:
    """A hash tells nobody anything."""
    return "Code" if change.path.startswith("Code.") else str(change)
