"""Versions with boto3: published once, shown as AWS shows them, run as they were, deleted one by one."""

import io
import json
import re
import time
import urllib.request
import zipfile
from typing import Any

from tests.api.functions_process import Functions
from tests.api.millrace_process import zipped
from tests.api.refusals import refusal

ARN = "arn:aws:lambda:eu-central-1:000000000000:function:"
# Tells what it is, as whoever wrote the function sees it.
TELLS = """
import os

SAYS = os.environ.get("SAYS", "nothing")

def handle(event, context):
    return [SAYS, context.function_version, context.invoked_function_arn, context.log_stream_name,
            os.environ["AWS_LAMBDA_FUNCTION_VERSION"], os.environ["AWS_LAMBDA_INITIALIZATION_TYPE"]]
"""


def says(functions: Functions, name: str, text: str, **settings: Any) -> None:
    """Change what the function says."""
    functions.lambda_.update_function_configuration(
        FunctionName=name, Environment={"Variables": {"SAYS": text}}, **settings
    )
    functions.lambda_.get_waiter("function_updated_v2").wait(FunctionName=name)


def until(get: Any, status: str, **arguments: Any) -> Any:
    deadline = time.monotonic() + 30  # noqa: TID251 -- real processes are being waited for
    while (answer := get(**arguments))["Status"] != status:
        assert time.monotonic() < deadline, answer  # noqa: TID251
    return answer


def test_a_version_stays_as_it_was_published(functions: Functions):
    lambda_, name = functions.lambda_, functions.make("Stays", TELLS, Description="first")
    lambda_.get_waiter("function_active_v2").wait(FunctionName=name)
    says(functions, name, "one")
    before = lambda_.get_function_configuration(FunctionName=name)

    first = lambda_.publish_version(FunctionName=name, Description="the first")

    assert first.pop("ResponseMetadata")["HTTPStatusCode"] == 201
    assert first["FunctionArn"] == f"{ARN}Stays:1"
    assert (first["Version"], first["State"], first["LastUpdateStatus"]) == ("1", "Active", "Successful")
    assert (first["Description"], first["Environment"]) == ("the first", {"Variables": {"SAYS": "one"}})
    assert first["CodeSha256"] == before["CodeSha256"]
    assert first["RevisionId"] != before["RevisionId"]
    after = lambda_.get_function_configuration(FunctionName=name)
    assert after["RevisionId"] not in {before["RevisionId"], first["RevisionId"]}, "publishing changes it"

    says(functions, name, "two", Description="second")
    lambda_.update_function_code(FunctionName=name, ZipFile=zipped(TELLS + "# changed"))
    lambda_.get_waiter("published_version_active").wait(FunctionName=name, Qualifier="1")
    kept = lambda_.get_function_configuration(FunctionName=f"{name}:1")
    assert {name: value for name, value in kept.items() if name != "ResponseMetadata"} == first
    second = lambda_.publish_version(FunctionName=name)
    assert (second["Version"], second["Description"]) == ("2", "second")

    location = lambda_.get_function(FunctionName=name, Qualifier="1")["Code"]["Location"]
    with urllib.request.urlopen(location) as answer:
        archive = zipfile.ZipFile(io.BytesIO(answer.read()))
    assert archive.read("handler.py").decode() == TELLS, "its code is kept, though $LATEST has other code"


def test_publishing_twice_gives_the_same_version(functions: Functions):
    lambda_, name = functions.lambda_, functions.make("Twice", TELLS, Publish=True)
    first = lambda_.get_function_configuration(FunctionName=name, Qualifier="1")

    again = lambda_.publish_version(FunctionName=name, Description="not taken")

    assert (again["Version"], again["RevisionId"], again["Description"]) == ("1", first["RevisionId"], "")
    listed = lambda_.list_versions_by_function(FunctionName=name)["Versions"]
    assert [version["Version"] for version in listed] == ["$LATEST", "1"]
    lambda_.delete_function(FunctionName=name, Qualifier="1")
    assert lambda_.publish_version(FunctionName=name)["Version"] == "2", "a number is given once"


