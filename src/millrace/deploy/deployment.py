"""A template deployed, from its file to the outputs: the seam for the command line, and for whoever calls it from Python.

result = deploy("game", {"endpoint_url": "http://127.0.0.1:8000"}, report=print)
print(result.outputs["Url"].value)
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from millrace.core.clock import Clock
from millrace.deploy import aws, blueprint, ownership, template
from millrace.deploy.blueprint import Blueprint, Output
from millrace.deploy.packages import Packages
from millrace.deploy.plan import Action, Item, Plan
from millrace.deploy.problem import DeployError, Refused
from millrace.deploy.resources.kind import Situation
from millrace.deploy.survey import Permits, Step, Survey, differing


@dataclass(frozen=True, slots=True)
class Planned:
    """The plan is made; nothing was done yet."""

    stack: str
    plan: Plan


@dataclass(frozen=True, slots=True)
class Started:
    """An item is being done."""

    item: Item


@dataclass(frozen=True, slots=True)
class Finished:
    """An item is done."""

    item: Item
    seconds: float


@dataclass(frozen=True, slots=True)
class Note:
    """Something that takes its time, in words."""

    text: str


Event = Planned | Started | Finished | Note
Report = Callable[[Event], None]


@dataclass(frozen=True, slots=True)
class Result:
    """What was planned, what was done of it, and the template's outputs. `seconds` is how long the steps took."""

    stack: str
    plan: Plan
    done: tuple[Item, ...]
    outputs: Mapping[str, Output]
    seconds: float


class Interrupted(DeployError):  # noqa: N818 -- it says what happened
    """AWS, or the network, refused one step. What was done before stays; running again goes on from there."""

    def __init__(self, sentence: str, stack: str, plan: Plan, item: Item, done: tuple[Item, ...]) -> None:
        super().__init__(f"{item.logical_id} ({item.type}): {sentence}")
        self.stack = stack
        self.plan = plan
        self.item = item
        self.done = done


def _silent(event: Event) -> None:
    del event


def deploy(
    path: Path | str,
    settings: Mapping[str, Any],
    *,
    stack_name: str | None = None,
    parameters: Mapping[str, str] | None = None,
    permits: Permits | None = None,
    dry_run: bool = False,
    report: Report = _silent,
) -> Result:
    """Make what the server has what the template at `path` says. `settings` are those of boto3's clients.

    Raises Refused with everything that stands in the way before anything is changed, Interrupted when a step was
    refused, DeployError for what is not the template's fault.
    """
    stack = name_of(Path(path), stack_name)
    loaded = template.load(Path(path), parameters or {}, aws.region_of(settings))
    clients = aws.connect(settings)
    situation = _situation(loaded.folder, report)
    drawn = blueprint.draw(loaded, stack, clients.scope, situation)
    survey = Survey(clients, situation, stack, permits or Permits())
    work = _Work(survey, report, drawn)
    with _refusals("reading what is there"):
        steps = survey.steps(drawn, survey.inventory())
    return work.through(steps, dry_run=dry_run)


def remove(
    path: Path | str | None,
    settings: Mapping[str, Any],
    *,
    stack_name: str | None = None,
    permits: Permits | None = None,
    dry_run: bool = False,
    report: Report = _silent,
) -> Result:
    """Delete what belongs to the stack, but for what holds data unless permitted. The path only names it."""
    stack = name_of(None if path is None else Path(path), stack_name)
    clients = aws.connect(settings)
    situation = _situation(Path(), report)
    survey = Survey(clients, situation, stack, permits or Permits())
    with _refusals("reading what is there"):
        steps = list(survey.leftovers(survey.inventory()))
    return _Work(survey, report).through(steps, dry_run=dry_run)


def _situation(folder: Path, report: Report) -> Situation:
    def note(text: str) -> None:
        report(Note(text))

    return Situation(Packages(folder, note), note=note)


def name_of(path: Path | None, given: str | None) -> str:
    """The stack's name: what was given, else the name of the template's folder. Raises DeployError."""
    if given is not None:
        if not ownership.is_stack_name(given):
            raise DeployError(
                f"{given!r} cannot name a stack: letters, digits and hyphens, a letter first, at most 128"
            )
        return given
    if path is None:
        raise DeployError("give the path of the template, or --stack-name")
    folder = template.find(path).resolve().parent
    return ownership.stack_name(folder.name)


class _refusals:  # noqa: N801 -- reads as a with statement does
    """Lets a refusal of AWS's in here be a DeployError."""

    def __init__(self, doing: str) -> None:
        self._doing = doing

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if isinstance(error, ClientError | BotoCoreError):
            raise DeployError(f"{self._doing}: {error}") from None


@dataclass
class _Work:
    """Does the steps of a plan in their order."""

    survey: Survey
    report: Report
    drawn: Blueprint | None = None
    clock: Clock = field(default_factory=Clock)
    done: list[Item] = field(default_factory=list[Item])

    def through(self, steps: list[Step], *, dry_run: bool) -> Result:
        begun = self.clock.stopwatch()
        if self.survey.problems:
            raise Refused(self.survey.problems)
        plan = Plan(tuple(step.item for step in steps))
        self._outputs()  # what they cannot show is said before anything is changed
        self.report(Planned(self.survey.stack, plan))
        if not dry_run:
            for step in steps:
                self._do(step, plan)
        return Result(
            self.survey.stack, plan, tuple(self.done), self._outputs(), self.clock.stopwatch() - begun
        )

    def _outputs(self) -> Mapping[str, Output]:
        return {} if self.drawn is None else self.drawn.outputs(self.survey.attributes)

    def _do(self, step: Step, plan: Plan) -> None:
        if not step.item.acts:
            return
        begun = self.clock.stopwatch()
        self.report(Started(step.item))
        try:
            if step.item.action in {Action.DELETE, Action.RELEASE}:
                self._leave(step)
            else:
                self._make(step)
        except (ClientError, BotoCoreError, DeployError) as error:
            raise Interrupted(str(error), self.survey.stack, plan, step.item, tuple(self.done)) from error
        self.done.append(step.item)
        self.report(Finished(step.item, self.clock.stopwatch() - begun))

    def _leave(self, step: Step) -> None:
        clients, name = self.survey.aws, step.item.name
        act = step.kind.delete if step.item.action is Action.DELETE else step.kind.release
        if step.item.action is Action.DELETE and self.survey.permits.delete_data:
            step.kind.empty(clients, name)
        act(clients, name, (self.survey.stack, step.item.logical_id))

    def _make(self, step: Step) -> None:
        """Create, update or replace it, by what is known now that those it needs are there."""
        assert self.drawn is not None  # noqa: S101 -- only a blueprint has what is to be made
        kind, clients, situation = step.kind, self.survey.aws, self.survey.situation
        logical_id = step.item.logical_id
        name = step.live.name if step.live is not None else ""
        wanted = self.survey.wanted(self.drawn, logical_id, name)
        if step.live is None or step.item.action is Action.REPLACE:
            if step.live is not None:
                kind.delete(clients, step.live.name, (self.survey.stack, logical_id))
            name = kind.create(clients, wanted, situation)
        elif differing(wanted, step.live):
            kind.update(clients, wanted, step.live, situation)
            name = wanted.name
        made = kind.read(clients, name)
        if made is None:
            raise DeployError(f"{name} was made, and is not there")
        self.survey.attributes[logical_id] = made.attributes
