"""Who may tell a destination: what a role's policies and the destination's own say together."""

import asyncio
import json

from tests.unit.functions.stage import ROLE, ROOT, SCOPE, make_role

from millrace.core.arn import Scope
from millrace.core.clock import Clock
from millrace.core.context import Context
from millrace.functions import destinations
from millrace.iam.identities import Identities
from millrace.iam.roles import role_operations
from millrace.queues import queue
from millrace.queues.queue import Queue
from millrace.storage.memory import MemoryStorage

OTHERS = Scope("999999999999", "eu-west-1")
SEND = "sqs:SendMessage"


def policy(effect: str, resource: str, **members: object) -> str:
    statement = {"Effect": effect, "Action": SEND, "Resource": resource, **members}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def refused(destination: str, own: str | None, its: str | None) -> str | None:
    """What the role lacks for a destination, with a policy of its own and one of the queue `q` of both accounts."""

    async def run() -> str | None:
        async with MemoryStorage() as storage:
            identities = Identities(storage, Clock())
            await make_role(identities)
            if own is not None:
                put = role_operations(identities)["PutRolePolicy"]
                given = {"RoleName": "runner", "PolicyName": "p", "PolicyDocument": own}
                await put(Context(SCOPE, ROOT, "test"), given)
            attributes = {} if its is None else {"Policy": its}
            for scope in (SCOPE, OTHERS):
                made = Queue(scope, "q", "id", 0, 0, attributes)
                await storage.write(lambda writer, made=made: queue.put(writer, made))
            return await destinations.refused(identities, ROLE, destination)

    return asyncio.run(run())


def test_a_queue_of_another_account_has_to_let_the_role_in():
    near, far = SCOPE.arn("sqs", "q"), OTHERS.arn("sqs", "q")
    may, lets_in = policy("Allow", "*"), policy("Allow", far, Principal={"AWS": ROLE})

    assert refused(near, may, None) is None
    assert refused(far, may, None) == SEND
    assert refused(far, None, lets_in) == SEND
    assert refused(far, may, lets_in) is None


def test_a_denial_holds_for_a_destination_however_it_is_written():
    near = SCOPE.arn("sqs", "q")
    elsewhere = near.replace("arn:aws:", "arn:aws-other:")
    denies = policy("Deny", near, Principal="*")

    assert refused(near, policy("Allow", "*"), denies) == SEND
    assert refused(elsewhere, policy("Allow", "*"), denies) == SEND
    assert refused(elsewhere, policy("Allow", near), None) is None


def test_a_role_that_is_gone_may_tell_nobody():
    async def run() -> str | None:
        async with MemoryStorage() as storage:
            return await destinations.refused(Identities(storage, Clock()), ROLE, SCOPE.arn("sqs", "q"))

    assert asyncio.run(run()) == SEND
