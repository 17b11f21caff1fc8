"""Asynchronous invocations with boto3: their settings in AWS's shapes, where their ends are told, and loops."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from tests.api.functions_process import Functions
from tests.api.millrace_process import Millrace
from tests.api.test_functions import ECHO, WAITS, plain, refusal

SCOPE = "eu-central-1:000000000000"
ARN = f"arn:aws:lambda:{SCOPE}:function:"
FAILS = "def handle(event, context):\n    raise ValueError('no')\n"
TRACE = "import os\ndef handle(event, context):\n    return os.environ['_X_AMZN_TRACE_ID']\n"


@pytest.fixture(scope="module")
def functions(server: Millrace) -> Functions:
    made = Functions(server)
    _allow(made, "*")
    return made


def _allow(functions: Functions, *actions: str) -> None:
    document = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": actions, "Resource": "*"}],
    }
    functions.server.client("iam").put_role_policy(
        RoleName="functions", PolicyName="may", PolicyDocument=json.dumps(document)
    )


def _queue(functions: Functions, name: str) -> tuple[str, str]:
    """Its URL and its ARN."""
    url = functions.server.client("sqs").create_queue(QueueName=name)["QueueUrl"]
    return url, f"arn:aws:sqs:{SCOPE}:{name}"


def _receive(functions: Functions, url: str) -> Any:
    sqs = functions.server.client("sqs")
    every = {"MessageAttributeNames": ["All"], "MessageSystemAttributeNames": ["All"]}
    for _ in range(4):
        for message in sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20, **every).get("Messages", []):
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            return message
    pytest.fail("nothing came")


def _config(name: str, **settings: Any) -> dict[str, Any]:
    return {
        "FunctionArn": f"{ARN}{name}:$LATEST",
        "DestinationConfig": {"OnSuccess": {}, "OnFailure": {}},
        **settings,
    }


def test_settings_are_put_whole_updated_in_parts_listed_and_deleted(functions: Functions):
    functions.make("Settings", ECHO)
    lambda_ = functions.lambda_

    def told(answer: Any) -> Any:
        assert answer.pop("LastModified")
        return plain(answer)

    put = lambda_.put_function_event_invoke_config
    assert told(put(FunctionName="Settings", MaximumRetryAttempts=0)) == _config(
        "Settings", MaximumRetryAttempts=0
    )
    assert told(put(FunctionName="Settings", MaximumEventAgeInSeconds=60)) == _config(
        "Settings", MaximumEventAgeInSeconds=60
    )
    whole = _config("Settings", MaximumEventAgeInSeconds=60, MaximumRetryAttempts=1)
    update = lambda_.update_function_event_invoke_config
    assert told(update(FunctionName="Settings", MaximumRetryAttempts=1)) == whole
    assert (
        told(lambda_.get_function_event_invoke_config(FunctionName="Settings", Qualifier="$LATEST")) == whole
    )
    (listed,) = lambda_.list_function_event_invoke_configs(FunctionName="Settings", MaxItems=1)[
        "FunctionEventInvokeConfigs"
    ]
    assert told(listed) == whole
    empty = {"DestinationConfig": {"OnSuccess": {}}}
    assert told(put(FunctionName="Settings", **empty)) == _config("Settings")
    deleted = lambda_.delete_function_event_invoke_config(FunctionName=f"{ARN}Settings:$LATEST")
    assert deleted["ResponseMetadata"]["HTTPStatusCode"] == 204
    listed = lambda_.list_function_event_invoke_configs(FunctionName="Settings")
    assert plain(listed) == {"FunctionEventInvokeConfigs": []}


def test_settings_are_refused_in_awss_words(functions: Functions):
    functions.make("Refuses", ECHO)
    lambda_ = functions.lambda_
    invalid = (400, "InvalidParameterValueException")
    put, update = lambda_.put_function_event_invoke_config, lambda_.update_function_event_invoke_config
    no_function = (404, "ResourceNotFoundException", "The function doesn't exist.")

    def no_config(name: str) -> tuple[int, str, str]:
        return 404, "ResourceNotFoundException", f"The function {ARN}{name} doesn't have an EventInvokeConfig"

    def put_to(destination: str, member: str = "OnSuccess") -> tuple[int, str, str]:
        return refusal(put, FunctionName="Refuses", DestinationConfig={member: {"Destination": destination}})

    assert refusal(put, FunctionName="Nobody", MaximumRetryAttempts=1) == no_function
    assert refusal(put, FunctionName="Refuses", Qualifier="none", MaximumRetryAttempts=1) == no_function
    assert refusal(update, FunctionName="Nobody", MaximumRetryAttempts=1) == no_function
    assert refusal(lambda_.list_function_event_invoke_configs, FunctionName="Nobody") == no_function
    get, delete = lambda_.get_function_event_invoke_config, lambda_.delete_function_event_invoke_config
    assert refusal(get, FunctionName="Nobody") == no_config("Nobody:$LATEST")
    assert refusal(delete, FunctionName="Refuses", Qualifier="x") == no_config("Refuses:x")
    assert refusal(update, FunctionName="Refuses", MaximumRetryAttempts=1) == no_config("Refuses:$LATEST")
    assert refusal(put, FunctionName="Refuses") == (
        *invalid,
        "You must specify at least one of error handling or destination setting.",
    )
    assert put_to(f"{ARN}Refuses") == (
        *invalid,
        "You can't specify the function as a destination for itself.",
    )
    elsewhere = f"{ARN}Refuses:live".replace("arn:aws:", "arn:aws-other:")
    assert put_to(elsewhere)[2] == "You can't specify the function as a destination for itself."
    for gone in (
        f"{ARN}gone",
        f"{ARN}Settings".replace("function:", ""),
        f"arn:aws:sqs:{SCOPE}:gone",
        f"arn:aws:sns:{SCOPE}:gone",
    ):
        assert put_to(gone) == (*invalid, f"The destination ARN {gone} is invalid.")
    iam = f"arn:aws:iam:{SCOPE}:function:x"
    assert put_to(iam) == (
        *invalid,
        f"The provided destination config DestinationConfig(onSuccess=OnSuccess(destination={iam}), "
        "onFailure=null) is invalid.",
    )
    bucket = "arn:aws:s3:::records"
    assert "OnSuccess(destination=arn:aws:s3:::records)" in put_to(bucket)[2]
    assert "EventBridge" in put_to(f"arn:aws:events:{SCOPE}:event-bus/default")[2]
    assert put_to("arn:aws:_-/!lambda:x", "OnFailure")[1] == "ValidationException"
    assert refusal(put, FunctionName="Refuses:1", Qualifier="$LATEST", MaximumRetryAttempts=1) == (
        *invalid,
        "The derived qualifier from the function name does not match the specified qualifier.",
    )


def test_what_a_role_lacks_is_named_when_destinations_are_set(functions: Functions):
    _, queue = _queue(functions, "unallowed")
    functions.make("Lacks", ECHO)
    _allow(functions, "logs:*")
    try:
        assert (
            refusal(
                functions.lambda_.put_function_event_invoke_config,
                FunctionName="Lacks",
                DestinationConfig={"OnFailure": {"Destination": queue}},
            )[2]
            == f"The function's execution role does not have permissions to call SendMessage on {queue}"
        )
        assert (
            refusal(
                functions.lambda_.update_function_configuration,
                FunctionName="Lacks",
                DeadLetterConfig={"TargetArn": queue},
            )[2]
            == "The provided execution role does not have permissions to call SendMessage on SQS"
        )
    finally:
        _allow(functions, "*")


def test_ends_of_events_are_told_to_a_queue(functions: Functions):
    url, queue = _queue(functions, "ends")
    for name, source in (("Succeeds", ECHO), ("Fails", FAILS)):
        functions.make(name, source)
        functions.lambda_.put_function_event_invoke_config(
            FunctionName=name,
            MaximumRetryAttempts=0,
            DestinationConfig={"OnSuccess": {"Destination": queue}, "OnFailure": {"Destination": queue}},
        )

    def run(name: str) -> tuple[str, Any, Any]:
        sent = functions.lambda_.invoke(FunctionName=name, InvocationType="Event", Payload=b'{"n": 1}')
        assert (sent["StatusCode"], sent["Payload"].read()) == (202, b"")
        message = _receive(functions, url)
        return sent["ResponseMetadata"]["RequestId"], json.loads(message["Body"]), message["Attributes"]

    request_id, document, attributes = run("Succeeds")
    assert document["requestContext"] == {
        "requestId": request_id,
        "functionArn": f"{ARN}Succeeds:$LATEST",
        "condition": "Success",
        "approximateInvokeCount": 1,
    }
    assert document["requestPayload"] == document["responsePayload"] == {"n": 1}
    assert attributes["AWSTraceHeader"].startswith("Root=1-")
    request_id, document, _ = run("Fails")
    assert document["requestContext"]["condition"] == "RetriesExhausted"
    assert document["responseContext"] == {
        "statusCode": 200,
        "executedVersion": "$LATEST",
        "functionError": "Unhandled",
    }
    assert document["responsePayload"]["requestId"] == request_id


def test_dead_letters_hold_the_event_and_its_error(functions: Functions):
    url, queue = _queue(functions, "letters")
    functions.make("Dead", FAILS, DeadLetterConfig={"TargetArn": queue})
    functions.lambda_.put_function_event_invoke_config(FunctionName="Dead", MaximumRetryAttempts=0)
    shown = functions.lambda_.get_function_configuration(FunctionName="Dead")
    assert shown["DeadLetterConfig"] == {"TargetArn": queue}

    sent = functions.lambda_.invoke_async(FunctionName="Dead", InvokeArgs=b'{"raise_error": 1}')

    assert sent["Status"] == sent["ResponseMetadata"]["HTTPStatusCode"] == 202
    letter = _receive(functions, url)
    assert letter["Body"] == '{"raise_error": 1}'
    assert letter["MessageAttributes"] == {
        "RequestID": {"DataType": "String", "StringValue": sent["ResponseMetadata"]["RequestId"]},
        "ErrorCode": {"DataType": "Number", "StringValue": "200"},
        "ErrorMessage": {"DataType": "String", "StringValue": "no"},
    }
    update = functions.lambda_.update_function_configuration
    assert update(FunctionName="Dead", DeadLetterConfig={})["DeadLetterConfig"] == {"TargetArn": queue}
    assert "DeadLetterConfig" not in update(FunctionName="Dead", DeadLetterConfig={"TargetArn": ""})


def test_another_function_is_told_and_the_status_counts_it(functions: Functions):
    functions.make("Second", "def handle(event, context):\n    print('told', event['responsePayload'])\n")
    functions.make("First", ECHO)
    functions.lambda_.put_function_event_invoke_config(
        FunctionName="First", DestinationConfig={"OnSuccess": {"Destination": f"{ARN}Second"}}
    )
    with functions.server.tail("function=Second") as tail:
        functions.lambda_.invoke(FunctionName="First", InvocationType="Event", Payload=b'"on"')
        (told,) = tail.wait(lambda it: it.get("message", "").startswith("told"))

    assert told["message"] == "told on\n"
    functions.server.idle()
    figures = {one["name"]: one["events"] for one in functions.server.ask("status")["functions"]}
    assert figures["Second"]["waiting"] == 0
    assert figures["First"] == {
        "waiting": 0,
        "retries": 0,
        "dropped": 0,
        "loops": 0,
        "delivered": 1,
        "undelivered": 0,
    }


def test_function_in_a_loop_is_stopped_after_sixteen_runs_unless_it_may(functions: Functions):
    """The chain is carried as an SDK in the function would carry it."""
    functions.make("Loop", TRACE)
    lambda_ = functions.server.unchecked_client("lambda")
    header: list[str] = []

    def carry(request: Any, **_: Any) -> None:
        if header:
            request.headers["X-Amzn-Trace-Id"] = header[0].replace("|", "%7C")

    lambda_.meta.events.register("before-send.lambda.Invoke", carry)

    def run() -> None:
        header[:] = [json.load(lambda_.invoke(FunctionName="Loop")["Payload"])]

    for _ in range(16):
        run()

    assert refusal(run) == (
        400,
        "RecursiveInvocationException",
        "Lambda has detected your function being invoked in a recursive loop with other AWS resources "
        "and stopped your function's invocation.",
    )
    get, put = lambda_.get_function_recursion_config, lambda_.put_function_recursion_config
    assert get(FunctionName="Loop")["RecursiveLoop"] == "Terminate"
    assert put(FunctionName="Loop", RecursiveLoop="Allow")["RecursiveLoop"] == "Allow"
    assert get(FunctionName="Loop")["RecursiveLoop"] == "Allow"
    run()
    assert refusal(put, FunctionName="Loop", RecursiveLoop="InvalidValue")[2] == (
        "1 validation error detected: Value 'InvalidValue' at 'recursiveLoop' failed to satisfy constraint: "
        "Member must satisfy enum value set: [Terminate, Allow]"
    )


def test_sdk_in_a_function_carries_the_chain(functions: Functions):
    functions.make("Inner", TRACE)
    source = """