def test_created_and_updated_functions_can_be_published_at_once(functions: Functions):
    lambda_ = functions.lambda_
    created = lambda_.create_function(
        FunctionName="AtOnce",
        Runtime=lambda_.get_function_configuration(FunctionName=functions.make("Any", TELLS))["Runtime"],
        Role=functions.role,
        Handler="handler.handle",
        Code={"ZipFile": zipped(TELLS)},
        Publish=True,
    )
    assert (created["FunctionArn"], created["Version"], created["State"]) == (f"{ARN}AtOnce", "1", "Pending")
    latest = lambda_.get_function(FunctionName="AtOnce")["Configuration"]
    version = lambda_.get_function(FunctionName="AtOnce", Qualifier="1")["Configuration"]
    assert (latest["FunctionArn"], latest["Version"]) == (f"{ARN}AtOnce", "$LATEST")
    assert (version["FunctionArn"], version["State"]) == (f"{ARN}AtOnce:1", "Active")
    assert len({created["RevisionId"], latest["RevisionId"], version["RevisionId"]}) == 3

    updated = lambda_.update_function_code(FunctionName="AtOnce", ZipFile=zipped(TELLS + "#"), Publish=True)

    assert (updated["FunctionArn"], updated["Version"]) == (f"{ARN}AtOnce:2", "2")
    assert updated["State"] == "Pending"
    assert "LastUpdateStatus" not in updated
    qualified = lambda_.get_function(FunctionName=f"{ARN}AtOnce:$LATEST")["Configuration"]
    assert qualified["FunctionArn"] == f"{ARN}AtOnce:$LATEST"
    same = lambda_.update_function_code(FunctionName="AtOnce", ZipFile=zipped(TELLS + "#"), Publish=True)
    assert (same["Version"], same["State"]) == ("2", "Active")
    dry = lambda_.update_function_code(FunctionName="AtOnce", ZipFile=zipped("x"), Publish=True, DryRun=True)
    assert dry["Version"] == "$LATEST"
    assert lambda_.list_versions_by_function(FunctionName="AtOnce")["Versions"][-1]["Version"] == "2"


def test_each_version_runs_in_environments_of_its_own(functions: Functions):
    lambda_, name = functions.lambda_, functions.make("Runs", TELLS)
    says(functions, name, "one")
    lambda_.publish_version(FunctionName=name)
    says(functions, name, "two")

    def told(function: str, **arguments: Any) -> tuple[Any, str, str]:
        answer = lambda_.invoke(FunctionName=function, LogType="Tail", **arguments)
        return json.loads(answer["Payload"].read()), answer["ExecutedVersion"], answer["LogResult"]

    one, executed, _ = told(name, Qualifier="1")
    assert executed == "1"
    assert one[:3] == ["one", "1", f"{ARN}Runs:1"]
    assert re.fullmatch(r"\d{4}/\d\d/\d\d/\[1\][0-9a-f]{32}", one[3])
    assert one[4:] == ["1", "on-demand"]
    two, executed, _ = told(name)
    assert executed == "$LATEST"
    assert two[:3] == ["two", "$LATEST", f"{ARN}Runs"]
    assert told(f"{name}:1")[0] == one, "the same environment"
    assert told(f"{ARN}Runs:$LATEST")[0] == [*two[:2], f"{ARN}Runs:$LATEST", *two[3:]]
    assert "Version: 1" in functions.invoke(name, Qualifier="1").log

    says(functions, name, "three")
    assert told(name)[0][0] == "three"
    assert told(name, Qualifier="1")[0] == one, "a change of $LATEST does not end it"
    missing = refusal(lambda_.invoke, FunctionName=name, Qualifier="7")
    assert missing == (404, "ResourceNotFoundException", f"Function not found: {ARN}Runs:7")


def test_versions_are_listed_in_pages_and_with_all_functions(functions: Functions):
    lambda_, name = functions.lambda_, functions.make("Listed", TELLS)
    for number in range(11):
        lambda_.update_function_configuration(FunctionName=name, Timeout=number + 1)
        lambda_.publish_version(FunctionName=name)

    pages = lambda_.get_paginator("list_versions_by_function").paginate(
        FunctionName=name, PaginationConfig={"PageSize": 5}
    )
    found = [[version["Version"] for version in page["Versions"]] for page in pages]

    assert found == [["$LATEST", "1", "2", "3", "4"], ["5", "6", "7", "8", "9"], ["10", "11"]]
    everything = lambda_.get_paginator("list_functions").paginate(
        FunctionVersion="ALL", PaginationConfig={"PageSize": 4}
    )
    arns = [each["FunctionArn"] for page in everything for each in page["Functions"]]
    mine = [arn.rpartition(":")[2] for arn in arns if ":Listed:" in arn]
    assert mine == ["$LATEST", *(str(number) for number in range(1, 12))]
    assert arns == list(dict.fromkeys(arns)), "none twice"
    plain = lambda_.list_functions(MaxItems=50)["Functions"]
    assert {each["Version"] for each in plain} == {"$LATEST"}
    assert all("State" not in each for each in plain)
    assert f"{ARN}Listed" in {each["FunctionArn"] for each in plain}
    bad = refusal(lambda_.list_versions_by_function, FunctionName=name, Marker="eA==")
    assert bad[:2] == (400, "InvalidParameterValueException")


