"""The server's time is moved, and what was due by then is done once it is idle. docs/api.md has the list."""

import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.api.functions_process import Functions
from tests.api.millrace_process import Millrace, stream_policy

MINUTE, HOUR, DAY = 60, 3_600, 86_400
CALLER = """
import boto3

def handle(event, context):
    return boto3.client("dynamodb").list_tables(Limit=1)["TableNames"] is not None
"""
# It fails as often as its event says, and says at each call what it got.
FICKLE = """
calls = 0

def handle(event, context):
    global calls
    calls += 1
    print("CALL", calls, len(event.get("Records", ())), event.get("isFinalInvokeForWindow"))
    if calls <= FAILURES:
        raise ValueError("not yet")
    return {"state": {}}
"""
POLICY = "arn:aws:iam::aws:policy/AmazonDynamoDBReadOnlyAccess"


def moved(server: Millrace, seconds: float) -> Any:
    """Move the clock, and wait until what is due by then is done."""
    server.ask("clock", advance=seconds)
    return server.idle()


def a_table(server: Millrace, name: str) -> str:
    """A table with a stream, whose ARN it answers."""
    made = server.client("dynamodb").create_table(
        TableName=name,
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"},
    )
    return made["TableDescription"]["LatestStreamArn"]


def put(server: Millrace, table: str, key: str = "a") -> None:
    server.client("dynamodb").put_item(TableName=table, Item={"id": {"S": key}})


def map_to(functions: Functions, name: str, *, failures: int = 0, **settings: Any) -> str:
    """A table and a function of one name, and a trigger between them. The stream's ARN."""
    stream = a_table(functions.server, name)
    functions.server.client("iam").put_role_policy(
        RoleName="functions", PolicyName=name, PolicyDocument=stream_policy(stream)
    )
    functions.make(name, FICKLE.replace("FAILURES", str(failures)))
    functions.lambda_.create_event_source_mapping(
        EventSourceArn=stream, FunctionName=name, StartingPosition="TRIM_HORIZON", **settings
    )
    return stream


def calls(server: Millrace, function: str) -> list[list[str]]:
    """What the function's calls got."""
    found = server.client("logs").filter_log_events(
        logGroupName=f"/aws/lambda/{function}", filterPattern="CALL"
    )
    return [event["message"].split()[2:] for event in found["events"]]


def status(server: Millrace, table: str) -> Any:
    (found,) = [one for one in server.ask("status")["mappings"] if one["table"] == table]
    return found


def test_a_function_can_call_back_after_the_clock_was_moved_by_a_day(functions: Functions):
    functions.server.client("iam").attach_role_policy(RoleName="functions", PolicyArn=POLICY)
    functions.make("caller", CALLER)

    moved(functions.server, 25 * HOUR)

    assert functions.invoke("caller").payload is True


def test_the_retry_of_a_trigger_comes_at_once(server: Millrace, functions: Functions):
    # The waits are 0.25, 0.5, 1, … seconds: more than three minutes until there was a tenth call.
    map_to(functions, "retried", failures=9)
    with server.tail("function=retried") as tail:
        put(server, "retried")
        for attempt in range(1, 10):
            tail.wait(lambda event: event.get("event") == "attempt_failed", attempt)
            server.ask("clock", advance=MINUTE)
    server.idle()

    found = status(server, "retried")
    assert (found["delivered"], found["metrics"]["FailedInvokeEventCount"]) == (1, 9)


def test_a_record_is_too_old_at_once(server: Millrace, functions: Functions):
    map_to(functions, "aged", failures=99, MaximumRecordAgeInSeconds=600)
    with server.tail("function=aged") as tail:
        put(server, "aged")
        tail.wait(lambda event: event.get("event") == "attempt_failed")
    moved(server, 601)

    assert status(server, "aged")["discarded"]["RecordAgeExceeded"] == 1


def test_a_batching_window_is_over_at_once(server: Millrace, functions: Functions):
    map_to(functions, "batched", MaximumBatchingWindowInSeconds=300, BatchSize=100)
    for key in "abc":
        put(server, "batched", key)
    moved(server, 300)

    assert calls(server, "batched") == [["3", "None"]]


def test_a_tumbling_window_is_closed_by_the_clock_alone(server: Millrace, functions: Functions):
    map_to(functions, "tumbled", TumblingWindowInSeconds=900)
    put(server, "tumbled")
    server.idle()
    before = calls(server, "tumbled")
    moved(server, 900)

    assert before == [["1", "False"]]
    assert calls(server, "tumbled") == [["1", "False"], ["0", "True"]]


def test_an_asynchronous_event_is_tried_again_and_given_up_at_once(server: Millrace, functions: Functions):
    functions.make("evented", FICKLE.replace("FAILURES", "99"))
    functions.lambda_.invoke(FunctionName="evented", InvocationType="Event", Payload=b"{}")
    server.idle()
    told = [len(calls(server, "evented")) for _ in range(3) if moved(server, 2 * MINUTE)]

    assert told == [2, 3, 3]


