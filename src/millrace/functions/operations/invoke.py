"""Invoke: now and wait (RequestResponse), later (Event), or only ask whether it may be (DryRun).

InvokeAsync is older, and InvokeWithResponseStream answers in events.
"""

import base64
import binascii
import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

import orjson

from millrace.core import limits
from millrace.core.context import Context, Output, Params
from millrace.core.errors import AwsError
from millrace.functions import names
from millrace.functions.event import Event
from millrace.functions.functions import Functions, check_payload
from millrace.functions.names import LATEST, Reference, function_arn

# SDKs in functions send what their invocation came with, so that chains of requests can be followed.
_TRACE = "x-amzn-trace-id"


class Invoke:
    def __init__(self, functions: Functions) -> None:
        self._functions = functions

    async def invoke(self, context: Context, params: Params) -> Output:
        """https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html"""
        reference = names.resolve(context.scope, params["FunctionName"], params.get("Qualifier"))
        payload = bytes(params.get("Payload") or b"")
        kind = params.get("InvocationType") or "RequestResponse"
        if kind == "RequestResponse":
            return await self._invoke_now(context, params, payload)
        shown = function_arn(context.scope, reference.name, reference.qualifier or LATEST)
        await self._functions.function(context.scope, reference, shown=shown)
        if kind == "DryRun":
            return {"StatusCode": 204}
        _client_context(params)  # checked, but given to handlers of synchronous invocations only
        check_payload(payload, limits.invoke_async_request_bytes_max, kind="Event")
        await self._invoke_later(context, reference, payload)
        return {"StatusCode": 202}

    async def invoke_with_response_stream(self, context: Context, params: Params) -> Output:
        """https://docs.aws.amazon.com/lambda/latest/api/API_InvokeWithResponseStream.html

        The stream begins when the function has answered in full.
        """
        done = await self.invoke(context, params)
        if done["StatusCode"] != 200:  # a dry run
            return done
        return {
            "StatusCode": 200,
            "ExecutedVersion": done["ExecutedVersion"],
            "EventStream": _streamed(done),
        }

    async def invoke_async(self, context: Context, params: Params) -> Output:
        """https://docs.aws.amazon.com/lambda/latest/api/API_InvokeAsync.html"""
        reference = names.resolve(context.scope, params["FunctionName"])
        payload = check_payload(bytes(params["InvokeArgs"]), limits.invoke_args_bytes_max, kind="Event")
        await self._functions.function(context.scope, reference)
        await self._invoke_later(context, reference, payload)
        return {"Status": 202}

    async def _invoke_now(self, context: Context, params: Params, payload: bytes) -> Output:
        done = await self._functions.invoke(
            context.scope,
            params["FunctionName"],
            payload,
            qualifier=params.get("Qualifier"),
            request_id=context.request_id,
            client_context=_client_context(params),
            trace=context.headers.get(_TRACE),
        )
        tail = base64.b64encode(done.log_tail).decode() if params.get("LogType") == "Tail" else None
        return {
            "StatusCode": 200,
            "FunctionError": done.function_error,
            "LogResult": tail,
            "ExecutedVersion": done.executed_version,
            "Payload": done.payload,
        }

    async def _invoke_later(self, context: Context, reference: Reference, payload: bytes) -> None:
        now, trace = self._functions.clock.now(), context.headers.get(_TRACE)
        event = Event(
            scope=context.scope,
            function=reference.name,
            qualifier=reference.qualifier,
            request_id=context.request_id,
            payload=payload or b"{}",
            accepted=now,
            due=now,
            trace=trace if trace and len(trace) <= limits.trace_header_bytes_max else None,
        )
        await self._functions.events.accept(event)


async def _streamed(done: Mapping[str, Any]) -> AsyncIterator[tuple[str, Mapping[str, Any]]]:
    """The answer as one chunk, or what went wrong, and the end."""
    end = {"LogResult": done["LogResult"]}
    if done["FunctionError"]:
        end |= {
            "ErrorCode": done["FunctionError"],
            "ErrorDetails": bytes(done["Payload"]).decode(errors="replace"),
        }
    else:
        yield "PayloadChunk", {"Payload": done["Payload"]}
    yield "InvokeComplete", end


def _client_context(params: Params) -> str | None:
    """The JSON inside: it comes in base64 and reaches the function as text."""
    encoded = params.get("ClientContext")
    if not encoded:
        return None
    try:
        document = base64.b64decode(encoded, validate=True)
        # Written anew in one line of ASCII, for it travels in a header.
        return json.dumps(orjson.loads(document))
    except (binascii.Error, ValueError) as error:
        raise AwsError(
            "InvalidRequestContentException",
            "Client context must be a valid Base64-encoded JSON object.",
            members={"Type": "User"},
        ) from error
