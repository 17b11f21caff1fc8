"""What is wrong with a template, or stands in its way: always all of it, before anything is changed."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One sentence, and where it belongs: a logical id, its type, a property's path; as far as there are any."""

    sentence: str
    logical_id: str = ""
    type: str = ""
    property: str = ""

    def __str__(self) -> str:
        place = self.logical_id
        if self.type:
            place += f" ({self.type})"
        if self.property:
            place += f" {self.property}"
        return f"{place}: {self.sentence}" if place else self.sentence


class TemplateError(Exception):
    """One value of a template cannot be: whoever knows the place makes a `Problem` of it."""


class DeployError(Exception):
    """The deployment cannot be done, or not be finished. The message is for people."""


class Refused(DeployError):  # noqa: N818 -- a deployment is refused, not mistaken
    """Nothing was changed, because of these problems."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))
