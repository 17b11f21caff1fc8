"""Powertools for AWS Lambda inside real functions: idempotency kept in a table, and partial answers to batches."""

import importlib.util
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from tests.api.functions_process import Functions
from tests.api.millrace_process import Millrace

PACKAGES = ("aws_lambda_powertools", "jmespath", "typing_extensions")
ALLOW_ALL = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
)

IDEMPOTENT = """
from aws_lambda_powertools.utilities.idempotency import (
    DynamoDBPersistenceLayer, IdempotencyConfig, idempotent,
)

layer = DynamoDBPersistenceLayer(table_name="idempotency")
config = IdempotencyConfig(
    event_key_jmespath="order", payload_validation_jmespath="amount", expires_after_seconds=3600
)
runs = 0

@idempotent(persistence_store=layer, config=config)
def handle(event, context):
    global runs
    runs += 1
    if event.get("fail"):
        raise RuntimeError("the first try fails")
    return {"order": event["order"], "run": runs}
"""

BATCH = """
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response

processor = BatchProcessor(event_type=EventType.DynamoDBStreams)

def one(record):
    number = record.dynamodb.keys["number"]
    print("saw", number)
    if record.dynamodb.new_image.get("bad"):
        raise ValueError("bad play")

def handle(event, context):
    return process_partial_response(event=event, record_handler=one, processor=processor, context=context)
"""


def code(source: str) -> bytes:
    """A deployment package as `pip install --target` makes it: the handler and what it depends on."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("handler.py", source)
        for name in PACKAGES:
            found = importlib.util.find_spec(name)
            assert found is not None
            assert found.origin is not None
            origin = Path(found.origin)
            files = origin.parent.rglob("*.py") if origin.name == "__init__.py" else [origin]
            root = origin.parent.parent if origin.name == "__init__.py" else origin.parent
            for path in files:
                archive.write(path, path.relative_to(root))
    return buffer.getvalue()


@pytest.fixture
def functions(millrace: Millrace) -> Functions:
    made = Functions(millrace)
    millrace.client("iam").put_role_policy(RoleName="functions", PolicyName="all", PolicyDocument=ALLOW_ALL)
    return made


def create_table(millrace: Millrace, name: str, key: str, kind: str, **more: Any) -> dict[str, Any]:
    created = millrace.client("dynamodb").create_table(
        TableName=name,
        KeySchema=[{"AttributeName": key, "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": kind}],
        BillingMode="PAY_PER_REQUEST",
        **more,
    )
    return created["TableDescription"]


def test_idempotency_runs_each_order_once(millrace: Millrace, functions: Functions):
    create_table(millrace, "idempotency", "id", "S")
    dynamodb = millrace.client("dynamodb")
    dynamodb.update_time_to_live(
        TableName="idempotency",
        TimeToLiveSpecification={"Enabled": True, "AttributeName": "expiration"},
    )
    name = functions.make("pay", IDEMPOTENT, Code={"ZipFile": code(IDEMPOTENT)})

    first = functions.invoke(name, {"order": "a", "amount": 5})
    assert (first.error, first.payload) == (None, {"order": "a", "run": 1})
    assert functions.invoke(name, {"order": "a", "amount": 5}).payload == {"order": "a", "run": 1}
    assert functions.invoke(name, {"order": "b", "amount": 5}).payload == {"order": "b", "run": 2}
    changed = functions.invoke(name, {"order": "a", "amount": 6})
    assert changed.error == "Unhandled"
    assert changed.payload["errorType"] == "IdempotencyValidationError"
    # What failed may be tried again: its record is taken back.
    assert functions.invoke(name, {"order": "c", "amount": 5, "fail": True}).error == "Unhandled"
    assert functions.invoke(name, {"order": "c", "amount": 5}).payload == {"order": "c", "run": 4}

    records = dynamodb.scan(TableName="idempotency")["Items"]
    assert {record["status"]["S"] for record in records} == {"COMPLETED"}
    assert len(records) == 3


def test_a_batch_goes_on_behind_the_record_that_failed(millrace: Millrace, functions: Functions):
    table = create_table(
        millrace,
        "plays",
        "number",
        "N",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )
    name = functions.make("plays", BATCH, Code={"ZipFile": code(BATCH)})
    functions.lambda_.create_event_source_mapping(
        FunctionName=name,
        EventSourceArn=table["LatestStreamArn"],
        StartingPosition="TRIM_HORIZON",
        FunctionResponseTypes=["ReportBatchItemFailures"],
        MaximumRetryAttempts=1,
        BatchSize=10,
    )
    for number in range(6):
        item: dict[str, Any] = {"number": {"N": str(number)}}
        if number == 3:
            item["bad"] = {"BOOL": True}
        millrace.client("dynamodb").put_item(TableName="plays", Item=item)
    millrace.idle()

    logs = millrace.client("logs").filter_log_events(logGroupName="/aws/lambda/plays", filterPattern="saw")
    seen = [int(event["message"].split()[1]) for event in logs["events"]]
    assert sorted(set(seen)) == list(range(6))
    assert seen.count(3) > 1
    assert [seen.count(number) for number in (0, 1, 2)] == [1, 1, 1]
