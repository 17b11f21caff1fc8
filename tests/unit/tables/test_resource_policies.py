"""The policies of tables and streams: kept, changed by revision, and gone with what they hang on."""

import json

import pytest
from tests.unit.tables.calls import run

from millrace.core.context import Access
from millrace.dynamodb.life import TableLife
from millrace.streams.resource_policy import Policies
from millrace.streams.retention import Retention

ARN = "arn:aws:dynamodb:eu-west-1:123456789012:table/orders"
NONE = "Resource-based policy not found for the provided ResourceArn: "


def policy(action="dynamodb:GetItem", effect="Allow", principal=None, resource="*"):
    principal = principal or {"AWS": "123456789012"}
    told = {"Effect": effect, "Principal": principal, "Action": action, "Resource": resource}
    return json.dumps({"Version": "2012-10-17", "Statement": [told]})


def test_a_policy_is_put_shown_and_deleted():
    async def test(calls):
        await calls.table()
        put = await calls("PutResourcePolicy", ResourceArn=ARN, Policy=policy())
        shown = await calls("GetResourcePolicy", ResourceArn=ARN)

        assert shown["RevisionId"] == put["RevisionId"] == str(int(calls.clock.now() * 1000))
        assert json.loads(shown["Policy"])["Statement"][0]["Principal"] == {
            "AWS": "arn:aws:iam::123456789012:root"
        }
        assert await calls("DeleteResourcePolicy", ResourceArn=ARN) == put
        assert await calls.refused("GetResourcePolicy", ResourceArn=ARN) == (
            "PolicyNotFoundException",
            NONE + ARN,
        )

    run(test)


def test_the_same_policy_again_is_no_change_and_another_has_a_higher_revision():
    async def test(calls):
        await calls.table()
        first = await calls("PutResourcePolicy", ResourceArn=ARN, Policy=policy())
        again = await calls("PutResourcePolicy", ResourceArn=ARN, Policy=policy(["dynamodb:GetItem"]) + "  ")
        other = await calls("PutResourcePolicy", ResourceArn=ARN, Policy=policy("dynamodb:Query"))

        assert again == first
        assert int(other["RevisionId"]) > int(first["RevisionId"])

    run(test)


def test_deleting_what_is_not_there_is_fine_and_tells_the_deletion_there_was():
    async def test(calls):
        await calls.table()
        assert await calls("DeleteResourcePolicy", ResourceArn=ARN) == {}

        put = await calls("PutResourcePolicy", ResourceArn=ARN, Policy=policy())
        calls.clock.advance(1)
        await calls("DeleteResourcePolicy", ResourceArn=ARN)
        told = await calls("DeleteResourcePolicy", ResourceArn=ARN)

        assert told == {"RevisionId": str(int(put["RevisionId"]) + 1000)}

    run(test)


def test_a_deleted_policy_is_told_by_the_revision_of_its_deletion():  # ack-api-quirks DDB-TABLE-205
    async def test(calls):
        await calls.table()
        put = await calls("PutResourcePolicy", ResourceArn=ARN, Policy=policy())
        calls.clock.advance(1)
        await calls("DeleteResourcePolicy", ResourceArn=ARN)
        gone = int(put["RevisionId"]) + 1000

        assert await calls.refused(
            "DeleteResourcePolicy", ResourceArn=ARN, ExpectedRevisionId=put["RevisionId"]
        ) == (
            "PolicyNotFoundException",
            f"{NONE}Requested update for policy with revision id {put['RevisionId']}, but the policy associated "
            f"to target table orders has revision id {gone}.",
        )
        await calls("PutResourcePolicy", ResourceArn=ARN, Policy=policy(), ExpectedRevisionId="NO_POLICY")

    run(test)


def test_the_policy_of_a_table_on_its_way_out_is_shown_but_not_changed():  # DDB-TABLE-236
    async def test(calls):
        await calls.table(ResourcePolicy=policy())
        calls.clock.advance(10)
        async with TableLife(calls.storage, calls.clock) as life:
            await life.settle()
        await calls("DeleteTable", TableName="orders")
        leaving = (
            "ResourceInUseException",
            "Attempt to change a resource which is still in use: Table is being deleted: orders",
        )

        assert await calls.refused("PutResourcePolicy", ResourceArn=ARN, Policy=policy()) == leaving
        assert await calls.refused("DeleteResourcePolicy", ResourceArn=ARN) == leaving
        assert "Policy" in await calls("GetResourcePolicy", ResourceArn=ARN)

    run(test, table_delay=10)


def test_a_policy_changes_only_if_it_is_the_one_expected():
    async def test(calls):
        await calls.table()

        async def refused(operation, expected):
            more = {"Policy": policy("dynamodb:Query")} if operation == "PutResourcePolicy" else {}
            code, message = await calls.refused(
                operation, ResourceArn=ARN, ExpectedRevisionId=expected, **more
            )
            assert code == "PolicyNotFoundException"
            return message

        assert await refused("PutResourcePolicy", "12") == (
            f"{NONE}Requested update for policy with revision id 12, but table orders has no associated policy."
        )
        put = await calls(
            "PutResourcePolicy", ResourceArn=ARN, Policy=policy(), ExpectedRevisionId="NO_POLICY"
        )
        now = put["RevisionId"]
        assert await refused("PutResourcePolicy", "NO_POLICY") == (
            f"{NONE}Requested policy update expecting none to be present for table orders, "
            f"but a policy exists with revision id {now}."
        )
        assert await refused("DeleteResourcePolicy", "12") == (
            f"{NONE}Requested update for policy with revision id 12, but the policy associated to target "
            f"table orders has revision id {now}."
        )
        assert await calls("DeleteResourcePolicy", ResourceArn=ARN, ExpectedRevisionId=now) == put

    run(test)


