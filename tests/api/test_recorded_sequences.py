"""Sequences of calls that were recorded on AWS, and what came of them there: from a change to the function and beyond.

The recordings are those of LocalStack's tests, named at each claim. What is only about streams is in `test_streams*`.
"""

import json
import re
from typing import Any, NamedTuple

import pytest
from botocore.exceptions import ClientError
from tests.api.functions_process import Functions
from tests.api.millrace_process import Millrace, stream_policy

ACCOUNT = "eu-central-1:000000000000"
# What an item says under `do` becomes of its batch: an exception, or the answer it names.
HANDLER = """
import json

def handle(event, context):
    print("EVENT " + json.dumps(event))
    answer = None
    for record in event["Records"]:
        item = record["dynamodb"].get("NewImage") or {}
        if "raise" in item:
            raise Exception("it is to fail")
        if "report" in item:
            answer = {"batchItemFailures": [{"itemIdentifier": record["dynamodb"]["SequenceNumber"]}]}
        if "answer" in item:
            answer = json.loads(item["answer"]["S"])
    return answer
"""
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
INSTANT_MILLISECONDS = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
ANY_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Trigger(NamedTuple):
    """A table, and the mapping of its stream to the function of its name."""

    table: str
    stream: str
    mapping: dict[str, Any]


