"""Aliases with boto3: their life and refusals as recorded of AWS, weighted calls, and what hangs on a qualifier."""

import json
import time
import urllib.error
import urllib.request
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from tests.api.functions_process import Functions
from tests.api.refusals import refusal

ARN = "arn:aws:lambda:eu-central-1:000000000000:function:"
TELLS = """
import os

def handle(event, context):
    print("version", context.function_version)
    return [os.environ["SAYS"], context.function_version, context.invoked_function_arn]
"""
WRONG_REVISION = (
    412,
    "PreconditionFailedException",
    "The Revision Id provided does not match the latest Revision Id. "
    "Call the GetFunction/GetAlias API to retrieve the latest Revision Id",
)


def plain(answer: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in answer.items() if name not in {"ResponseMetadata", "RevisionId"}}


def two_versions(functions: Functions, name: str) -> str:
    """A function whose versions 1 and 2 say `one` and `two`, and $LATEST `latest`."""
    functions.make(name, TELLS, Environment={"Variables": {"SAYS": "one"}}, Publish=True)
    for text in ("two", "latest"):
        functions.lambda_.update_function_configuration(
            FunctionName=name, Environment={"Variables": {"SAYS": text}}
        )
        if text == "two":
            functions.lambda_.publish_version(FunctionName=name)
    return name


def test_an_alias_lives_as_on_aws(functions: Functions):
    lambda_, name = functions.lambda_, two_versions(functions, "Aliased")

    created = lambda_.create_alias(
        FunctionName=name,
        Name="live",
        FunctionVersion="1",
        Description="what runs",
        RoutingConfig={"AdditionalVersionWeights": {"2": 0.2}},
    )

    assert created["ResponseMetadata"]["HTTPStatusCode"] == 201
    assert plain(created) == {
        "AliasArn": f"{ARN}Aliased:live",
        "Name": "live",
        "FunctionVersion": "1",
        "Description": "what runs",
        "RoutingConfig": {"AdditionalVersionWeights": {"2": 0.2}},
    }
    found = lambda_.get_alias(FunctionName=name, Name="live")
    assert found["RevisionId"] == created["RevisionId"]
    assert plain(found) == plain(created)
    shown = lambda_.get_function(FunctionName=name, Qualifier="live")["Configuration"]
    assert (shown["FunctionArn"], shown["Version"]) == (f"{ARN}Aliased:live", "1")
    assert shown["RevisionId"] == lambda_.get_function_configuration(FunctionName=f"{name}:1")["RevisionId"]

    cleared = lambda_.update_alias(
        FunctionName=name, Name="live", RoutingConfig={"AdditionalVersionWeights": {}}
    )
    assert "RoutingConfig" not in cleared
    assert (cleared["FunctionVersion"], cleared["Description"]) == ("1", "what runs")
    assert cleared["RevisionId"] != created["RevisionId"]
    update = {"FunctionName": name, "Name": "live", "FunctionVersion": "2"}
    assert refusal(lambda_.update_alias, **update, RevisionId=created["RevisionId"]) == WRONG_REVISION
    assert lambda_.update_alias(**update, RevisionId=cleared["RevisionId"])["FunctionVersion"] == "2"

    for other in ("b", "2024-01-02", "a"):
        lambda_.create_alias(FunctionName=name, Name=other, FunctionVersion="1")
    pages = lambda_.get_paginator("list_aliases").paginate(
        FunctionName=name, PaginationConfig={"PageSize": 3}
    )
    assert [[alias["Name"] for alias in page["Aliases"]] for page in pages] == [
        ["2024-01-02", "a", "b"],
        ["live"],
    ]
    of_two = lambda_.list_aliases(FunctionName=name, FunctionVersion="2")["Aliases"]
    assert [alias["Name"] for alias in of_two] == ["live"]
    for _ in range(2):
        gone = lambda_.delete_alias(FunctionName=name, Name="b")
        assert gone["ResponseMetadata"]["HTTPStatusCode"] == 204, "also if there is none"
    lambda_.delete_function(FunctionName=name)
    functions.make(name, TELLS)
    assert lambda_.list_aliases(FunctionName=name)["Aliases"] == [], "they went with the function"


