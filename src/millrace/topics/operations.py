"""The service "sns", and what each of its requests needs to be allowed."""

from collections.abc import Sequence

from millrace.core.arn import Scope
from millrace.core.context import Access, Params
from millrace.core.service import Service
from millrace.storage.interface import Reader
from millrace.topics import topic as catalog
from millrace.topics.publish_operations import publish_operations
from millrace.topics.subscription_operations import subscription_operations
from millrace.topics.topic_operations import topic_operations
from millrace.topics.topics import Topics

# Links in messages are followed without a signature: a token, or an ARN that nobody guesses, is what they have.
_BY_LINK = frozenset(("ConfirmSubscription", "Unsubscribe"))


def topics_service(topics: Topics) -> Service:
    operations = {
        **topic_operations(topics),
        **subscription_operations(topics),
        **publish_operations(topics),
    }

    async def policy_for(access: Access) -> str | None:
        def read(reader: Reader) -> str | None:
            topic = catalog.find(reader, access.resource)
            return None if topic is None else topic.attributes.get("Policy") or None

        return await topics.storage.read(read)

    async def are_there_policies() -> bool:
        return await topics.storage.read(
            lambda reader: next(reader.range(catalog.POLICIES, limit=1), None) is not None
        )

    return Service("sns", operations, topics_accesses, policy_for, are_there_policies, _BY_LINK)


def topics_accesses(operation: str, scope: Scope, params: Params) -> Sequence[Access]:
    """https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsns.html"""
    action = "Publish" if operation == "PublishBatch" else operation
    return [Access(f"SNS:{action}", _resource(scope, params))]


def _resource(scope: Scope, params: Params) -> str:
    for name in ("TopicArn", "TargetArn", "ResourceArn"):
        if params.get(name):
            return str(params[name])
    if params.get("SubscriptionArn"):
        return str(params["SubscriptionArn"]).rpartition(":")[0]
    return scope.arn("sns", str(params.get("Name") or "*"))