class Mill:
    """Makes triggers whose failures go to a queue each, and reads what their functions saw."""

    def __init__(self, server: Millrace) -> None:
        self.server = server
        self.functions = Functions(server)
        self.lambda_ = self.functions.lambda_
        self.dynamodb = server.client("dynamodb")
        policy = json.loads(stream_policy("*"))
        told = ["sqs:SendMessage", "sns:Publish", "s3:PutObject", "s3:ListBucket", "sts:GetCallerIdentity"]
        policy["Statement"].append({"Effect": "Allow", "Action": told, "Resource": "*"})
        server.client("iam").put_role_policy(
            RoleName="functions", PolicyName="all", PolicyDocument=json.dumps(policy)
        )

    def table(self, name: str, view: str = "NEW_IMAGE", key: str = "id") -> str:
        made = self.dynamodb.create_table(
            TableName=name,
            AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"}],
            KeySchema=[{"AttributeName": key, "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
            StreamSpecification={"StreamEnabled": True, "StreamViewType": view},
        )
        stream: str = made["TableDescription"]["LatestStreamArn"]
        return stream

    def map(self, name: str, stream: str, **settings: Any) -> Trigger:
        self.functions.make(name, HANDLER)
        mapping = self.lambda_.create_event_source_mapping(
            EventSourceArn=stream,
            FunctionName=name,
            **{"StartingPosition": "TRIM_HORIZON", "BatchSize": 1, **settings},
        )
        return Trigger(name, stream, mapping)

    def trigger(self, name: str, **settings: Any) -> Trigger:
        return self.map(name, self.table(name), **settings)

    def queue(self, name: str) -> dict[str, Any]:
        """The parameter that sends failures to a queue of this name."""
        self.server.client("sqs").create_queue(QueueName=name)
        return {"DestinationConfig": {"OnFailure": {"Destination": f"arn:aws:sqs:{ACCOUNT}:{name}"}}}

    def put(self, table: str, key: str, **more: str) -> None:
        self.dynamodb.put_item(
            TableName=table, Item={"id": {"S": key}, **{name: {"S": text} for name, text in more.items()}}
        )

    def told(self, queue: str) -> list[Any]:
        sqs = self.server.client("sqs")
        url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
        found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        return [json.loads(message["Body"]) for message in found]

    def events(self, function: str) -> list[Any]:
        """What the function was called with, in order of time."""
        self.server.idle()
        found = self.server.client("logs").filter_log_events(
            logGroupName=f"/aws/lambda/{function}", filterPattern="EVENT"
        )["events"]
        return [json.loads(one["message"].removeprefix("EVENT ")) for one in found]


@pytest.fixture(scope="module")
def mill(server: Millrace) -> Mill:
    return Mill(server)


def records(event: Any) -> list[str]:
    return [record["dynamodb"]["Keys"]["id"]["S"] for record in event["Records"]]


def failure(trigger: Trigger, *, count: int, error: str | None = "Unhandled") -> dict[str, Any]:
    """The document of a batch whose retries are used up, without what differs each time."""
    return {
        "requestContext": {
            "functionArn": f"arn:aws:lambda:{ACCOUNT}:function:{trigger.table}",
            "condition": "RetryAttemptsExhausted",
            "approximateInvokeCount": count,
        },
        "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": error},
        "version": "1.0",
        "DDBStreamBatchInfo": {"batchSize": 1, "streamArn": trigger.stream},
    }


def stripped(document: Any) -> Any:
    """A failure's document without what differs each time, which is looked at here."""
    assert ANY_UUID.fullmatch(document["requestContext"].pop("requestId"))
    assert INSTANT_MILLISECONDS.fullmatch(document.pop("timestamp"))
    batch = document["DDBStreamBatchInfo"]
    for name in ("approximateArrivalOfFirstRecord", "approximateArrivalOfLastRecord"):
        assert INSTANT.fullmatch(batch.pop(name))
    assert batch.pop("startSequenceNumber") == batch.pop("endSequenceNumber")
    assert batch.pop("shardId").startswith("shardId-")
    return document


# TestDynamoDBEventSourceMapping: what the function gets, and what a failure becomes.


def test_a_change_reaches_the_function_in_awss_shape(mill: Mill):
    stream = mill.table("Binary", key="my_partition_key")
    mill.map("Binary", stream)
    item = {"my_partition_key": {"S": "hello world"}, "binary_key": {"B": b"foobar"}}
    mill.dynamodb.put_item(TableName="Binary", Item=item)

    ((record,),) = [event["Records"] for event in mill.events("Binary")]
    assert list(record) == [
        "eventID",
        "eventName",
        "eventVersion",
        "eventSource",
        "awsRegion",
        "dynamodb",
        "eventSourceARN",
    ]
    change = record["dynamodb"]
    assert re.fullmatch("[0-9a-f]{32}", record["eventID"])
    assert (record["eventName"], record["eventVersion"], record["eventSourceARN"]) == (
        "INSERT",
        "1.1",
        stream,
    )
    assert change["NewImage"]["binary_key"] == {"B": "Zm9vYmFy"}
    assert (change["SizeBytes"], change["StreamViewType"]) == (70, "NEW_IMAGE")
    assert isinstance(change["ApproximateCreationDateTime"], float)
    assert change["ApproximateCreationDateTime"].is_integer()


def test_an_exhausted_batch_is_told_to_queue_topic_and_bucket(mill: Mill):
    sns, s3 = mill.server.client("sns"), mill.server.client("s3")
    topic = sns.create_topic(Name="failures")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=f"arn:aws:sqs:{ACCOUNT}:notified")
    where = {"LocationConstraint": "eu-central-1"}
    s3.create_bucket(Bucket="failures", CreateBucketConfiguration=where)
    triggers = [mill.trigger("Queued", MaximumRetryAttempts=1, **mill.queue("queued"))]
    mill.queue("notified")
    everyone = {"Effect": "Allow", "Principal": "*", "Action": "sqs:*", "Resource": "*"}
    mill.server.client("sqs").set_queue_attributes(
        QueueUrl=f"{mill.server.url}/000000000000/notified",
        Attributes={"Policy": json.dumps({"Version": "2012-10-17", "Statement": [everyone]})},
    )
    for name, arn in (("Notified", topic), ("Stored", "arn:aws:s3:::failures")):
        config = {"OnFailure": {"Destination": arn}}
        triggers.append(mill.trigger(name, MaximumRetryAttempts=1, DestinationConfig=config))
    for trigger in triggers:
        mill.put(trigger.table, "k", **{"raise": "yes"})
    calls = [mill.events(trigger.table) for trigger in triggers]

    (queued,) = mill.told("queued")
    (notification,) = mill.told("notified")
    (stored,) = s3.list_objects_v2(Bucket="failures")["Contents"]
    kept = json.loads(s3.get_object(Bucket="failures", Key=stored["Key"])["Body"].read())
    payload, stamp = kept.pop("payload"), kept["timestamp"]
    shard = kept["DDBStreamBatchInfo"]["shardId"]
    assert [len(events) for events in calls] == [2, 2, 2]
    assert list(queued) == [
        "requestContext",
        "responseContext",
        "version",
        "timestamp",
        "DDBStreamBatchInfo",
    ]
    documents = [queued, json.loads(notification["Message"]), kept]
    for trigger, document in zip(triggers, documents, strict=True):
        assert stripped(document) == failure(trigger, count=2)
    assert (json.loads(payload) if isinstance(payload, str) else payload) == calls[2][0]
    day, time = stamp[:10], stamp[11:19].replace(":", ".")
    prefix = f"aws/lambda/{triggers[2].mapping['UUID']}/{shard}/{day.replace('-', '/')}/{day}T{time}-"
    assert stored["Key"].startswith(prefix)
    assert ANY_UUID.fullmatch(stored["Key"].removeprefix(prefix))


