"""What a deployment will do, found by comparing a blueprint with what the server has."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from millrace.deploy import ownership
from millrace.deploy.aws import Aws
from millrace.deploy.blueprint import Blueprint
from millrace.deploy.plan import Action, Change, Item, changes
from millrace.deploy.problem import DeployError, Problem
from millrace.deploy.resources import KINDS
from millrace.deploy.resources.kind import Kind, Live, Owned, Situation, Wanted


@dataclass(frozen=True, slots=True)
class Permits:
    """What the user allows besides the ordinary. `adopt`: taking over what is not the stack's; `replace`: making
    a table anew, which loses its items; `delete_data`: deleting what holds data and left the template.
    """

    adopt: bool = False
    replace: bool = False
    delete_data: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One item of the plan, with what it takes to do it."""

    item: Item
    kind: Kind
    live: Live | None = None
    owned: Owned | None = None


@dataclass
class Survey:
    """Looks at every resource in order; what is refused is collected in `problems`."""

    aws: Aws
    situation: Situation
    stack: str
    permits: Permits
    problems: list[Problem] = field(default_factory=list[Problem])
    attributes: dict[str, Mapping[str, Any]] = field(default_factory=dict[str, Mapping[str, Any]])

    def inventory(self) -> list[Owned]:
        """Everything that the server's tags say is the stack's."""
        return [
            owned for kind in KINDS.values() for owned in kind.owned(self.aws) if owned.stack == self.stack
        ]

    def steps(self, blueprint: Blueprint, inventory: list[Owned]) -> list[Step]:
        """A step for every resource of the blueprint, then one for everything that left the template."""
        found = [self._looked_at(blueprint, logical_id, inventory) for logical_id in blueprint.order]
        self._check_names(found)
        taken = {(step.item.type, step.live.name) for step in found if step.live is not None}
        taken |= {(step.item.type, step.item.name) for step in found}
        left = [owned for owned in inventory if (owned.type, owned.name) not in taken]
        return [*found, *self.leftovers(left)]

    def leftovers(self, inventory: list[Owned]) -> Iterator[Step]:
        """Steps for what shall not be there any more: users before what they use."""
        places = list(KINDS)
        for owned in sorted(inventory, key=lambda each: (places.index(each.type), each.logical_id)):
            kind = KINDS[owned.type]
            action = Action.DELETE
            if owned.deletion_policy == "Retain":
                action = Action.RELEASE
            elif not self.permits.delete_data and self._has_data(kind, owned.name):
                action = Action.KEEP
            yield Step(Item(action, owned.logical_id, owned.type, owned.name), kind, owned=owned)

    def wanted(self, blueprint: Blueprint, logical_id: str, name: str = "") -> Wanted:
        """A resource as the blueprint wants it, with what is known of the others by now."""
        resource = blueprint.template.resources[logical_id]
        kind = KINDS[resource.type]
        properties = blueprint.properties(logical_id, self.attributes)
        name = kind.identify(self.stack, logical_id, properties) or name
        return Wanted(
            stack=self.stack,
            logical_id=logical_id,
            name=name,
            properties=kind.normal(properties, name, self.situation),
            own_tags=ownership.own_tags(self.stack, logical_id, resource.deletion_policy),
            deletion_policy=resource.deletion_policy,
        )

    def _looked_at(self, blueprint: Blueprint, logical_id: str, inventory: list[Owned]) -> Step:
        """The step of a resource. What the server refuses to be asked for it, it will refuse to make."""
        try:
            return self._step(blueprint, logical_id, inventory)
        except (ClientError, BotoCoreError) as error:
            kind = blueprint.template.resources[logical_id].type
            raise DeployError(f"{logical_id} ({kind}): {error}") from None

    def _check_names(self, steps: list[Step]) -> None:
        """Two resources cannot be one: the second would be refused, or take the first one's place."""
        first: dict[tuple[str, str], str] = {}
        for step in steps:
            item = step.item
            other = first.setdefault((item.type, item.name), item.logical_id)
            if other != item.logical_id:
                sentence = f"it has the name {item.name}, as {other} has"
                self.problems.append(Problem(sentence, item.logical_id, item.type))

    def _step(self, blueprint: Blueprint, logical_id: str, inventory: list[Owned]) -> Step:
        resource = blueprint.template.resources[logical_id]
        kind = KINDS[resource.type]
        wanted = self.wanted(blueprint, logical_id)
        mine = [each for each in inventory if (each.logical_id, each.type) == (logical_id, kind.type)]
        match = next((each for each in mine if kind.same(each.name, wanted.name)), None)
        live = kind.read(self.aws, match.name) if match is not None else None
        if live is None:
            live = self._stranger(kind, wanted)
        wanted = replace(wanted, name=wanted.name or (live.name if live is not None else ""))
        live = None if live is None else kind.seen(wanted, live)
        differences = () if live is None else differing(wanted, live)
        action = _action(kind, live, differences, known=match is not None)
        fixed = [change for change in differences if kind.is_other([change])]
        self._check_data(kind, wanted, action, fixed, [each.name for each in mine if each is not match])
        self.attributes[logical_id] = self._foreseen(kind, wanted, live, action, differences)
        name = wanted.name or logical_id
        return Step(Item(action, logical_id, kind.type, name, differences), kind, live, match)

    def _stranger(self, kind: Kind, wanted: Wanted) -> Live | None:
        """What is there already under the name, which no tag says is this resource."""
        name = kind.candidate(self.aws, wanted)
        live = kind.read(self.aws, name) if name else None
        if live is None:
            return None
        stack = live.own_tags.get(ownership.STACK)
        if stack != self.stack and not self.permits.adopt:
            whose = f"of the stack {stack}" if stack else "of no stack"
            sentence = f"{live.name} is there already and is {whose}; --adopt takes it over"
            self.problems.append(Problem(sentence, wanted.logical_id, kind.type))
        return live

    def _check_data(
        self, kind: Kind, wanted: Wanted, action: Action, fixed: list[Change], others: list[str]
    ) -> None:
        """Data is not lost without being told so."""
        if not kind.holds_data or self.permits.replace:
            return
        sentence = ""
        if action is Action.REPLACE and self._has_data(kind, wanted.name):
            sentence = (
                f"{wanted.name} would have to be made anew, since {', '.join(map(str, fixed))} cannot be changed"
                " in place, and what is in it would be lost; --replace does so"
            )
        elif action is Action.CREATE and any(self._has_data(kind, other) for other in others):
            sentence = (
                f"{wanted.name} would take the place of {others[0]} and be empty; --replace does so,"
                f" and keeps {others[0]} unless --delete-data is given, too"
            )
        if sentence:
            self.problems.append(Problem(sentence, wanted.logical_id, kind.type))

    def _has_data(self, kind: Kind, name: str) -> bool:
        return kind.holds_data and not kind.is_empty(self.aws, name)

    def _foreseen(
        self, kind: Kind, wanted: Wanted, live: Live | None, action: Action, differences: tuple[Change, ...]
    ) -> dict[str, Any]:
        foreseen = kind.foreseen(self.aws, wanted)
        if live is None or action is Action.REPLACE:
            return foreseen
        altered = kind.altered({change.property for change in differences})
        kept = {name: value for name, value in live.attributes.items() if name not in altered}
        return {**kept, **{name: foreseen[name] for name in altered if name in foreseen}}


def differing(wanted: Wanted, live: Live) -> tuple[Change, ...]:
    """What has to change, the tags that say whose it is included."""
    found = list(changes(wanted.properties, live.properties))
    for key, name in (
        (ownership.STACK, "stack"),
        (ownership.LOGICAL_ID, "logical id"),
        (ownership.DELETION_POLICY, "DeletionPolicy"),
    ):
        old, new = live.own_tags.get(key), wanted.own_tags.get(key)
        if old != new:
            found.append(Change(name, old, new))
    return tuple(found)


def _action(kind: Kind, live: Live | None, differences: tuple[Change, ...], *, known: bool) -> Action:
    if live is None:
        return Action.CREATE
    if kind.is_other(differences):
        return Action.REPLACE
    if not known:
        return Action.ADOPT
    return Action.UPDATE if differences else Action.UNCHANGED
