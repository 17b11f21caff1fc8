"""The cases that say nothing of a server, each with the reason. A test fails if one of them is gone."""

_COMPRESSED = "The case leaves out the body, which is compressed."
_ABSENT = "An empty list or map is not sent at all, so a server cannot know of it."
_TOKEN = "The client makes the token up; the server sees one."
_OFFSET = "Clients bear offsets; a server writes UTC."
_CODE = "Clients bear other places and forms of an error's code; AWS writes one."
_UNKNOWN = "Clients bear members they do not know; a server has none to write."
_NULLS = "Clients bear nulls; a server leaves members out."
_NO_BODY = "Clients bear a missing body; IAM and STS always write the response element with its request id."
_JSON_VALUE = "Not one service here has jsonvalue members; botocore differs from the case, too."
_MAP_AND_NAME = "A map of the whole query has the named members too; only the client's own map has not."

REASONS: dict[str, str] = {
    "SDKAppliedContentEncoding_awsJson1_1": _COMPRESSED,
    "SDKAppendsGzipAndIgnoresHttpProvidedEncoding_awsJson1_1": _COMPRESSED,
    "SDKAppliedContentEncoding_awsJson1_0": _COMPRESSED,
    "SDKAppendsGzipAndIgnoresHttpProvidedEncoding_awsJson1_0": _COMPRESSED,
    "SDKAppliedContentEncoding_restJson1": _COMPRESSED,
    "SDKAppendedGzipAfterProvidedEncoding_restJson1": _COMPRESSED,
    "SDKAppliedContentEncoding_awsQuery": _COMPRESSED,
    "SDKAppendsGzipAndIgnoresHttpProvidedEncoding_awsQuery": _COMPRESSED,
    "RestJsonHttpPrefixHeadersAreNotPresent": _ABSENT,
    "RestJsonNullAndEmptyHeaders": _ABSENT,
    "RestJsonOmitsEmptyListQueryValues": _ABSENT,
    "QueryEmptyQueryMaps": _ABSENT,
    "RestJsonHttpWithEmptyStructurePayload": "An absent payload is sent as {}, as an empty one is.",
    "RestJsonHttpWithHeadersButNoPayload": "An absent payload is sent as {}, as an empty one is.",
    "RestJsonQueryIdempotencyTokenAutoFill": _TOKEN,
    "QueryProtocolIdempotencyTokenAutoFill": _TOKEN,
    "RestJsonQueryParamsStringListMap": _MAP_AND_NAME,
    "RestJsonQueryPrecedence": _MAP_AND_NAME,
    "MediaTypeHeaderInputBase64": _JSON_VALUE,
    "MediaTypeHeaderOutputBase64": _JSON_VALUE,
    "QueryFlattenedListArgWithXmlName": "botocore's own clients differ from it and leave it out of their tests.",
    "QueryXmlLists": "botocore's own clients differ from it and leave it out of their tests.",
    "AwsJson11DateTimeWithNegativeOffset": _OFFSET,
    "AwsJson11DateTimeWithPositiveOffset": _OFFSET,
    "RestJsonDateTimeWithNegativeOffset": _OFFSET,
    "RestJsonDateTimeWithPositiveOffset": _OFFSET,
    "AwsQueryDateTimeWithNegativeOffset": _OFFSET,
    "AwsQueryDateTimeWithPositiveOffset": _OFFSET,
    "AwsJson11FooErrorUsingXAmznErrorType": _CODE,
    "AwsJson11FooErrorUsingXAmznErrorTypeWithUri": _CODE,
    "AwsJson11FooErrorUsingXAmznErrorTypeWithUriAndNamespace": _CODE,
    "AwsJson11FooErrorUsingCode": _CODE,
    "AwsJson11FooErrorUsingCodeAndNamespace": _CODE,
    "AwsJson11FooErrorUsingCodeUriAndNamespace": _CODE,
    "AwsJson10FooErrorUsingXAmznErrorType": _CODE,
    "AwsJson10FooErrorUsingXAmznErrorTypeWithUri": _CODE,
    "AwsJson10FooErrorUsingXAmznErrorTypeWithUriAndNamespace": _CODE,
    "AwsJson10FooErrorUsingCode": _CODE,
    "AwsJson10FooErrorUsingCodeAndNamespace": _CODE,
    "AwsJson10FooErrorUsingCodeUriAndNamespace": _CODE,
    "RestJsonFooErrorUsingCode": _CODE,
    "RestJsonFooErrorUsingCodeAndNamespace": _CODE,
    "RestJsonFooErrorUsingCodeUriAndNamespace": _CODE,
    "RestJsonFooErrorWithDunderType": _CODE,
    "RestJsonFooErrorWithDunderTypeAndNamespace": _CODE,
    "RestJsonFooErrorWithDunderTypeUriAndNamespace": _CODE,
    "QueryCompatibleAwsJson10CustomCodeError": "x-amzn-query-error is for SQS, which is not spoken yet.",
    "handles_unexpected_json_output": _UNKNOWN,
    "AwsJson10HandlesUnexpectedJsonOutput": _UNKNOWN,
    "AwsJson11DeserializeIgnoreType": _UNKNOWN,
    "AwsJson10DeserializeIgnoreType": _UNKNOWN,
    "RestJsonDeserializeIgnoreType": _UNKNOWN,
    "AwsJson10DeserializeAllowNulls": _NULLS,
    "RestJsonDeserializesDenseSetMapAndSkipsNull": _NULLS,
    "QueryEmptyInputAndEmptyOutput": _NO_BODY,
    "QueryNoInputAndNoOutput": _NO_BODY,
    "QueryNoInputAndOutput": _NO_BODY,
}
# These ids name an input case and an output case; only the one of this direction is left out.
ONE_DIRECTION = {
    "QueryEmptyInputAndEmptyOutput": "output",
    "QueryNoInputAndNoOutput": "output",
    "QueryNoInputAndOutput": "output",
}