SUCCESSES: dict[str, Any] = {
    "an empty list": [],
    "null": None,
    "an empty object": {},
    "no failures": {"batchItemFailures": []},
    "null failures": {"batchItemFailures": None},
    "an empty text": "",
}
FAILURES: dict[str, Any] = {
    "nobodys": {"batchItemFailures": [{"itemIdentifier": 123}]},
    "empty": {"batchItemFailures": [{"itemIdentifier": ""}]},
    "null": {"batchItemFailures": [{"itemIdentifier": None}]},
    "foo": {"batchItemFailures": [{"foo": 123}]},
    "nullfoo": {"batchItemFailures": [{"foo": None}]},
}


def test_answers_that_report_nothing_are_successes(mill: Mill):
    mill.trigger("Reporting", FunctionResponseTypes=["ReportBatchItemFailures"], MaximumRetryAttempts=3)
    for name, value in SUCCESSES.items():
        mill.put("Reporting", name, answer=json.dumps(value))

    assert [records(event) for event in mill.events("Reporting")] == [[name] for name in SUCCESSES]


def test_answers_that_name_no_record_fail_the_batch(mill: Mill):
    triggers: dict[str, Trigger] = {}
    for name in [*FAILURES, "raised"]:
        triggers[name] = mill.trigger(
            f"Failing-{name}",
            FunctionResponseTypes=["ReportBatchItemFailures"],
            MaximumRetryAttempts=3,
            **mill.queue(f"failing-{name}"),
        )
    for name, value in FAILURES.items():
        mill.put(triggers[name].table, "k", answer=json.dumps(value))
    mill.put(triggers["raised"].table, "k", **{"raise": "yes"})

    for name, trigger in triggers.items():
        assert len(mill.events(trigger.table)) == 4, name
        (told,) = mill.told(f"failing-{name}")
        error = "Unhandled" if name == "raised" else None
        assert stripped(told) == failure(trigger, count=4, error=error)


def test_a_failure_within_a_batch_is_a_batch_of_its_own_with_attempts_of_its_own(mill: Mill):
    stream = mill.table("Partly")
    for number in range(1, 7):
        mill.put("Partly", f"item{number}", **({"report": "yes"} if number == 6 else {}))
    trigger = mill.map(
        "Partly",
        stream,
        FunctionResponseTypes=["ReportBatchItemFailures"],
        MaximumRetryAttempts=3,
        BatchSize=3,
        **mill.queue("partly"),
    )

    seen = [name for event in mill.events("Partly") for name in records(event)]
    assert [seen.count(f"item{number}") for number in range(1, 7)] == [1, 1, 1, 1, 1, 5]
    (told,) = mill.told("partly")
    assert stripped(told) == failure(trigger, count=4, error=None)


# TestDynamoDBEventSourceMapping.test_dynamodb_event_filter

