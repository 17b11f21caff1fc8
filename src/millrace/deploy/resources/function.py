"""AWS::Lambda::Function, with code from the template or from a folder beside it."""

from collections.abc import Iterator, Mapping
from typing import Any

from millrace.deploy import ownership
from millrace.deploy.aws import Aws, pages, unless_missing
from millrace.deploy.document import record, text
from millrace.deploy.intrinsics import Unknown, has_unknown
from millrace.deploy.packages import Package
from millrace.deploy.problem import TemplateError
from millrace.deploy.resources.kind import Kind, Live, Owned, Situation, Wanted
from millrace.deploy.resources.log_group import owned_by_tags
from millrace.deploy.resources.mapping import tag_lambda
from millrace.deploy.shapes import REQUIRED, Finding, Listed, Member, Names, Record, Tags, Text, Whole

_GONE = "ResourceNotFoundException"
# Not of UpdateFunctionConfiguration.
_APART = frozenset({"Architectures", "Code", "PackageType", "ReservedConcurrentExecutions", "Tags"})


class _Code:
    """`ZipFile` with source, or the path of a folder or file, as SAM and `aws cloudformation package` have it."""

    def problems(self, value: Any, path: str) -> Iterator[Finding]:
        if isinstance(value, str | Unknown):
            return
        form = record(value) or {}
        if set(form) == {"ZipFile"}:
            yield from _source_problems(form["ZipFile"], f"{path}.ZipFile")
        else:
            yield (
                path,
                "is not supported; supported: ZipFile with source, or a path beside the template",
            )

    def normal(self, value: Any) -> Any:
        form = record(value)
        return value if form is None else {"ZipFile": Text().normal(form["ZipFile"])}


def _source_problems(value: Any, path: str) -> Iterator[Finding]:
    yield from Text().problems(value, path)
    try:
        (text(value) or "").encode()
    except UnicodeEncodeError:
        yield path, "holds half a character, which no file can"


