"""What a queue, a topic and a bucket have in common: tags that name the resource's owner, and those of its parts."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence

from millrace.deploy import ownership
from millrace.deploy.aws import Aws
from millrace.deploy.resources.kind import Live, Owned, Wanted, tag_changes
from millrace.deploy.resources.log_group import owned_by_tags


class Host(ABC):
    """A family of resources whose tags can name parts. A part's name is the host's, a slash, and one of its own."""

    @abstractmethod
    def tags(self, aws: Aws, host: str) -> dict[str, str]:
        """All its tags; none if it is not there."""

    @abstractmethod
    def retag(self, aws: Aws, host: str, put: Mapping[str, str], gone: Sequence[str]) -> None:
        """Set tags and take others away. What is not there has none to take away."""

    def owned(self, aws: Aws, kind: str, hosts: Iterable[str]) -> Iterator[Owned]:
        """The resources themselves and their parts, as far as tags say whose they are. A part may have several hosts."""
        inside: dict[ownership.Part, list[str]] = {}
        for host in hosts:
            tags = self.tags(aws, host)
            yield from owned_by_tags(kind, host, tags)
            for part in ownership.parts(tags):
                inside.setdefault(part, []).append(host)
        for part, found in inside.items():
            name = f"{'|'.join(sorted(found))}/{part.name}"
            yield Owned(part.stack, part.logical_id, part.type, name, part.deletion_policy)

    def tag(self, aws: Aws, wanted: Wanted, live: Live) -> None:
        """Give the resource itself the tags that are wanted."""
        put, gone = tag_changes(wanted.tags, live)
        self.retag(aws, live.name, put, gone)

    def release(self, aws: Aws, host: str) -> None:
        """Take away what says whose the resource itself is."""
        self.retag(aws, host, {}, list(ownership.own(self.tags(aws, host))))

    def part_tags(self, aws: Aws, kind: str, name: str) -> dict[str, str]:
        """What would be the part's own tags, if it could have any."""
        host, _, own = name.partition("/")
        for part in ownership.parts(self.tags(aws, host)):
            if (part.type, part.name) == (kind, own):
                return ownership.own_tags(part.stack, part.logical_id, part.deletion_policy)
        return {}

    def claim_part(self, aws: Aws, kind: str, wanted: Wanted) -> None:
        """Let the host's tags say whose its part is."""
        host, _, own = wanted.name.partition("/")
        key = ownership.part_key(wanted.stack, wanted.logical_id)
        self.retag(aws, host, {key: ownership.part_value(kind, own, wanted.deletion_policy)}, [])

    def release_part(self, aws: Aws, name: str, owner: tuple[str, str]) -> None:
        """Take that tag away."""
        self.retag(aws, name.partition("/")[0], {}, [ownership.part_key(*owner)])
