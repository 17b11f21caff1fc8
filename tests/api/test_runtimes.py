"""Functions of all runtimes on one server, by stock clients: driven by a table, and gone with the server."""

import io
import json
import os
import shutil
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from botocore.exceptions import ClientError
from tests.api.functions_process import Functions, Witness, carriers
from tests.api.millrace_process import Millrace

NODE = pytest.mark.skipif(shutil.which("node") is None, reason="there is no node")
BOOTSTRAP = """#!/bin/bash
api="http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation"
while true; do
  headers="$(mktemp)"
  event="$(curl -sS -D "$headers" "$api/next")"
  id="$(grep -Fi Lambda-Runtime-Aws-Request-Id "$headers" | tr -d '[:space:]' | cut -d: -f2)"
  echo "heard $event"
  printf '%s' "{\\"heard\\": $event}" | curl -sS -H "Transfer-Encoding: chunked" -d @- "$api/$id/response" > /dev/null
done
"""


def programs(files: Mapping[str, str]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = 0o755 << 16
            archive.writestr(entry, content)
    return data.getvalue()


def make(functions: Functions, name: str, runtime: str, files: Mapping[str, str], **settings: object) -> str:
    code = {"ZipFile": programs(files)}
    return functions.make(name, "", Runtime=runtime, Handler="index.handler", Code=code, **settings)


@NODE
def test_node_is_invoked(functions: Functions):
    code = "exports.handler = async (event, context) => { console.log('hello'); return [event, context.functionName] }"
    answer = functions.invoke(make(functions, "node", "nodejs20.x", {"index.js": code}), {"a": 1})

    assert answer.payload == [{"a": 1}, "node"]
    assert f"\t{answer.request_id}\tINFO\thello\n" in answer.log
    shown = functions.lambda_.get_function_configuration(FunctionName="node")
    assert shown["Runtime"] == "nodejs20.x"


@NODE
def test_node_is_driven_by_a_table(server: Millrace, functions: Functions):
    code = "exports.handler = async (event) => { for (const {dynamodb} of event.Records) console.log(`saw ${dynamodb.Keys.id.S}`) }"
    make(functions, "on-change", "nodejs22.x", {"index.js": code})
    policy = "arn:aws:iam::aws:policy/service-role/AWSLambdaDynamoDBExecutionRole"
    server.client("iam").attach_role_policy(RoleName="functions", PolicyArn=policy)
    dynamodb = server.client("dynamodb")
    table = dynamodb.create_table(
        TableName="changes",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"},
    )["TableDescription"]
    functions.lambda_.create_event_source_mapping(
        FunctionName="on-change", EventSourceArn=table["LatestStreamArn"], StartingPosition="TRIM_HORIZON"
    )
    with server.tail("function=on-change") as tail:
        dynamodb.put_item(TableName="changes", Item={"id": {"S": "one"}})
        tail.wait(lambda event: event["kind"] == "log" and event["message"].endswith("\tINFO\tsaw one\n"))


def test_a_program_of_the_functions_own_is_invoked(functions: Functions):
    name = make(functions, "own", "provided.al2023", {"bootstrap": BOOTSTRAP})

    answers = [functions.invoke(name, {"n": n}) for n in range(2)]
    assert [answer.payload for answer in answers] == [{"heard": {"n": 0}}, {"heard": {"n": 1}}]
    assert 'heard {"n": 1}\n' in answers[1].log


def test_a_missing_program_is_an_invalid_entrypoint(functions: Functions):
    answer = functions.invoke(make(functions, "without", "provided.al2", {"index.js": ""}))

    assert answer.error == "Unhandled"
    assert answer.payload == {
        "errorType": "Runtime.InvalidEntrypoint",
        "errorMessage": f"RequestId: {answer.request_id} Error: Couldn't find valid bootstrap(s): "
        "[/var/task/bootstrap /opt/bootstrap]",
    }


def test_a_runtime_that_does_not_run_here_is_refused_when_it_is_invoked(functions: Functions):
    name = make(functions, "java", "java21", {"a": ""})

    with pytest.raises(ClientError) as caught:
        functions.invoke(name)
    assert caught.value.response["Error"]["Code"] == "InvalidRuntimeException"
    assert "java21 does not run here" in caught.value.response["Error"]["Message"]
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 502


def test_a_layer_of_many_programs_is_published_attached_and_used(functions: Functions):
    layer = functions.lambda_.publish_layer_version(
        LayerName="tools",
        Content={"ZipFile": programs({"python/lay.py": "X = 5", "bin/tool": "#!/bin/sh\necho 6"})},
    )
    source = "import lay, subprocess\ndef handle(e, c): return [lay.X, int(subprocess.check_output('tool'))]"
    functions.make("layered", source, Layers=[layer["LayerVersionArn"]])
    functions.lambda_.delete_layer_version(LayerName="tools", VersionNumber=1)

    assert functions.invoke("layered").payload == [5, 6]


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="processes are found in /proc")
def test_all_processes_end_with_a_server_that_is_killed(millrace: Millrace):
    functions = Functions(millrace)
    files = {
        "bootstrap": BOOTSTRAP,
        "index.js": "exports.handler = async () => { require('child_process').spawn('sleep', ['100']) }",
    }
    for runtime in ("provided.al2", *(["nodejs20.x"] if shutil.which("node") else [])):
        functions.invoke(make(functions, runtime.partition(".")[0], runtime, files))
    assert millrace.process is not None
    there = carriers(str(millrace.data)) - {millrace.process.pid, os.getpid()}
    assert len(there) >= 2
    witness = Witness(*there)

    millrace.kill()

    assert witness.survivors() == set(), json.dumps(sorted(there))
