"""Functions in Node.js: what handlers may look like, how they end, and what AWS's runtime says of errors."""

import asyncio
import json
import re
import shutil
from typing import Any

import pytest
from tests.unit.functions.stage import SCOPE, Stage, play

pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="there is no node")

LINE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\t")
Files = dict[str, str] | str


def files_of(code: Files) -> dict[str, str | bytes]:
    return {"index.js": code} if isinstance(code, str) else {**code}


async def create(stage: Stage, code: Files, name: str = "fn", **params: Any) -> None:
    settings = {"Runtime": "nodejs20.x", "Handler": "index.handler", "Timeout": 20, **params}
    await stage.create(files_of(code), name, **settings)


async def answers(stage: Stage, code: Files, event: Any = None, **params: Any) -> Any:
    await create(stage, code, **params)
    return await stage.result(event)


async def failure(stage: Stage, code: Files, **params: Any) -> tuple[str, str]:
    """Type and message; there is a trace, too."""
    found = await answers(stage, code, **params)
    assert list(found) == ["errorType", "errorMessage", "trace"]
    return found["errorType"], found["errorMessage"]


ANY_HANDLER = [
    ("exports.handler = async (event) => event", "index.handler"),
    ("exports.handler = (event, context, callback) => callback(null, event)", "index.handler"),
    ("exports.handler = (event, context) => context.succeed(event)", "index.handler"),
    ("exports.handler = (event, context) => context.done(null, event)", "index.handler"),
    ("exports.handler = (event) => new Promise((go) => setTimeout(go, 1, event))", "index.handler"),
    ("exports.part = {one: {handler: async (event) => event}}", "index.part.one.handler"),
    ({"src/deep/app.js": "exports.go = async (event) => event"}, "src/deep/app.go"),
    ({"index.cjs": "exports.handler = async (event) => event"}, "index.handler"),
    ({"index.mjs": "export const handler = async (event) => event"}, "index.handler"),
    ({"package.json": '{"type": "module"}', "index.js": "export const handler = async (e) => e"}, "index.handler"),
    ({"package.json": '{"type": "module"}', "a/b.js": "import './c.js'; export const h = (e, c, done) => done(null, e)", "a/c.js": ""}, "a/b.h"),
    ({"index.js": "exports.handler = require('dep')", "node_modules/dep/index.js": "module.exports = async (e) => e"}, "index.handler"),
    ({"index.mjs": "import {h} from 'dep'; export const handler = h", "node_modules/dep/package.json": '{"type":"module","main":"m.js"}', "node_modules/dep/m.js": "export const h = async (e) => e"}, "index.handler"),
    ("exports.handler = awslambda.streamifyResponse(async (e, stream) => stream.end(JSON.stringify(e)))", "index.handler"),
]  # fmt: skip


def test_every_kind_of_handler_gets_the_event_and_answers():
    async def scene(stage: Stage) -> None:
        async def answer(number: int, code: Files, handler: str) -> None:
            event = {"n": number, "text": "grün 🎮"}
            await create(stage, code, f"fn{number}", Handler=handler)
            assert await stage.result(event, f"fn{number}") == event, code

        await asyncio.gather(*(answer(number, *one) for number, one in enumerate(ANY_HANDLER)))

    play(scene)


def test_a_streaming_handler_says_what_its_answer_is():
    code = """
exports.handler = awslambda.streamifyResponse(async (event, stream) => {
  const out = awslambda.HttpResponseStream.from(stream, {statusCode: 201});
  out.write("Hello,");
  out.end(" world!");
});"""

    async def scene(stage: Stage) -> None:
        await create(stage, code)
        done = await stage.functions.invoke(SCOPE, "fn", b"{}")
        assert done.content_type == "application/vnd.awslambda.http-integration-response"
        assert done.payload == b'{"statusCode":201}' + bytes(8) + b"Hello, world!"

    play(scene)


def test_module_globals_stay_from_one_event_to_the_next():
    async def scene(stage: Stage) -> None:
        await create(stage, "let n = 0; exports.handler = async () => [++n, process.pid]")
        first, second = await stage.result(), await stage.result()
        assert (first[0], second[0]) == (1, 2)
        assert first[1] == second[1]

    play(scene)