import json, os, boto3

def handle(event, context):
    answer = boto3.client("lambda").invoke(FunctionName="Inner")
    return [os.environ["_X_AMZN_TRACE_ID"], json.load(answer["Payload"])]
"""
    functions.make("Outer", source)

    outer, inner = (
        dict(part.split("=") for part in it.split(";")) for it in functions.invoke("Outer").payload
    )

    assert inner["Root"] == outer["Root"]
    assert inner["Lineage"].startswith(f"{outer['Lineage']}|")


def test_event_whose_server_was_killed_ends_once(millrace: Millrace, tmp_path: Path):
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    functions = Functions(millrace)
    _allow(functions, "*")
    url, queue = _queue(functions, "ends")
    functions.make("Slow", WAITS)
    functions.lambda_.put_function_event_invoke_config(
        FunctionName="Slow", DestinationConfig={"OnSuccess": {"Destination": queue}}
    )
    with millrace.tail("function=Slow") as tail:
        event = json.dumps({"gate": str(gate)})
        functions.lambda_.invoke(FunctionName="Slow", InvocationType="Event", Payload=event)
        tail.wait(lambda it: it.get("message") == "at work\n")
        millrace.kill()
    millrace.start()

    gate.write_text("")  # opens once the function is at work again
    told = json.loads(_receive(functions, url)["Body"])

    assert told["requestContext"]["approximateInvokeCount"] == 1  # nobody heard of the first
    left = millrace.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert left["ApproximateNumberOfMessages"] == "0"


def test_ends_and_dead_letters_are_told_to_topics(functions: Functions):
    url, queue = _queue(functions, "subscribed")
    sns = functions.server.client("sns")
    topic = sns.create_topic(Name="ends")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue, Attributes={"RawMessageDelivery": "true"})
    functions.make("Publishes", FAILS, DeadLetterConfig={"TargetArn": topic})
    functions.lambda_.put_function_event_invoke_config(
        FunctionName="Publishes",
        MaximumRetryAttempts=0,
        DestinationConfig={"OnFailure": {"Destination": topic}},
    )

    functions.lambda_.invoke(FunctionName="Publishes", InvocationType="Event", Payload=b'"x"')

    document, letter = _receive(functions, url), _receive(functions, url)
    assert json.loads(document["Body"])["requestContext"]["condition"] == "RetriesExhausted"
    assert letter["Body"] == '"x"'
    assert letter["MessageAttributes"]["ErrorMessage"]["StringValue"] == "no"


def test_function_subscribed_to_a_topic_is_invoked_as_an_event(functions: Functions):
    functions.make(
        "Subscriber", "def handle(event, context):\n    print(event['Records'][0]['Sns']['Message'])\n"
    )
    sns = functions.server.client("sns")
    topic = sns.create_topic(Name="events")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=f"{ARN}Subscriber")
    functions.lambda_.add_permission(
        FunctionName="Subscriber",
        StatementId="sns",
        Action="lambda:InvokeFunction",
        Principal="sns.amazonaws.com",
    )
    with functions.server.tail("function=Subscriber") as tail:
        sns.publish(TopicArn=topic, Message="heard")
        tail.wait(lambda it: it.get("message") == "heard\n")
