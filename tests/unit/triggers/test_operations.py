"""CreateEventSourceMapping and its kin: shapes and refusals as recorded of AWS."""

import importlib.util
import sys
from pathlib import Path

import pytest

from millrace.core.errors import AwsError
from millrace.streams import log
from millrace.triggers.operations import accesses

_SPEC = importlib.util.spec_from_file_location("mill", Path(__file__).with_name("mill.py"))
mills = importlib.util.module_from_spec(_SPEC)
sys.modules.setdefault("mill", mills)
_SPEC.loader.exec_module(mills)
run, READ = mills.run, mills.READ

QUEUE = "arn:aws:sqs:eu-west-1:000000000000:lost"
UNKNOWN = "arn:aws:dynamodb:eu-west-1:000000000000:table/T/stream/2026-01-01T00:00:00.000"


async def refused(mill, operation, **params):
    with pytest.raises(AwsError) as caught:
        await mill.do(operation, **params)
    return caught.value.code, caught.value.message


async def create_refused(mill, stream, **params):
    params = {
        "EventSourceArn": stream.arn,
        "FunctionName": "ship",
        "StartingPosition": "TRIM_HORIZON",
        **params,
    }
    given = {name: value for name, value in params.items() if value is not None}
    return await refused(mill, "CreateEventSourceMapping", **given)


def test_a_mapping_is_shown_as_recorded_of_aws():
    async def story(mill, stream):
        made = await mill.map(stream, "ship:$LATEST")

        assert made == {
            "UUID": made["UUID"],
            "EventSourceMappingArn": f"arn:aws:lambda:eu-west-1:000000000000:event-source-mapping:{made['UUID']}",
            "EventSourceArn": stream.arn,
            "FunctionArn": "arn:aws:lambda:eu-west-1:000000000000:function:ship:$LATEST",
            "BatchSize": 100,
            "BisectBatchOnFunctionError": False,
            "DestinationConfig": {"OnFailure": {}},
            "FilterCriteria": None,
            "FunctionResponseTypes": [],
            "KMSKeyArn": None,
            "LastModified": mill.clock.now(),
            "LastProcessingResult": "No records processed",
            "MaximumBatchingWindowInSeconds": 0,
            "MaximumRecordAgeInSeconds": -1,
            "MaximumRetryAttempts": -1,
            "MetricsConfig": None,
            "ParallelizationFactor": 1,
            "StartingPosition": "TRIM_HORIZON",
            "State": "Creating",
            "StateTransitionReason": "User action",
            "TumblingWindowInSeconds": 0,
        }
        shown = await mill.do("GetEventSourceMapping", UUID=made["UUID"])
        assert shown == {**made, "State": "Enabled"}

    run(story)


