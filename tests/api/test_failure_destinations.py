"""On-failure destinations and tumbling windows with boto3 and a real server: what is told, once, also after a crash."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.api.functions_process import Functions
from tests.api.millrace_process import Millrace, stream_policy

ACCOUNT = "eu-central-1:000000000000"
HANDLER = """
def handle(event, context):
    if "window" in event:
        count = event["state"].get("count", 0) + len(event["Records"])
        print("CALL", len(event["Records"]), count, event["isFinalInvokeForWindow"])
        return {"state": {"count": count}}
    reported = []
    for record in event["Records"]:
        if "raise" in record["dynamodb"]["NewImage"]:
            raise ValueError("no")
        if "report" in record["dynamodb"]["NewImage"]:
            reported.append({"itemIdentifier": record["dynamodb"]["SequenceNumber"]})
    return {"batchItemFailures": reported}
"""


class Losses:
    """A table, a function that fails when an item says so, a queue `lost` and a topic that tells it."""

    def __init__(self, server: Millrace) -> None:
        self.server = server
        self.sqs = server.client("sqs")
        self.functions = Functions(server)
        self.queue: str = self.sqs.create_queue(QueueName="lost")["QueueUrl"]
        self.queue_arn = f"arn:aws:sqs:{ACCOUNT}:lost"
        sns = server.client("sns")
        self.topic_arn: str = sns.create_topic(Name="lost")["TopicArn"]
        sns.subscribe(TopicArn=self.topic_arn, Protocol="sqs", Endpoint=self.queue_arn)
        sender = {"Effect": "Allow", "Principal": "*", "Action": "sqs:*", "Resource": "*"}
        policy = {"Version": "2012-10-17", "Statement": [sender]}
        self.sqs.set_queue_attributes(QueueUrl=self.queue, Attributes={"Policy": json.dumps(policy)})

    def table(self, name: str, *actions: str) -> str:
        """A table and a function of one name; the function's role may do these things. The stream's ARN."""
        made = self.server.client("dynamodb").create_table(
            TableName=name,
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
        )
        stream: str = made["TableDescription"]["LatestStreamArn"]
        policy = json.loads(stream_policy(stream))
        policy["Statement"].append(
            {"Effect": "Allow", "Action": ["sts:GetCallerIdentity", *actions], "Resource": "*"}
        )
        self.server.client("iam").put_role_policy(
            RoleName="functions", PolicyName=name, PolicyDocument=json.dumps(policy)
        )
        self.functions.make(name, HANDLER)
        return stream

    def map(self, name: str, stream: str, destination: str | None = None, **settings: Any) -> Any:
        config = {"DestinationConfig": {"OnFailure": {"Destination": destination}}} if destination else {}
        return self.functions.lambda_.create_event_source_mapping(
            EventSourceArn=stream, FunctionName=name, StartingPosition="TRIM_HORIZON", **config, **settings
        )

    def put(self, table: str, key: str, **more: str) -> None:
        item = {"id": {"S": key}, **{name: {"S": value} for name, value in more.items()}}
        self.server.client("dynamodb").put_item(TableName=table, Item=item)

    def told(self) -> list[Any]:
        """The bodies of what is in the queue."""
        sqs = self.server.client("sqs")
        messages = sqs.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10).get("Messages", [])
        for message in messages:
            sqs.delete_message(QueueUrl=self.queue, ReceiptHandle=message["ReceiptHandle"])
        return [json.loads(message["Body"]) for message in messages]

    def status(self, name: str) -> Any:
        (found,) = [one for one in self.server.ask("status")["mappings"] if one["table"] == name]
        return found


@pytest.fixture(scope="module")
def losses(server: Millrace) -> Losses:
    return Losses(server)


def test_a_queue_is_told_of_raised_and_of_reported_failures_as_aws_tells(losses: Losses):
    stream = losses.table("Queued", "sqs:SendMessage")
    reports = ["ReportBatchItemFailures"]
    made = losses.map(
        "Queued", stream, losses.queue_arn, MaximumRetryAttempts=1, FunctionResponseTypes=reports, BatchSize=1
    )
    assert made["DestinationConfig"] == {"OnFailure": {"Destination": losses.queue_arn}}
    losses.put("Queued", "a", **{"raise": "yes"})
    losses.put("Queued", "a", report="yes")
    losses.server.idle()

    raised, reported = sorted(losses.told(), key=lambda one: one["DDBStreamBatchInfo"]["startSequenceNumber"])
    function = f"arn:aws:lambda:{ACCOUNT}:function:Queued"
    for told, error in ((raised, "Unhandled"), (reported, None)):
        assert told["requestContext"] == {
            "requestId": told["requestContext"]["requestId"],
            "functionArn": function,
            "condition": "RetryAttemptsExhausted",
            "approximateInvokeCount": 2,
        }
        assert told["responseContext"] == {
            "statusCode": 200,
            "executedVersion": "$LATEST",
            "functionError": error,
        }
        batch = told["DDBStreamBatchInfo"]
        assert batch["startSequenceNumber"] == batch["endSequenceNumber"]
        assert (batch["batchSize"], batch["streamArn"]) == (1, stream)
    status = losses.status("Queued")
    assert status["discarded"] == {"RetryAttemptsExhausted": 2}
    assert status["told"] == {"delivered": 2, "failed": 0, "error": None}
    assert status["metrics"]["OnFailureDestinationDeliveredEventCount"] == 2
    assert status["metrics"]["InvokedEventCount"] == 4


def test_a_topic_is_told_the_same_in_a_notification(losses: Losses):
    stream = losses.table("Published", "sns:Publish")
    losses.map("Published", stream, losses.topic_arn, MaximumRetryAttempts=0)
    losses.put("Published", "a", **{"raise": "yes"})
    losses.server.idle()

    (notification,) = losses.told()
    told = json.loads(notification["Message"])
    assert notification["TopicArn"] == losses.topic_arn
    assert told["requestContext"]["condition"] == "RetryAttemptsExhausted"
    assert told["requestContext"]["approximateInvokeCount"] == 1
    assert "payload" not in told


def test_a_destination_must_be_there_and_its_loss_holds_nothing_up(losses: Losses):
    stream = losses.table("Refused", "sqs:SendMessage")
    other = losses.sqs.create_queue(QueueName="soon-gone")["QueueUrl"]
    gone = f"arn:aws:sqs:{ACCOUNT}:soon-gone"

    def refusal(destination: str) -> str:
        with pytest.raises(ClientError) as caught:
            losses.map("Refused", stream, destination)
        assert caught.value.response["Error"]["Code"] == "InvalidParameterValueException"
        return str(caught.value.response["Error"]["Message"])

    assert refusal(f"arn:aws:sqs:{ACCOUNT}:nothing") == (
        f"The destination ARN arn:aws:sqs:{ACCOUNT}:nothing is invalid."
    )
    made = losses.map("Refused", stream, gone, MaximumRetryAttempts=0)
    losses.sqs.delete_queue(QueueUrl=other)
    losses.put("Refused", "a", **{"raise": "yes"})
    losses.put("Refused", "b")
    losses.server.idle()

    status = losses.status("Refused")
    assert (status["pending"], status["told"]["failed"] >= 1) == (0, True)
    assert status["told"]["error"] == "QueueDoesNotExist: The specified queue does not exist."
    deliveries = losses.server.ask(f"deliveries?mapping={made['UUID']}")["deliveries"]
    (discarded,) = [one for one in deliveries if one["outcome"] == "discarded"]
    assert (discarded["destination"], discarded["destination_error"]) == (gone, status["told"]["error"])
    assert "were not sent to" in losses.server.millrace("status").stdout


def test_a_window_hands_its_state_on_and_is_called_at_its_end(losses: Losses):
    stream = losses.table("Windows")
    # Windows begin with quarters of an hour: this test stays within one.
    losses.server.ask("clock", advance=900 - losses.server.ask("clock")["now"] % 900)
    made = losses.map("Windows", stream, TumblingWindowInSeconds=900)
    assert made["TumblingWindowInSeconds"] == 900
    for _ in range(2):
        losses.put("Windows", "a", n=str(_))
        losses.server.idle()
    losses.server.ask("clock", advance=901)
    losses.server.idle()

    lines = losses.server.client("logs").filter_log_events(
        logGroupName="/aws/lambda/Windows", filterPattern="CALL"
    )["events"]
    assert [line["message"].strip() for line in lines] == [
        "CALL 1 1 False",
        "CALL 1 2 False",
        "CALL 0 2 True",
    ]


def test_attempts_are_counted_on_and_a_batch_is_told_of_once_after_a_crash(millrace: Millrace):
    losses = Losses(millrace)
    stream = losses.table("Killed", "sqs:SendMessage")
    losses.map("Killed", stream, losses.queue_arn, MaximumRetryAttempts=3)
    with millrace.tail("table=Killed") as tail:
        losses.put("Killed", "a", **{"raise": "yes"})
        tail.wait(lambda event: event.get("event") == "attempt_failed" and event.get("attempt") == 2)
        millrace.kill()
    millrace.start()
    millrace.idle()

    (told,) = losses.told()
    assert told["requestContext"]["approximateInvokeCount"] == 4
    assert millrace.ask("status")["mappings"][0]["told"] == {"delivered": 1, "failed": 0, "error": None}