def test_what_an_alias_cannot_be_is_refused_in_awss_words(functions: Functions):
    lambda_, name = functions.server.unchecked_client("lambda"), two_versions(functions, "Cannot")
    arn = ARN + name
    invalid, missing = (400, "InvalidParameterValueException"), (404, "ResourceNotFoundException")
    validation = (400, "ValidationException")
    alias: dict[str, Any] = {"FunctionName": name, "Name": "custom"}

    def weighted(version: str, weights: dict[str, Any], **other: str) -> tuple[int, str, str]:
        routing = {"AdditionalVersionWeights": weights}
        return refusal(
            lambda_.create_alias, **{**alias, "FunctionVersion": version, "RoutingConfig": routing, **other}
        )

    path = "1 validation error detected: Value '{%s}' at 'routingConfig.additionalVersionWeights' failed to satisfy constraint: "
    range_words = (
        "Map value must satisfy constraint: [Member must have value less than or equal to 1.0, "
        "Member must have value greater than or equal to 0.0, Member must not be null]"
    )
    assert weighted("1", {"1": 0.8, "2": 0.2}) == (
        *invalid,
        "Number of items in AdditionalVersionWeights cannot be greater than 1",
    )
    assert weighted("1", {"2": 2}) == (*validation, path % "2=2.0" + range_words)
    assert weighted("1", {"2": -1}) == (*validation, path % "2=-1.0" + range_words)
    assert weighted("1", {"1": 0.5}) == (
        *invalid,
        "Invalid function version 1. Function version 1 is already included in routing configuration.",
    )
    assert weighted("10", {"2": 0.5}) == (*missing, f"Function not found: {arn}:10")
    assert weighted("1", {"10": 0.5}) == (*missing, f"Function not found: {arn}:10")
    assert weighted("$LATEST", {"1": 0.5}) == (
        *invalid,
        "$LATEST is not supported for an alias pointing to more than 1 version",
    )
    assert weighted("1", {"$LATEST": 0.5})[2] == path % "$LATEST=0.5" + (
        "Map keys must satisfy constraint: [Member must have length less than or equal to 1024, "
        "Member must have length greater than or equal to 1, "
        "Member must satisfy regular expression pattern: [0-9]+]"
    )
    assert weighted("1", {"2": 0.5}, FunctionName="nobody") == (
        *missing,
        f"Function not found: {ARN}nobody:1",
    )
    number = refusal(lambda_.create_alias, FunctionName=name, Name="2024", FunctionVersion="1")
    assert number == (
        *validation,
        "1 validation error detected: Value '2024' at 'name' failed to satisfy constraint: "
        "Member must satisfy regular expression pattern: (?!^[0-9]+$)([a-zA-Z0-9-_]+)",
    )
    made = lambda_.create_alias(
        **alias, FunctionVersion="$LATEST", RoutingConfig={"AdditionalVersionWeights": {}}
    )
    assert "RoutingConfig" not in made
    assert refusal(lambda_.create_alias, **alias, FunctionVersion="1") == (
        409,
        "ResourceConflictException",
        f"Alias already exists: {arn}:custom",
    )
    nothing = {"FunctionName": name, "Name": "nothing"}
    assert refusal(lambda_.get_alias, **nothing) == (*missing, f"Cannot find alias arn: {arn}:nothing")
    assert refusal(lambda_.update_alias, **nothing) == (*missing, f"Alias not found: {arn}:nothing")
    for call in (lambda_.get_function, lambda_.invoke):
        assert refusal(call, FunctionName=name, Qualifier="nothing") == (
            *missing,
            f"Function not found: {arn}:nothing",
        )