@pytest.mark.parametrize(
    ("arn", "code", "message"),
    [
        ("orders", "ValidationException", "ARNs must start with 'arn:': orders"),
        (ARN + "x", "ResourceNotFoundException", "Requested resource not found: Table: ordersx not found"),
        (ARN.replace("eu-west-1", "eu-west-2"), "ValidationException", "Invalid resource Arn: "),
        (ARN.replace("arn:aws:", "arn:aws-cn:"), "ValidationException", "Invalid resource Arn: "),
        (ARN.replace("123456789012", "210987654321"), "ValidationException", "accounts that match"),
        (ARN + "/index/by-x", "ValidationException", "only table or stream is accepted"),
        (ARN + "/backup/0170", "ValidationException", "Provided Arn is not a DynamoDB resource arn: "),
        (
            ARN + "/stream/2000-01-01T00:00:00.000",
            "ResourceNotFoundException",
            "Requested resource not found: Stream: 2000-01-01T00:00:00.000 not found for Table: orders",
        ),
    ],
)
def test_only_tables_and_streams_of_this_place_have_policies(arn, code, message):
    async def test(calls):
        await calls.table()
        refused = await calls.refused("GetResourcePolicy", ResourceArn=arn)

        assert refused[0] == code
        assert message in (refused[1] or "")

    run(test)


def test_roles_and_users_that_are_not_there_cannot_be_named():
    async def test(calls):
        await calls.table()
        for name in ("role/nobody", "user/nobody"):
            text = policy(principal={"AWS": f"arn:aws:iam::123456789012:{name}"})
            assert await calls.refused("PutResourcePolicy", ResourceArn=ARN, Policy=text) == (
                "ValidationException",
                "One or more parameter values were invalid: Invalid principal in policy document.",
            )

    run(test)


def test_who_would_lock_itself_out_has_to_confirm_it():
    async def test(calls):
        await calls.table()
        text = policy("dynamodb:PutResourcePolicy", "Deny", "*")

        assert await calls.refused("PutResourcePolicy", ResourceArn=ARN, Policy=text) == (
            "AccessDeniedException",
            "The new resource policy will not allow you to update the resource policy in the future.",
        )
        assert await calls(
            "PutResourcePolicy", ResourceArn=ARN, Policy=text, ConfirmRemoveSelfResourceAccess=True
        )

    run(test)


def test_a_table_is_made_with_its_policy_and_takes_it_along():
    async def test(calls):
        await calls.table(ResourcePolicy=policy())
        assert "GetItem" in (await calls("GetResourcePolicy", ResourceArn=ARN))["Policy"]

        await calls("DeleteTable", TableName="orders")
        assert (await calls.refused("GetResourcePolicy", ResourceArn=ARN))[0] == "ResourceNotFoundException"
        await calls.table()
        assert (await calls.refused("GetResourcePolicy", ResourceArn=ARN))[0] == "PolicyNotFoundException"

    run(test)


def test_a_table_with_a_policy_that_cannot_be_is_not_made():
    async def test(calls):
        with pytest.raises(Exception, match="invalid Json"):
            await calls.table(ResourcePolicy="{")
        assert await calls("ListTables") == {"TableNames": []}

    run(test)


def test_a_stream_has_a_policy_of_its_own_until_it_is_gone():
    async def test(calls):
        made = await calls.table(view="KEYS_ONLY")
        arn = made["TableDescription"]["LatestStreamArn"]
        await calls("PutResourcePolicy", ResourceArn=arn, Policy=policy("dynamodb:GetRecords", resource=arn))

        assert (await calls.refused("GetResourcePolicy", ResourceArn=ARN))[0] == "PolicyNotFoundException"
        await calls("DeleteTable", TableName="orders")
        assert "GetRecords" in (await calls("GetResourcePolicy", ResourceArn=arn))["Policy"]
        calls.clock.advance(25 * 3600)
        await Retention(calls.storage, calls.clock).sweep()
        assert (await calls.refused("GetResourcePolicy", ResourceArn=arn))[0] == "ResourceNotFoundException"
        assert not await Policies(calls.storage).exist()

    run(test)


def test_who_asks_for_the_policy_of_a_table_or_its_index_hears_of_every_change():
    async def test(calls):
        policies = Policies(calls.storage)
        item, index = Access("dynamodb:GetItem", ARN), Access("dynamodb:Query", ARN + "/index/by-x")
        await calls.table()
        assert not await policies.exist()
        assert await policies.text_for(item) is None

        await calls("PutResourcePolicy", ResourceArn=ARN, Policy=policy())
        assert await policies.exist()
        assert await policies.text_for(item) == await policies.text_for(index) is not None
        assert await policies.text_for(Access("dynamodb:GetItem", ARN + "x")) is None

        await calls("DeleteResourcePolicy", ResourceArn=ARN)
        assert await policies.text_for(item) is None

    run(test)