def test_what_cannot_be_done_with_versions_is_refused_in_awss_words(functions: Functions):
    lambda_, name = functions.lambda_, functions.make("Refuses", TELLS, Publish=True)
    sha = lambda_.get_function_configuration(FunctionName=name)["CodeSha256"]
    lambda_.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    wrong_revision = (
        412,
        "PreconditionFailedException",
        "The Revision Id provided does not match the latest Revision Id. "
        "Call the GetFunction/GetAlias API to retrieve the latest Revision Id",
    )
    invalid = (400, "InvalidParameterValueException")
    latest_only = (
        "Current operation does not support versions other than $LATEST. "
        "Please set the version to $LATEST or do not set a version in your request."
    )

    assert refusal(lambda_.publish_version, FunctionName=name, RevisionId="wrong") == wrong_revision
    assert refusal(lambda_.publish_version, FunctionName=name, CodeSha256="else") == (
        *invalid,
        f"CodeSHA256 (else) is different from current CodeSHA256 in $LATEST ({sha}). "
        "Please try again with the CodeSHA256 in $LATEST.",
    )
    assert refusal(lambda_.publish_version, FunctionName="nobody")[2] == f"Function not found: {ARN}nobody"
    for change in (lambda_.update_function_configuration, lambda_.publish_version):
        assert refusal(change, FunctionName=f"{name}:1") == (*invalid, latest_only)
    assert refusal(lambda_.delete_function, FunctionName=name, Qualifier="1") == (
        409,
        "ResourceConflictException",
        "Unable to delete version because the following aliases reference it: [live]",
    )
    assert refusal(lambda_.delete_function, FunctionName=name, Qualifier="live") == (
        *invalid,
        "Deletion of aliases is not currently supported.",
    )
    nobody = refusal(lambda_.delete_function, FunctionName="nobody", Qualifier="1")
    assert nobody == (404, "ResourceNotFoundException", f"Function not found: {ARN}nobody")
    gone = lambda_.delete_function(FunctionName=name, Qualifier="77")
    assert gone["ResponseMetadata"]["HTTPStatusCode"] == 204
    for arn in (f"{ARN}{name}:1", f"{ARN}{name}:$LATEST"):
        assert refusal(lambda_.tag_resource, Resource=arn, Tags={"a": "b"}) == (
            *invalid,
            "Tags on function aliases and versions are not supported. Please specify a function ARN.",
        )


def test_provisioned_environments_are_ready_before_anybody_calls(functions: Functions):
    lambda_, name = functions.lambda_, functions.make("Ready", TELLS, Publish=True)
    lambda_.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    put, get = lambda_.put_provisioned_concurrency_config, lambda_.get_provisioned_concurrency_config

    made = put(FunctionName=name, Qualifier="live", ProvisionedConcurrentExecutions=2)

    assert made.pop("ResponseMetadata")["HTTPStatusCode"] == 202
    assert re.fullmatch(r"[\d-]{10}T[\d:]{8}\+0000", made.pop("LastModified"))
    assert made == {
        "RequestedProvisionedConcurrentExecutions": 2,
        "AvailableProvisionedConcurrentExecutions": 0,
        "AllocatedProvisionedConcurrentExecutions": 0,
        "Status": "IN_PROGRESS",
    }
    until(get, "READY", FunctionName=name, Qualifier="live")
    answer = functions.invoke(name, Qualifier="live")
    assert answer.payload[5] == "provisioned-concurrency"
    listed = lambda_.list_provisioned_concurrency_configs(FunctionName=name)["ProvisionedConcurrencyConfigs"]
    assert [(each["FunctionArn"], each["Status"]) for each in listed] == [(f"{ARN}Ready:live", "READY")]
    assert refusal(put, FunctionName=name, Qualifier="1", ProvisionedConcurrentExecutions=1) == (
        409,
        "ResourceConflictException",
        "Version is pointed by a Provisioned Concurrency alias",
    )
    assert refusal(lambda_.put_function_concurrency, FunctionName=name, ReservedConcurrentExecutions=1)[
        2
    ] == (
        " ReservedConcurrentExecutions  1 should not be lower than function's total provisioned concurrency [2]."
    )
    lambda_.delete_alias(FunctionName=name, Name="live")
    assert (
        lambda_.list_provisioned_concurrency_configs(FunctionName=name)["ProvisionedConcurrencyConfigs"] == []
    )

    broken = functions.make("Broken", "1 / 0", Publish=True)
    put(FunctionName=broken, Qualifier="1", ProvisionedConcurrentExecutions=1)
    failed = until(get, "FAILED", FunctionName=broken, Qualifier="1")
    assert failed["StatusReason"] == "FUNCTION_ERROR_INIT_FAILURE"