FILTERS: dict[str, tuple[dict[str, Any], list[dict[str, Any]], list[int]]] = {
    "insert-same-entry-twice": (
        {"eventName": ["INSERT"]},
        [{"id": {"S": "id_value_1"}}, {"id": {"S": "id_value_1"}}],
        [12 + 12],
    ),
    "content-or": (
        {"eventName": ["INSERT", "MODIFY"]},
        [{"id": {"S": "x"}}, {"id": {"S": "x"}, "name": {"S": "y"}}],
        [3 + 3, 3 + 8],
    ),
    "content-multiple": (
        {"eventName": ["INSERT"], "eventSource": ["aws:dynamodb"]},
        [{"id": {"S": "x"}}, {"id": {"S": "x"}, "name": {"S": "y"}}],
        [3 + 3],
    ),
    "content-type": (
        {"dynamodb": {"NewImage": {"presentKey": {"S": ["presentValue"]}}}},
        [{"id": {"S": "id_value_1"}, "presentKey": {"S": "presentValue"}}, {"id": {"S": "id_value_2"}}],
        [46],
    ),
    "exists": (
        {"dynamodb": {"NewImage": {"presentKey": {"S": [{"exists": True}]}}}},
        [{"id": {"S": "id_value_1"}, "presentKey": {"S": "presentValue"}}, {"id": {"S": "id_value_2"}}],
        [46],
    ),
    "exists-false-of-no-leaf": (
        {"dynamodb": {"NewImage": {"presentKey": [{"exists": False}]}}},
        [{"id": {"S": "id_value_1"}}, {"id": {"S": "id_value_2"}, "presentKey": {"S": "presentValue"}}],
        [24, 46],
    ),
    "numeric": (
        {
            "dynamodb": {
                "NewImage": {"numericFilter": {"N": [{"numeric": [">", 100]}, {"anything-but": "101"}]}}
            }
        },
        [
            {"id": {"S": "id_value_1"}, "numericFilter": {"N": "42"}},
            {"id": {"S": "id_value_2"}, "numericFilter": {"N": "101"}},
        ],
        [39],
    ),
    "prefix": (
        {"dynamodb": {"NewImage": {"prefix": {"S": [{"prefix": "us-1"}]}}}},
        [
            {"id": {"S": "x"}, "prefix": {"S": "us-1-other-suffix"}},
            {"id": {"S": "x"}, "prefix": {"S": "other-suffix"}},
        ],
        [3 + 3 + 6 + 17],
    ),
    "date-time": (
        {"dynamodb": {"ApproximateCreationDateTime": [{"numeric": [">", 0]}]}},
        [{"id": {"S": "x"}}, {"id": {"S": "y"}}],
        [6, 6],
    ),
}


def test_filters_let_through_what_awss_do(mill: Mill):
    mill.functions.make("Filtered", HANDLER)
    streams: dict[str, str] = {}
    for name, (pattern, items, _) in FILTERS.items():
        streams[name] = mill.table(name)
        given = json.dumps(pattern)
        made = mill.lambda_.create_event_source_mapping(
            EventSourceArn=streams[name],
            FunctionName="Filtered",
            StartingPosition="TRIM_HORIZON",
            BatchSize=1,
            FilterCriteria={"Filters": [{"Pattern": given}]},
        )
        assert made["FilterCriteria"] == {"Filters": [{"Pattern": given}]}
        for item in items:
            mill.dynamodb.put_item(TableName=name, Item=item)

    seen: dict[str, list[int]] = {stream: [] for stream in streams.values()}
    for event in mill.events("Filtered"):
        (record,) = event["Records"]
        seen[record["eventSourceARN"]].append(record["dynamodb"]["SizeBytes"])
    assert {name: seen[stream] for name, stream in streams.items()} == {
        name: sizes for name, (_, _, sizes) in FILTERS.items()
    }


@pytest.mark.parametrize(
    "pattern", ["single-string", '[{"eventName": ["INSERT"=123}]', '{"a": "b"}', '{"a":[]}']
)
def test_what_is_no_filter_is_refused_in_one_sentence(mill: Mill, pattern: str):
    with pytest.raises(ClientError) as caught:
        mill.lambda_.create_event_source_mapping(
            EventSourceArn=f"arn:aws:dynamodb:{ACCOUNT}:table/No/stream/2026-01-01T00:00:00.000",
            FunctionName="nobody",
            StartingPosition="LATEST",
            FilterCriteria={"Filters": [{"Pattern": pattern}]},
        )
    assert caught.value.response["Error"] == {
        "Code": "InvalidParameterValueException",
        "Message": "Invalid filter pattern definition.",
    }