def test_an_alias_leads_each_call_to_the_version_it_names(functions: Functions):
    lambda_, name = functions.lambda_, two_versions(functions, "Leads")
    lambda_.create_alias(FunctionName=name, Name="live", FunctionVersion="1")

    def call(_: int = 0) -> tuple[Any, str]:
        answer = lambda_.invoke(FunctionName=f"{ARN}{name}:live")
        return json.loads(answer["Payload"].read()), answer["ExecutedVersion"]

    assert call() == (["one", "1", f"{ARN}Leads:live"], "1")
    lambda_.update_alias(FunctionName=name, Name="live", FunctionVersion="2")
    assert call() == (["two", "2", f"{ARN}Leads:live"], "2")
    lambda_.update_alias(
        FunctionName=name, Name="live", RoutingConfig={"AdditionalVersionWeights": {"1": 0.5}}
    )
    with ThreadPoolExecutor(4) as threads:
        drawn = Counter(executed for _, executed in threads.map(call, range(120)))
    assert set(drawn) == {"1", "2"}
    assert 25 < drawn["1"] < 95, "one in two, by chance"
    lambda_.update_alias(
        FunctionName=name, Name="live", RoutingConfig={"AdditionalVersionWeights": {"1": 1.0}}
    )
    assert {call()[1] for _ in range(5)} == {"1"}
    assert lambda_.invoke(FunctionName=name, Qualifier="live", InvocationType="DryRun")["StatusCode"] == 204


def test_an_asynchronous_call_runs_what_the_alias_names(functions: Functions):
    lambda_, name = functions.lambda_, two_versions(functions, "Later")
    lambda_.create_alias(FunctionName=name, Name="live", FunctionVersion="2")
    taken = lambda_.invoke(FunctionName=name, Qualifier="live", InvocationType="Event")
    assert (taken["StatusCode"], taken.get("ExecutedVersion")) == (202, None)
    logs = functions.server.client("logs")
    group = f"/aws/lambda/{name}"
    deadline = time.monotonic() + 30  # noqa: TID251 -- a real process is being waited for
    while not logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]:
        assert time.monotonic() < deadline  # noqa: TID251
    while not (said := logs.filter_log_events(logGroupName=group, filterPattern="version")["events"]):
        assert time.monotonic() < deadline  # noqa: TID251
    assert [event["message"] for event in said] == ["version 2\n"]
    assert "/[2]" in said[0]["logStreamName"]


def test_each_qualifier_has_a_policy_of_its_own(functions: Functions):
    lambda_, name = functions.lambda_, two_versions(functions, "Policies")
    lambda_.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    arn = ARN + name
    statement = {"FunctionName": name, "Action": "lambda:InvokeFunction", "Principal": "s3.amazonaws.com"}

    def policy(**arguments: str) -> tuple[list[str], str]:
        answer = lambda_.get_policy(FunctionName=name, **arguments)
        return [each["Resource"] for each in json.loads(answer["Policy"])["Statement"]], answer["RevisionId"]

    for qualifier in ({}, {"Qualifier": "1"}, {"Qualifier": "live"}):
        lambda_.add_permission(**statement, StatementId="s3", **qualifier)

    assert policy() == ([arn], lambda_.get_function_configuration(FunctionName=name)["RevisionId"])
    version = lambda_.get_function_configuration(FunctionName=name, Qualifier="1")
    assert policy(Qualifier="1") == ([f"{arn}:1"], version["RevisionId"])
    alias = lambda_.get_alias(FunctionName=name, Name="live")
    assert policy(Qualifier="live") == ([f"{arn}:live"], alias["RevisionId"])
    stale = refusal(
        lambda_.add_permission, **statement, StatementId="other", Qualifier="live", RevisionId="stale"
    )
    assert stale == (412, WRONG_REVISION[1], WRONG_REVISION[2].replace("GetFunction/GetAlias", "GetPolicy"))
    lambda_.remove_permission(FunctionName=name, StatementId="s3", Qualifier="live")
    none = (404, "ResourceNotFoundException", "The resource you requested does not exist.")
    for qualifier in ("live", "2", "42", "nothing"):
        assert refusal(lambda_.get_policy, FunctionName=name, Qualifier=qualifier) == none
    assert refusal(lambda_.add_permission, **statement, StatementId="x", Qualifier="42")[2] == (
        f"Function not found: {arn}:42"
    )
    assert refusal(lambda_.add_permission, **statement, StatementId="x", Qualifier="nothing")[2] == (
        f"Cannot find alias arn: {arn}:nothing"
    )
    assert policy()[0] == [arn]
    lambda_.delete_function(FunctionName=name, Qualifier="2")
    assert policy(Qualifier="1")[0] == [f"{arn}:1"]