def test_settings_come_back_as_given():
    async def story(mill, stream):
        await mill.allow([*READ, "sqs:SendMessage"])
        await mill.destinations()
        pattern = '{"eventName": ["INSERT"]}'
        made = await mill.map(
            stream,
            BatchSize=7,
            MaximumBatchingWindowInSeconds=2,
            MaximumRetryAttempts=0,
            MaximumRecordAgeInSeconds=60,
            BisectBatchOnFunctionError=True,
            FunctionResponseTypes=["ReportBatchItemFailures"],
            FilterCriteria={"Filters": [{"Pattern": pattern}]},
            ParallelizationFactor=1,
            TumblingWindowInSeconds=900,
            DestinationConfig={"OnFailure": {"Destination": QUEUE}},
            MetricsConfig={"Metrics": ["EventCount"]},
            KMSKeyArn="arn:aws:kms:eu-west-1:000000000000:key/k",
            Enabled=False,
        )
        shown = await mill.do("GetEventSourceMapping", UUID=made["UUID"])

        assert shown["State"] == "Disabled"
        assert shown["FilterCriteria"] == {"Filters": [{"Pattern": pattern}]}
        assert [shown["BatchSize"], shown["MaximumRetryAttempts"], shown["MaximumRecordAgeInSeconds"]] == [
            7,
            0,
            60,
        ]
        assert shown["BisectBatchOnFunctionError"] is True
        assert shown["TumblingWindowInSeconds"] == 900
        assert shown["DestinationConfig"] == {"OnFailure": {"Destination": QUEUE}}
        assert shown["MetricsConfig"] == {"Metrics": ["EventCount"]}
        assert shown["KMSKeyArn"] == "arn:aws:kms:eu-west-1:000000000000:key/k"
        assert shown["FunctionResponseTypes"] == ["ReportBatchItemFailures"]

    run(story)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"EventSourceArn": None}, "Unrecognized event source."),
        (
            {"StartingPosition": None},
            "1 validation error detected: Value null at 'startingPosition' failed to satisfy constraint: "
            "Member must not be null.",
        ),
        ({"StartingPosition": "AT_TIMESTAMP"}, "Unsupported starting position for arn type: {arn}"),
        ({"FilterCriteria": {"Filters": [{"Pattern": "simple string"}]}}, "Invalid filter pattern definition."),
        ({"FilterCriteria": {"Filters": [{}]}}, "Invalid filter pattern definition."),
        ({"FunctionName": "unknown"}, "Function does not exist"),
        (
            {"FunctionName": "unknown", "DestinationConfig": {"OnSuccess": {"Destination": "x"}}},
            "Unsupported DestinationConfig parameter for given event source mapping type.",
        ),
        ({"EventSourceArn": UNKNOWN}, f"Stream not found: {UNKNOWN}"),
        (
            {"DestinationConfig": {"OnFailure": {"Destination": QUEUE}}},
            "The function execution role does not have permissions to call SendMessage on SQS",
        ),
        (
            {"DestinationConfig": {"OnFailure": {"Destination": QUEUE.replace("sqs", "sns")}}},
            "The function execution role does not have permissions to call Publish on SNS",
        ),
        (
            {"DestinationConfig": {"OnFailure": {"Destination": "arn:aws:s3:::lost"}}},
            "The function execution role does not have permissions to call PutObject on S3",
        ),
        (
            {"DestinationConfig": {"OnFailure": {"Destination": QUEUE + "-gone"}}},
            f"The destination ARN {QUEUE}-gone is invalid.",
        ),
        (
            {"DestinationConfig": {"OnFailure": {"Destination": QUEUE + ".fifo"}}},
            f"The destination ARN {QUEUE}.fifo is invalid.",
        ),
        (
            {"DestinationConfig": {"OnFailure": {"Destination": "arn:aws:events:eu-west-1:000000000000:event-bus/b"}}},
            "The destination ARN arn:aws:events:eu-west-1:000000000000:event-bus/b is invalid.",
        ),
        (
            {"DestinationConfig": {"OnFailure": {"Destination": "kafka://topic"}}},
            "The destination ARN kafka://topic is invalid.",
        ),
        (
            {"DestinationConfig": {"OnFailure": {}}},
            "The Destination field is required for an OnFailure configuration.",
        ),
        (
            {"ParallelizationFactor": 2, "TumblingWindowInSeconds": 5},
            "Parallelization factor must be equal to 1 when tumbling window period is configured",
        ),
        (
            {"ProvisionedPollerConfig": {"MinimumPollers": 1}},
            "Unsupported 'provisionedPollerConfig' parameter for given event source mapping type.",
        ),
        (
            {"LoggingConfig": {"SystemLogLevel": "INFO"}},
            "Unsupported 'loggingConfig' parameter for given event source mapping type.",
        ),
        (
            {"MetricsConfig": {"Metrics": ["KafkaMetrics"]}},
            "Unsupported metric KafkaMetrics for given event source mapping type.",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_its_sentence(params, message):
    async def story(mill, stream):
        await mill.destinations()
        expected = ("InvalidParameterValueException", message.format(arn=stream.arn))
        assert await create_refused(mill, stream, **params) == expected

    run(story)


@pytest.mark.parametrize("age", [0, 59])
def test_a_record_age_below_a_minute_is_refused(age):
    async def story(mill, stream):
        code, message = await create_refused(mill, stream, MaximumRecordAgeInSeconds=age)
        assert code == "InvalidParameterValueException"
        assert "maximumRecordAgeInSeconds" in message

    run(story)


@pytest.mark.parametrize("missing", READ)
def test_a_role_that_may_not_read_the_stream_is_refused_with_aws_sentence(missing):
    async def story(mill, stream):
        await mill.allow([action for action in READ if action != missing])

        assert await create_refused(mill, stream) == (
            "InvalidParameterValueException",
            f"Cannot access stream {stream.arn}. Please ensure the role can perform the GetRecords, "
            "GetShardIterator, DescribeStream, and ListStreams Actions on your stream in IAM.",
        )

    run(story)


def test_a_disabled_stream_is_not_found():
    async def story(mill, stream):
        await mill.storage.write(lambda w: log.disable(w, stream.arn, mill.clock.now()))

        _, message = await create_refused(mill, stream)
        assert message == f"Stream not found: {stream.arn}"

    run(story)


def test_one_function_has_one_mapping_of_a_stream_and_another_may_have_its_own():
    async def story(mill, stream):
        first = await mill.map(stream)
        assert await create_refused(mill, stream) == (
            "ResourceConflictException",
            f'The event source arn (" {stream.arn} ") and function (" ship ") provided mapping already exists. '
            f"Please update or delete the existing mapping with UUID {first['UUID']}",
        )

        await mill.function("other")
        await mill.map(stream, "other")
        taken = await refused(mill, "UpdateEventSourceMapping", UUID=first["UUID"], FunctionName="other")
        assert taken[0] == "ResourceConflictException"

    run(story)


@pytest.mark.parametrize("operation", ["Get", "Update", "Delete"])
def test_an_unknown_mapping_does_not_exist(operation):
    async def story(mill, stream):
        assert await refused(mill, f"{operation}EventSourceMapping", UUID="x") == (
            "ResourceNotFoundException",
            "The resource you requested does not exist.",
        )

    run(story)


def test_an_update_changes_what_it_names_and_nothing_else():
    async def story(mill, stream):
        made = await mill.map(stream, BatchSize=7, FilterCriteria={"Filters": [{"Pattern": '{"a":[1]}'}]})
        updated = await mill.do(
            "UpdateEventSourceMapping", UUID=made["UUID"], MaximumRetryAttempts=3, FilterCriteria={}
        )

        assert updated == {**made, "State": "Updating", "MaximumRetryAttempts": 3, "FilterCriteria": None}

    run(story)


@pytest.mark.parametrize(
    "params",
    [
        {"ParallelizationFactor": 2, "TumblingWindowInSeconds": 5},
        {"FilterCriteria": {"Filters": [{"Pattern": "x"}]}},
    ],
)
def test_an_update_refuses_what_creation_refuses(params):
    async def story(mill, stream):
        made = await mill.map(stream)
        code, _ = await refused(mill, "UpdateEventSourceMapping", UUID=made["UUID"], **params)
        assert code == "InvalidParameterValueException"

    run(story)


def test_an_update_refuses_lanes_beside_the_window_that_is_there():
    async def story(mill, stream):
        made = await mill.map(stream, TumblingWindowInSeconds=5)
        assert await refused(
            mill, "UpdateEventSourceMapping", UUID=made["UUID"], ParallelizationFactor=2
        ) == (
            "InvalidParameterValueException",
            "Parallelization factor must be equal to 1 when tumbling window period is configured",
        )

    run(story)


def test_mappings_are_listed_by_function_and_source_in_pages():
    async def story(mill, stream):
        await mill.function("other")
        other = await mill.stream("customers")
        for source in (stream, other):
            for function in ("ship", "other"):
                await mill.map(source, function)

        async def listed(**params):
            answer = await mill.do("ListEventSourceMappings", **params)
            return [one["UUID"] for one in answer["EventSourceMappings"]], answer["NextMarker"]

        every, _ = await listed()
        page, marker = await listed(MaxItems=3)
        assert len(every) == 4
        assert (page, (await listed(Marker=marker))) == (every[:3], (every[3:], None))
        assert len((await listed(FunctionName="ship"))[0]) == 2
        assert len((await listed(FunctionName="ship", EventSourceArn=other.arn))[0]) == 1
        assert await listed(FunctionName="nobody") == ([], None)

    run(story)


def test_a_destination_is_taken_away_with_an_empty_name_and_stays_when_it_is_not_named():
    async def story(mill, stream):
        await mill.allow([*READ, "sns:Publish"])
        await mill.destinations()
        topic = QUEUE.replace("sqs", "sns")
        made = await mill.map(stream, DestinationConfig={"OnFailure": {"Destination": topic}})

        async def update(**params):
            updated = await mill.do("UpdateEventSourceMapping", UUID=made["UUID"], **params)
            return updated["DestinationConfig"]

        assert await update(BatchSize=5) == {"OnFailure": {"Destination": topic}}
        assert await update(DestinationConfig={"OnFailure": {"Destination": ""}}) == {"OnFailure": {}}
        denied = {"DestinationConfig": {"OnFailure": {"Destination": QUEUE}}}
        assert await refused(mill, "UpdateEventSourceMapping", UUID=made["UUID"], **denied) == (
            "InvalidParameterValueException",
            "The function execution role does not have permissions to call SendMessage on SQS",
        )

    run(story)


def test_a_function_is_listed_by_the_qualifier_that_its_mappings_have():
    async def story(mill, stream):
        made = await mill.map(stream, "ship:$LATEST")

        async def listed(name):
            answer = await mill.do("ListEventSourceMappings", FunctionName=name)
            return [one["UUID"] for one in answer["EventSourceMappings"]]

        assert await listed("ship") == await listed("ship:$LATEST") == [made["UUID"]]
        assert await listed("ship:live") == []
        assert await create_refused(mill, stream, FunctionName="ship:live") == (
            "InvalidParameterValueException",
            "Function does not exist",
        )

    run(story)


def test_deleting_the_function_leaves_the_mapping_enabled():
    async def story(mill, stream):
        made = await mill.map(stream)
        await mill.storage.write(
            lambda w: mills.functions.remove(w, mills.SCOPE, mills.functions.find(w, mills.SCOPE, "ship"))
        )

        assert (await mill.do("GetEventSourceMapping", UUID=made["UUID"]))["State"] == "Enabled"

    run(story)


def test_callers_need_lambda_permissions_on_the_mapping():
    (create,) = accesses("CreateEventSourceMapping", mills.SCOPE, {"FunctionName": "ship"})
    (listing,) = accesses("ListEventSourceMappings", mills.SCOPE, {"FunctionName": "ship"})
    (get,) = accesses("GetEventSourceMapping", mills.SCOPE, {"UUID": "u"})

    prefix = "arn:aws:lambda:eu-west-1:000000000000"
    assert (create.action, create.resource) == (
        "lambda:CreateEventSourceMapping",
        f"{prefix}:event-source-mapping:*",
    )
    assert create.conditions == {"lambda:FunctionArn": f"{prefix}:function:ship"}
    assert (listing.action, listing.resource) == ("lambda:ListEventSourceMappings", "*")
    assert get.resource == f"{prefix}:event-source-mapping:u"


def test_a_mapping_in_another_region_has_no_tags_here():
    async def story(mill, stream):
        made = await mill.map(stream, Tags={"a": "b"})
        elsewhere = made["EventSourceMappingArn"].replace("eu-west-1", "eu-west-2")

        assert (await mill.do("ListTags", Resource=made["EventSourceMappingArn"]))["Tags"] == {"a": "b"}
        assert await refused(mill, "ListTags", Resource=elsewhere) == (
            "ResourceNotFoundException",
            f"Event source mapping not found: {elsewhere}",
        )

    run(story)


def test_a_mapping_has_at_most_fifty_tags():
    async def story(mill, stream):
        made = await mill.map(stream, Tags={str(number): "" for number in range(50)})

        assert await refused(
            mill, "TagResource", Resource=made["EventSourceMappingArn"], Tags={"one": "more"}
        ) == (
            "InvalidParameterValueException",
            "Number of tags exceeds resource tag limit.",
        )

    run(story)


@pytest.mark.parametrize(
    "tags", [{"aws:x": ""}, {"AWS:x": ""}, {"": "x"}, {"k" * 129: ""}, {"k": "v" * 257}, {}]
)
def test_tags_that_cannot_be_are_refused_and_nothing_is_changed(tags):
    async def story(mill, stream):
        made = await mill.map(stream, Tags={"k" * 128: "v" * 256})
        arn = made["EventSourceMappingArn"]

        code, _ = await refused(mill, "TagResource", Resource=arn, Tags=tags)
        assert code == "InvalidParameterValueException"
        assert (await mill.do("ListTags", Resource=arn))["Tags"] == {"k" * 128: "v" * 256}

    run(story)


def test_callers_need_permissions_on_the_mapping_for_its_tags():
    arn = "arn:aws:lambda:eu-west-1:000000000000:event-source-mapping:u"
    (access,) = accesses("TagResource", mills.SCOPE, {"Resource": arn})

    assert (access.action, access.resource) == ("lambda:TagResource", arn)