def test_the_context_has_what_awss_has():
    code = """
exports.handler = async (event, context) => {
  const left = context.getRemainingTimeInMillis();
  return {...context, left: left > 19000 && left <= 20000, trace: process.env._X_AMZN_TRACE_ID.startsWith("Root=")};
};"""

    async def scene(stage: Stage) -> None:
        await create(stage, code)
        answer = await stage.invoke({}, ClientContext="eyJjdXN0b20iOiB7ImEiOiAxfX0=")
        found = answer["Payload"]
        assert re.fullmatch(r"[0-9a-f-]{36}", found.pop("awsRequestId"))
        assert "[$LATEST]" in found.pop("logStreamName")
        assert found == {
            "callbackWaitsForEmptyEventLoop": True,
            "functionVersion": "$LATEST",
            "functionName": "fn",
            "memoryLimitInMB": "128",
            "logGroupName": "/aws/lambda/fn",
            "clientContext": {"custom": {"a": 1}},
            "invokedFunctionArn": "arn:aws:lambda:eu-west-1:123456789012:function:fn",
            "left": True,
            "trace": True,
        }

    play(scene)


def test_a_callback_waits_for_the_event_loop_unless_it_is_told_not_to():
    code = """
exports.handler = (event, context, callback) => {
  context.callbackWaitsForEmptyEventLoop = event;
  setTimeout(() => console.log("later"), 30);
  callback(null, "done");
};"""

    async def scene(stage: Stage) -> None:
        await create(stage, code)
        assert await stage.result(True) == "done"
        end = next(n for n, line in enumerate(stage.lines()) if line.startswith("END"))
        assert stage.lines()[end - 1].endswith("\tINFO\tlater\n")
        before = len(stage.lines())
        assert await stage.result(False) == "done"
        assert not any("later" in line for line in stage.lines()[before:])

    play(scene)


def test_a_handler_that_answers_nothing_is_null_and_one_that_waits_for_nothing_fails():
    async def scene(stage: Stage) -> None:
        assert await answers(stage, "exports.handler = () => {}") is None
        await create(stage, "exports.handler = async () => { await new Promise(() => {}) }", "never")
        for _ in range(2):
            found = await stage.result(name="never")
            assert found["errorType"] == "Runtime.NodeJsExit"
            assert "a Promise that was never settled" in found["errorMessage"]

    play(scene)


@pytest.mark.parametrize(
    ("code", "kind", "message"),
    [
        ("exports.handler = async () => { throw new RangeError('boom') }", "RangeError", "boom"),
        ("exports.handler = (e, c, callback) => callback(new TypeError('boom'))", "TypeError", "boom"),
        ("exports.handler = (e, c) => c.fail('boom')", "string", "boom"),
        ("exports.handler = () => { throw new Error('boom') }", "Error", "boom"),
        ("exports.handler = async () => { Promise.reject(new Error('lost')); await new Promise((go) => setTimeout(go, 9e3)) }", "Runtime.UnhandledPromiseRejection", "Error: lost"),
        ("exports.handler = async () => { setTimeout(() => { throw new Error('late') }); await new Promise((go) => setTimeout(go, 9e3)) }", "Error", "late"),
        ("exports.handler = async () => 10n", "Error", "Unable to stringify response body"),
        ("throw new EvalError('at once')", "EvalError", "at once"),
        ("exports.other = 1", "Runtime.HandlerNotFound", "index.handler is undefined or not exported"),
        ("exports.handler = 1", "Runtime.HandlerNotFound", "index.handler is not a function"),
        ("exports.handler = (", "Runtime.UserCodeSyntaxError", "SyntaxError: Unexpected end of input"),
        ({"index.mjs": "import 'nothing'"}, "Error", "Cannot find package 'nothing' imported from"),
        ("require('@aws-sdk/client-s3')", "Runtime.ImportModuleError", "Error: Cannot find module '@aws-sdk/client-s3'\nRequire stack:\n- "),
        ({"other.js": ""}, "Runtime.ImportModuleError", "Error: Cannot find module 'index'\nRequire stack:\n- "),
    ],
)  # fmt: skip
def test_errors_are_those_of_awss_runtime(code: Files, kind: str, message: str):
    async def scene(stage: Stage) -> None:
        found = await failure(stage, code)
        assert found[0] == kind
        assert found[1].startswith(message)
        assert (await stage.invoke())["FunctionError"] == "Unhandled"

    play(scene)