def test_an_alias_has_a_url_of_its_own_and_a_version_has_none(functions: Functions):
    lambda_, name = functions.lambda_, two_versions(functions, "Urls")
    lambda_.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    url: dict[str, Any] = {"FunctionName": name, "AuthType": "NONE"}
    own = lambda_.create_function_url_config(**url)

    made = lambda_.create_function_url_config(**url, Qualifier="live")

    assert (own["FunctionArn"], made["FunctionArn"]) == (f"{ARN}Urls", f"{ARN}Urls:live")
    listed = lambda_.list_function_url_configs(FunctionName=name)["FunctionUrlConfigs"]
    assert [each["FunctionArn"] for each in listed] == [f"{ARN}Urls", f"{ARN}Urls:live"]
    first = lambda_.list_function_url_configs(FunctionName=name, MaxItems=1)
    second = lambda_.list_function_url_configs(FunctionName=name, Marker=first["NextMarker"])
    assert first["FunctionUrlConfigs"] + second["FunctionUrlConfigs"] == listed
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(made["FunctionUrl"])
    lambda_.add_permission(
        FunctionName=name,
        Qualifier="live",
        StatementId="all",
        Action="lambda:InvokeFunctionUrl",
        Principal="*",
        FunctionUrlAuthType="NONE",
    )
    with urllib.request.urlopen(made["FunctionUrl"]) as answer:
        assert json.loads(answer.read())[:2] == ["one", "1"]
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(own["FunctionUrl"])
    checked = functions.server.unchecked_client("lambda")
    assert refusal(checked.create_function_url_config, **url, Qualifier="1") == (
        400,
        "ValidationException",
        "1 validation error detected: Value '1' at 'qualifier' failed to satisfy constraint: "
        r"Member must satisfy regular expression pattern: ((?!^\d+$)^[0-9a-zA-Z-_]+$)",
    )
    assert (
        refusal(lambda_.create_function_url_config, **url, Qualifier="nothing")[2]
        == "Function does not exist"
    )
    lambda_.delete_function_url_config(FunctionName=name)
    assert lambda_.get_function_url_config(FunctionName=name, Qualifier="live")["InvokeMode"] == "BUFFERED"


def test_reserved_concurrency_leaves_the_account_its_least(functions: Functions):
    lambda_, name = functions.lambda_, functions.make("Reserves", TELLS)
    before = lambda_.get_account_settings()
    assert before["AccountLimit"] == {
        "TotalCodeSize": 80530636800,
        "CodeSizeUnzipped": 262144000,
        "CodeSizeZipped": 52428800,
        "ConcurrentExecutions": 1000,
        "UnreservedConcurrentExecutions": 1000,
    }
    assert before["AccountUsage"]["FunctionCount"] > 0
    lambda_.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=900)
    left = lambda_.get_account_settings()["AccountLimit"]["UnreservedConcurrentExecutions"]
    assert left == 100
    least = (
        400,
        "InvalidParameterValueException",
        "Specified ReservedConcurrentExecutions for function decreases account's "
        "UnreservedConcurrentExecution below its minimum value of [100].",
    )
    assert (
        refusal(lambda_.put_function_concurrency, FunctionName=name, ReservedConcurrentExecutions=901)
        == least
    )
    nobody = refusal(lambda_.put_function_concurrency, FunctionName="nobody", ReservedConcurrentExecutions=1)
    assert nobody == (404, "ResourceNotFoundException", f"Function not found: {ARN}nobody:$LATEST")
    lambda_.delete_function_concurrency(FunctionName=name)
    assert lambda_.get_account_settings()["AccountLimit"]["UnreservedConcurrentExecutions"] == 1000