def test_shards_roll_over_after_hours_and_forget_after_a_day(server: Millrace):
    stream = a_table(server, "rolled")
    put(server, "rolled")
    moved(server, 4 * HOUR + MINUTE)

    first, second = shards(server, "rolled")
    assert (first["closed"] is not None, second["closed"], second["parent"]) == (True, None, first["shard"])
    moved(server, DAY)
    assert [shard["shard"] for shard in shards(server, "rolled")] == [second["shard"]]
    server.client("dynamodb").delete_table(TableName="rolled")
    moved(server, DAY + MINUTE)
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        server.client("dynamodbstreams").describe_stream(StreamArn=stream)


def shards(server: Millrace, table: str) -> list[Any]:
    (stream,) = server.ask(f"streams?table={table}")["streams"]
    return stream["shards"]


def test_a_queues_delays_and_visibility_and_retention_pass(server: Millrace):
    sqs = server.client("sqs")
    queue: str = sqs.create_queue(
        QueueName="delayed", Attributes={"DelaySeconds": "600", "MessageRetentionPeriod": "86400"}
    )["QueueUrl"]
    sqs.send_message(QueueUrl=queue, MessageBody="m")

    def received(hidden: int) -> int:
        return len(sqs.receive_message(QueueUrl=queue, VisibilityTimeout=hidden).get("Messages", ()))

    found = [received(hidden=0)]
    for seconds in (600, 0, 3_600, DAY):
        moved(server, seconds)
        found.append(received(hidden=3_600))

    #          delayed, there, hidden, there again, gone
    assert found == [0, 1, 0, 1, 0]


def test_who_waits_for_a_message_gets_the_one_that_becomes_due(server: Millrace):
    sqs = server.client("sqs")
    queue: str = sqs.create_queue(QueueName="polled")["QueueUrl"]
    sqs.send_message(QueueUrl=queue, MessageBody="m", DelaySeconds=19)
    with ThreadPoolExecutor() as threads:
        waiting = threads.submit(sqs.receive_message, QueueUrl=queue, WaitTimeSeconds=20)
        while not waiting.done():
            server.ask("clock", advance=1)

    assert [message["Body"] for message in waiting.result()["Messages"]] == ["m"]


def test_a_fifo_queue_takes_the_same_again_after_five_minutes(server: Millrace):
    sqs = server.client("sqs")
    attributes = {"FifoQueue": "true", "ContentBasedDeduplication": "true"}
    queue: str = sqs.create_queue(QueueName="repeated.fifo", Attributes=attributes)["QueueUrl"]
    for seconds in (0, 200, 101):
        moved(server, seconds)
        sqs.send_message(QueueUrl=queue, MessageBody="same", MessageGroupId="g")
    told = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["ApproximateNumberOfMessages"])

    assert told["Attributes"]["ApproximateNumberOfMessages"] == "2"


def test_a_session_ends_and_an_address_that_was_signed_does_not(server: Millrace, functions: Functions):
    s3 = server.client("s3")
    s3.create_bucket(Bucket="signed", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    s3.put_object(Bucket="signed", Key="o", Body=b"here")
    # Whoever signs knows no time but the machine's.
    address = s3.generate_presigned_url("get_object", Params={"Bucket": "signed", "Key": "o"}, ExpiresIn=60)
    session = server.client("sts").get_session_token(DurationSeconds=900)["Credentials"]
    keys = {
        "aws_access_key_id": session["AccessKeyId"],
        "aws_secret_access_key": session["SecretAccessKey"],
        "aws_session_token": session["SessionToken"],
    }
    tables = server.client("dynamodb", **keys)
    tables.list_tables()
    moved(server, 901)

    with pytest.raises(ClientError, match="ExpiredTokenException"):
        tables.list_tables()
    with urllib.request.urlopen(address) as answer:
        assert answer.read() == b"here"


def test_a_functions_code_address_ends(server: Millrace, functions: Functions):
    functions.make("shown", FICKLE)
    address = functions.lambda_.get_function(FunctionName="shown")["Code"]["Location"]
    with urllib.request.urlopen(address) as answer:
        assert answer.status == 200
    moved(server, 11 * MINUTE)

    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(address)


def test_log_lines_are_kept_for_days_and_no_longer(server: Millrace):
    logs = server.client("logs")
    logs.create_log_group(logGroupName="kept")
    logs.put_retention_policy(logGroupName="kept", retentionInDays=1)
    logs.create_log_stream(logGroupName="kept", logStreamName="s")
    now = server.ask("clock")["now"]
    event = {"timestamp": int(now * 1000), "message": "line"}
    logs.put_log_events(logGroupName="kept", logStreamName="s", logEvents=[event])
    found = []
    for seconds in (DAY - MINUTE, 2 * MINUTE):
        moved(server, seconds)
        found.append(len(logs.filter_log_events(logGroupName="kept")["events"]))

    assert found == [1, 0]