# The life of a mapping.


def test_a_mapping_outlives_its_table_and_its_function(mill: Mill):
    trigger = mill.trigger("Mortal")
    uuid = trigger.mapping["UUID"]
    wanted = {"State": "Creating", "LastProcessingResult": "No records processed"}
    assert trigger.mapping.items() >= {**wanted, "StateTransitionReason": "User action"}.items()
    with pytest.raises(ClientError) as caught:
        mill.lambda_.create_event_source_mapping(
            EventSourceArn=trigger.stream, FunctionName="Mortal", StartingPosition="LATEST"
        )
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 409
    assert caught.value.response["Error"] == {
        "Code": "ResourceConflictException",
        "Message": f'The event source arn (" {trigger.stream} ") and function (" Mortal ") provided mapping '
        f"already exists. Please update or delete the existing mapping with UUID {uuid}",
    }
    other = mill.map("Immortal", trigger.stream)
    mill.put("Mortal", "k")
    assert len(mill.events("Mortal")) == len(mill.events("Immortal")) == 1

    disabled = mill.lambda_.update_event_source_mapping(UUID=uuid, Enabled=False)
    assert disabled["ResponseMetadata"]["HTTPStatusCode"] == 202
    assert (disabled["State"], disabled["LastProcessingResult"]) == ("Disabling", "OK")
    mill.put("Mortal", "another")
    assert (len(mill.events("Mortal")), len(mill.events("Immortal"))) == (1, 2)

    mill.dynamodb.delete_table(TableName="Mortal")
    mill.lambda_.delete_function(FunctionName="Immortal")
    (listed,) = mill.lambda_.list_event_source_mappings(FunctionName="Immortal")["EventSourceMappings"]
    assert listed["State"] == "Enabled"
    assert mill.lambda_.get_event_source_mapping(UUID=other.mapping["UUID"])["State"] == "Enabled"
    gone = mill.lambda_.delete_event_source_mapping(UUID=other.mapping["UUID"])
    assert (gone["ResponseMetadata"]["HTTPStatusCode"], gone["State"]) == (202, "Deleting")


# TestKinesisSource: records that are too old, of the engine that reads both kinds of streams.


def test_a_record_that_gets_too_old_between_retries_is_told_without_an_answer(mill: Mill):
    aged = mill.queue("aged")
    trigger = mill.trigger("Aged", MaximumRecordAgeInSeconds=60, MaximumRetryAttempts=-1, **aged)
    with mill.server.tail("table=Aged") as tail:
        mill.put("Aged", "k", **{"raise": "yes"})
        tail.wait(lambda event: event.get("event") == "attempt_failed" and event["attempt"] == 2)
    mill.server.ask("clock", advance=61)
    calls = mill.events("Aged")

    (told,) = mill.told("aged")
    document = failure(trigger, count=len(calls))
    del document["responseContext"]
    document["requestContext"]["condition"] = "RecordAgeExceeded"
    assert stripped(told) == document


def test_a_record_that_is_too_old_is_split_off_and_the_others_are_delivered(mill: Mill):
    stream = mill.table("Stale")
    mill.put("Stale", "stale")
    mill.server.ask("clock", advance=62)
    for number in range(5):
        mill.put("Stale", f"fresh{number}")
    stale = mill.queue("stale")
    trigger = mill.map(
        "Stale", stream, BatchSize=10, MaximumRecordAgeInSeconds=60, MaximumRetryAttempts=0, **stale
    )

    assert [name for event in mill.events("Stale") for name in records(event)] == [
        f"fresh{number}" for number in range(5)
    ]
    (told,) = mill.told("stale")
    document = failure(trigger, count=1)
    del document["responseContext"]
    document["requestContext"]["condition"] = "RecordAgeExceeded"
    assert stripped(told) == document