class Function(Kind):
    """A function. Its code is compared by CodeSha256."""

    type = "AWS::Lambda::Function"
    shape = Record(
        {
            "FunctionName": Member(Text()),
            "Code": Member(_Code(), REQUIRED),
            "Handler": Member(Text(), REQUIRED),
            "Role": Member(Text(), REQUIRED),
            "Runtime": Member(Text(), REQUIRED),
            "Architectures": Member(Listed(Text(("x86_64", "arm64"))), ["x86_64"]),
            "DeadLetterConfig": Member(Record({"TargetArn": Member(Text(), "")}), {"TargetArn": ""}),
            "Description": Member(Text(), ""),
            "Environment": Member(Record({"Variables": Member(Names(), {})}), {"Variables": {}}),
            "EphemeralStorage": Member(Record({"Size": Member(Whole(), REQUIRED)}), {"Size": 512}),
            "Layers": Member(Listed(Text(), ordered=True), []),
            "LoggingConfig": Member(
                Record(
                    {
                        "ApplicationLogLevel": Member(Text()),
                        "LogFormat": Member(Text(("Text", "JSON")), "Text"),
                        "LogGroup": Member(Text()),
                        "SystemLogLevel": Member(Text()),
                    }
                )
            ),
            "MemorySize": Member(Whole(), 128),
            "PackageType": Member(Text(("Zip",))),
            "ReservedConcurrentExecutions": Member(Whole(), None),
            "Tags": Member(Tags(), {}),
            "Timeout": Member(Whole(), 3),
            "TracingConfig": Member(Record({"Mode": Member(Text(), "PassThrough")}), {"Mode": "PassThrough"}),
        }
    )
    name_property = "FunctionName"
    attributes = frozenset({"Arn"})

    def problems(self, properties: Mapping[str, Any], situation: Situation) -> Iterator[Finding]:
        yield from super().problems(properties, situation)
        code = properties.get("Code")
        if isinstance(code, str):
            try:
                situation.packages.check(code, str(properties.get("Runtime")))
            except TemplateError as error:
                yield "Code", str(error)

    def normal(self, properties: Mapping[str, Any], name: str, situation: Situation) -> dict[str, Any]:
        found = super().normal(properties, name, situation)
        found.pop("PackageType", None)
        if has_unknown(found["Code"]) or isinstance(found["Runtime"], Unknown):
            found["Code"] = {"CodeSha256": Unknown("Code")}
        else:
            package = _package(found, situation)
            situation.codes[package.sha256] = package.data
            found["Code"] = {"CodeSha256": package.sha256}
        found["LoggingConfig"] = _logging(found.get("LoggingConfig") or {}, name)
        return found

    def owned(self, aws: Aws) -> Iterator[Owned]:
        for function in pages(aws.lambda_, "list_functions", "Functions"):
            tags = aws.lambda_.list_tags(Resource=function["FunctionArn"])["Tags"]
            name = function["FunctionName"]
            yield from owned_by_tags(self.type, name, tags)
            for part in ownership.parts(tags):
                policy = part.deletion_policy
                yield Owned(part.stack, part.logical_id, part.type, f"{name}/{part.name}", policy)

    def read(self, aws: Aws, name: str) -> Live | None:
        if unless_missing(lambda: aws.lambda_.get_function_configuration(FunctionName=name), _GONE) is None:
            return None
        # The listing, since only there the description is what was given, without notes of the server's.
        listed = pages(aws.lambda_, "list_functions", "Functions")
        found: Any = next((function for function in listed if function["FunctionName"] == name), None)
        if found is None:
            return None
        tags: dict[str, str] = aws.lambda_.list_tags(Resource=found["FunctionArn"])["Tags"]
        concurrency = aws.lambda_.get_function_concurrency(FunctionName=name)
        properties: dict[str, Any] = {
            "Code": {"CodeSha256": found["CodeSha256"]},
            "Handler": found.get("Handler"),
            "Role": found["Role"],
            "Runtime": found.get("Runtime"),
            "Architectures": sorted(found.get("Architectures", ["x86_64"])),
            "DeadLetterConfig": {"TargetArn": found.get("DeadLetterConfig", {}).get("TargetArn") or ""},
            "Description": found.get("Description", ""),
            "Environment": {"Variables": found.get("Environment", {}).get("Variables", {})},
            "EphemeralStorage": {"Size": found["EphemeralStorage"]["Size"]},
            "Layers": [layer["Arn"] for layer in found.get("Layers", ())],
            "LoggingConfig": _logging(found.get("LoggingConfig") or {}, name),
            "MemorySize": found["MemorySize"],
            "ReservedConcurrentExecutions": concurrency.get("ReservedConcurrentExecutions"),
            "Tags": ownership.other(tags),
            "Timeout": found["Timeout"],
            "TracingConfig": found["TracingConfig"],
        }
        return Live(name, properties, _attributes(aws, name), ownership.own(tags))

    def foreseen(self, aws: Aws, wanted: Wanted) -> dict[str, Any]:
        return _attributes(aws, wanted.name)

    def create(self, aws: Aws, wanted: Wanted, situation: Situation) -> str:
        given = {name: value for name, value in wanted.properties.items() if name not in _APART}
        if not given["DeadLetterConfig"]["TargetArn"]:
            del given["DeadLetterConfig"]
        aws.lambda_.create_function(
            FunctionName=wanted.name,
            Code={"ZipFile": situation.codes[wanted.properties["Code"]["CodeSha256"]]},
            Architectures=wanted.properties["Architectures"],
            Tags=wanted.tags,
            **given,
        )
        aws.lambda_.get_waiter("function_active_v2").wait(FunctionName=wanted.name)
        _reserve(aws, wanted)
        return wanted.name

    def update(self, aws: Aws, wanted: Wanted, live: Live, situation: Situation) -> None:
        changed = {
            name: value for name, value in wanted.properties.items() if value != live.properties.get(name)
        }
        # First the settings, then the code: new code may need new settings, and old code rarely minds them.
        configured = {name: value for name, value in changed.items() if name not in _APART}
        if configured:
            aws.lambda_.update_function_configuration(FunctionName=live.name, **configured)
            aws.lambda_.get_waiter("function_updated_v2").wait(FunctionName=live.name)
        if "Code" in changed or "Architectures" in changed:
            aws.lambda_.update_function_code(
                FunctionName=live.name,
                ZipFile=situation.codes[wanted.properties["Code"]["CodeSha256"]],
                Architectures=wanted.properties["Architectures"],
            )
            aws.lambda_.get_waiter("function_updated_v2").wait(FunctionName=live.name)
        if "ReservedConcurrentExecutions" in changed:
            _reserve(aws, wanted)
        tag_lambda(aws, str(live.attributes["Arn"]), wanted, live)

    def delete(self, aws: Aws, name: str, owner: tuple[str, str]) -> None:
        del owner
        unless_missing(lambda: aws.lambda_.delete_function(FunctionName=name), _GONE)

    def release(self, aws: Aws, name: str, owner: tuple[str, str]) -> None:
        del owner
        live = self.read(aws, name)
        if live is not None and live.own_tags:
            aws.lambda_.untag_resource(Resource=live.attributes["Arn"], TagKeys=list(live.own_tags))


def _package(properties: Mapping[str, Any], situation: Situation) -> Package:
    code = properties["Code"]
    if isinstance(code, str):
        return situation.packages.at(code, properties["Runtime"])
    return situation.packages.inline(code["ZipFile"], properties["Runtime"])


def _logging(found: Mapping[str, Any], name: str) -> dict[str, Any]:
    """With what Lambda fills in by itself."""
    filled = {"LogFormat": "Text", "LogGroup": f"/aws/lambda/{name}"}
    if found.get("LogFormat") == "JSON":
        filled |= {"ApplicationLogLevel": "INFO", "SystemLogLevel": "INFO"}
    return {**filled, **{member: value for member, value in found.items() if value is not None}}


def _reserve(aws: Aws, wanted: Wanted) -> None:
    reserved = wanted.properties["ReservedConcurrentExecutions"]
    if reserved is None:
        aws.lambda_.delete_function_concurrency(FunctionName=wanted.name)
    else:
        aws.lambda_.put_function_concurrency(FunctionName=wanted.name, ReservedConcurrentExecutions=reserved)


def _attributes(aws: Aws, name: str) -> dict[str, Any]:
    return {"Ref": name, "Arn": aws.scope.arn("lambda", f"function:{name}")}
