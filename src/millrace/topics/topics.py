"""The topics of a server: which one a request is for."""

from millrace.core.clock import Clock
from millrace.core.context import Context
from millrace.core.errors import AwsError
from millrace.storage.interface import Reader, Storage
from millrace.topics import topic as catalog
from millrace.topics.topic import Subscription, Topic, invalid, missing


class Topics:
    def __init__(self, storage: Storage, clock: Clock) -> None:
        self.storage = storage
        self.clock = clock

    async def find(self, context: Context, arn: str) -> Topic:
        """The topic of a request. Raises InvalidParameter, NotFound, or AuthorizationError for a stranger's."""
        check_arn("TopicArn", arn)
        found = await self.storage.read(lambda reader: catalog.get(reader, arn))
        if found.scope.account != context.principal.account and not found.attributes.get("Policy"):
            raise AwsError(
                "AuthorizationErrorException", f"User: {context.principal.arn} is not authorized to use {arn}"
            )
        if found.scope.region != context.scope.region:
            raise invalid("TopicArn")
        return found

    async def subscription(self, arn: str) -> Subscription:
        """Raises InvalidParameter and NotFound."""
        check_arn("SubscriptionArn", arn)

        def read(reader: Reader) -> Subscription:
            found = catalog.find_subscription(reader, arn)
            if found is None:
                raise missing("Subscription")
            return found

        return await self.storage.read(read)


def check_arn(name: str, arn: str) -> None:
    """Raise InvalidParameter unless a text has as many parts as an ARN."""
    parts = arn.count(":") + 1
    if parts < 6:
        raise invalid(f"{name} Reason: An ARN must have at least 6 elements, not {parts}")