def test_an_errors_name_may_be_of_any_length():
    code = (
        "exports.handler = async () => { throw Object.assign(new Error('boom'), { name: 'N'.repeat(3e6) }) }"
    )

    async def scene(stage: Stage) -> None:
        assert await failure(stage, code) == ("N" * 3_000_000, "boom")

    play(scene)


@pytest.mark.parametrize(
    ("handler", "message"),
    [
        ("index", "Bad handler"),
        ("../index.handler", "'../index.handler' is not a valid handler name. Use absolute paths"),
    ],
)
def test_a_handlers_name_must_have_a_module_and_a_function(handler: str, message: str):
    async def scene(stage: Stage) -> None:
        kind, told = await failure(stage, "exports.handler = 1", Handler=handler)
        assert kind == "Runtime.MalformedHandlerName"
        assert told.startswith(message)

    play(scene)


def test_node_24_has_no_callbacks():
    async def scene(stage: Stage) -> None:
        code = "exports.handler = (event, context, callback) => callback(null, 1)"
        kind, message = await failure(stage, code, Runtime="nodejs24.x")
        assert kind == "Runtime.CallbackHandlerDeprecated"
        assert "removed support for callback-based function handlers" in message

    play(scene)


def test_console_writes_awss_lines():
    code = """
console.log("before");
exports.handler = async (event) => {
  console.log("text %s", "put in", {a: 1});
  console.warn("two\\nlines");
  process.stdout.write("plain\\n");
  throw new Error("boom");
};"""

    async def scene(stage: Stage) -> None:
        await create(stage, code)
        await stage.invoke()
        lines = stage.lines()
        request_id = next(line for line in lines if line.startswith("START")).split()[2]
        told = [
            LINE.sub("", line) for line in lines if not line.startswith(("INIT", "START", "END", "REPORT"))
        ]
        assert told[0] == "undefined\tINFO\tbefore\n"
        assert told[1] == f"{request_id}\tINFO\ttext put in {{ a: 1 }}\n"
        assert told[2] == f"{request_id}\tWARN\ttwo\nlines\n"
        assert told[3] == "plain\n"
        front = f'{request_id}\tERROR\tInvoke Error \t{{"errorType":"Error","errorMessage":"boom","stack":["Error: boom",'
        assert told[4].startswith(front)
        assert len(told) == 5

    play(scene)


def test_with_json_the_records_are_those_of_the_level_and_above():
    code = """
exports.handler = async () => {
  console.debug("unheard");
  console.log({a: 1});
  console.info("text", new TypeError("t"));
  console.error(new RangeError("r"));
};"""

    async def scene(stage: Stage) -> None:
        await create(stage, code, LoggingConfig={"LogFormat": "JSON", "SystemLogLevel": "WARN"})
        await stage.invoke()
        plain, text, error = (json.loads(line) for line in stage.lines())
        assert list(plain) == ["timestamp", "level", "requestId", "message"]
        assert (plain["level"], plain["message"]) == ("INFO", {"a": 1})
        assert text["message"].startswith("text TypeError: t")
        assert (text["errorType"], text["errorMessage"]) == ("TypeError", "t")
        assert error["level"] == "ERROR"
        assert list(error["message"]) == ["errorType", "errorMessage", "stackTrace"]

    play(scene)


def test_another_node_than_the_one_asked_for_is_told():
    async def scene(stage: Stage) -> None:
        await create(stage, "exports.handler = async () => process.version", Runtime="nodejs26.x")
        version = (await stage.result()).removeprefix("v").partition(".")[0]
        note = f"[millrace: nodejs26.x is not installed here; runs on nodejs{version}.x]"
        assert (await stage.call("GetFunctionConfiguration", FunctionName="fn"))["StateReason"] == note
        assert f"{note}\n" in stage.lines()

    if shutil.which("node26") is None:
        play(scene)


def test_without_node_the_refusal_says_what_to_do(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")

    async def scene(stage: Stage) -> None:
        await create(stage, "")
        with pytest.raises(
            Exception, match=re.escape("no Node.js was found to run nodejs20.x; put node into PATH")
        ):
            await stage.invoke()

    play(scene)
