"""SAM templates made CloudFormation templates, by AWS's own translator, which is asked without a network."""

import copy
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import boto3
from samtranslator.model.exceptions import InvalidDocumentException  # pyright: ignore[reportMissingTypeStubs]
from samtranslator.parser.parser import Parser  # pyright: ignore[reportMissingTypeStubs]
from samtranslator.translator.translator import Translator  # pyright: ignore[reportMissingTypeStubs]

from millrace.deploy.document import array, record
from millrace.deploy.packages import fingerprint
from millrace.deploy.problem import Problem, Refused

TRANSFORM = "AWS::Serverless-2016-10-31"
TYPES = ("AWS::Serverless::Function", "AWS::Serverless::LayerVersion", "AWS::Serverless::SimpleTable")
EVENTS = ("DynamoDB", "SNS")
# The translator takes code from buckets only: local paths go through it as keys of one that cannot be.
_LOCAL = "millrace.local.path"
# Where a layer's files are for those runtimes; `sam build` puts them there if it is told how it builds.
_BELOW = ("python", "nodejs")


def transform(
    document: Mapping[str, Any], parameters: Mapping[str, Any], region: str, folder: Path
) -> dict[str, Any]:
    """The CloudFormation template of a SAM template in a folder. Raises Refused."""
    template = copy.deepcopy(dict(document))
    problems = list(_not_supported(template))
    if problems:
        raise Refused(problems)
    _hide_paths(template, folder)
    values = {
        name: ",".join(value) if array(value) is not None else value for name, value in parameters.items()
    }
    # The session is asked for its region and nothing else.
    session: Any = boto3.session.Session(region_name=region)
    translator: Any = Translator(None, Parser(), boto_session=session)
    try:
        made: dict[str, Any] = translator.translate(template, values, get_managed_policy_map=dict)
    except InvalidDocumentException as error:
        causes: Any = error.causes
        raise Refused([Problem(str(cause.message)) for cause in causes]) from None
    finally:
        translator.metrics.publish()  # to nobody; else it complains at its end
    _show_paths(made)
    return made


def _not_supported(template: Mapping[str, Any]) -> Iterator[Problem]:
    for name, form in _resources(template):
        kind = str(form.get("Type"))
        if kind.startswith("AWS::Serverless::") and kind not in TYPES:
            yield Problem(f"this type is not supported; supported: {', '.join(TYPES)}", name, kind)
        events = record((record(form.get("Properties")) or {}).get("Events")) or {}
        for event, described in events.items():
            source = (record(described) or {}).get("Type")
            if source not in EVENTS:
                sentence = f"{source} is not supported; supported: {', '.join(EVENTS)}"
                yield Problem(sentence, name, kind, f"Events.{event}.Type")


def _resources(template: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, each in (record(template.get("Resources")) or {}).items():
        form = record(each)
        if form is not None:
            yield name, form


def _hide_paths(template: Mapping[str, Any], folder: Path) -> None:
    """A published version (AutoPublishAlias), and a layer's, is another one if what is told of its code is."""
    globals_ = record(template.get("Globals")) or {}
    _hide(record(globals_.get("Function")) or {}, "CodeUri", folder)
    for _, form in _resources(template):
        properties = record(form.get("Properties")) or {}
        if form.get("Type") == "AWS::Serverless::Function":
            _hide(properties, "CodeUri", folder)
        elif form.get("Type") == "AWS::Serverless::LayerVersion":
            _hide(properties, "ContentUri", folder, _below(record(form.get("Metadata")) or {}))


def _below(metadata: Mapping[str, Any]) -> str:
    method = str(metadata.get("BuildMethod", ""))
    return next((runtime for runtime in _BELOW if method.startswith(runtime)), "")


def _hide(place: dict[str, Any], name: str, folder: Path, below: str = "") -> None:
    path = place.get(name)
    if isinstance(path, str) and not path.startswith("s3://"):
        version = fingerprint(folder / path) or "0"
        place[name] = {"Bucket": _LOCAL + below, "Key": path, "Version": version}


def _show_paths(template: Mapping[str, Any]) -> None:
    for _, form in _resources(template):
        properties = record(form.get("Properties")) or {}
        for name in ("Code", "Content"):
            code = record(properties.get(name)) or {}
            bucket = str(code.get("S3Bucket"))
            if bucket.startswith(_LOCAL):
                below = bucket.removeprefix(_LOCAL)
                properties[name] = {"Path": code["S3Key"], "Below": below} if below else code["S3Key"]
