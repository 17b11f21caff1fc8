"""AWS::Lambda::LayerVersion."""

from collections.abc import Iterator, Mapping
from typing import Any

from millrace.deploy import ownership
from millrace.deploy.aws import Aws, pages, unless_missing
from millrace.deploy.document import record
from millrace.deploy.intrinsics import Unknown, has_unknown
from millrace.deploy.ownership import physical_name
from millrace.deploy.problem import TemplateError
from millrace.deploy.resources import layer_mark
from millrace.deploy.resources.kind import Live, Owned, Situation, Wanted
from millrace.deploy.resources.layer_mark import LAYER, PERMISSION, Mark
from millrace.deploy.resources.part import Unnamed
from millrace.deploy.shapes import REQUIRED, Finding, Listed, Member, Record, Text

_GONE = "ResourceNotFoundException"
_NAME_MAX = 140
_PERMISSION = "AWS::Lambda::LayerVersionPermission"


class _Content:
    """The path of a folder or a zip file; with `Below`, of what is to be in that folder of the layer."""

    def problems(self, value: Any, path: str) -> Iterator[Finding]:
        if not isinstance(value, str | Unknown) and set(record(value) or {}) != {"Path", "Below"}:
            yield path, "is not supported; supported: a path beside the template"

    def normal(self, value: Any) -> Any:
        return value


class LayerVersion(Unnamed):
    """A version of a layer, which AWS gives a number. It cannot change, only be made anew; functions keep the old one."""

    type = "AWS::Lambda::LayerVersion"
    shape = Record(
        {
            "Content": Member(_Content(), REQUIRED),
            "LayerName": Member(Text()),
            "CompatibleArchitectures": Member(Listed(Text(("x86_64", "arm64"))), []),
            "CompatibleRuntimes": Member(Listed(Text()), []),
            "Description": Member(Text(), ""),
            "LicenseInfo": Member(Text(), ""),
        }
    )
    fixed = frozenset(shape.members)
    attributes = frozenset({"LayerVersionArn"})

    def problems(self, properties: Mapping[str, Any], situation: Situation) -> Iterator[Finding]:
        yield from super().problems(properties, situation)
        content = properties.get("Content")
        path = (record(content) or {}).get("Path", content)
        if isinstance(path, str):
            try:
                situation.packages.check(path)
            except TemplateError as error:
                yield "Content", str(error)

    def normal(self, properties: Mapping[str, Any], name: str, situation: Situation) -> dict[str, Any]:
        found = super().normal(properties, name, situation)
        content = found["Content"]
        if has_unknown(content):
            return {**found, "Content": {"CodeSha256": Unknown("Content")}}
        form = record(content) or {"Path": content, "Below": ""}
        package = situation.packages.layer(form["Path"], form["Below"], found["CompatibleRuntimes"])
        situation.codes[package.sha256] = package.data
        if "LayerName" in found and isinstance(found["LayerName"], str):
            found["LayerName"] = found["LayerName"].rpartition(":")[2]
        return {**found, "Content": {"CodeSha256": package.sha256}}

    def owned(self, aws: Aws) -> Iterator[Owned]:
        """The versions, and the permissions on them that are resources of their own."""
        kinds = {LAYER: self.type, PERMISSION: _PERMISSION}
        for layer in pages(aws.lambda_, "list_layers", "Layers"):
            name = layer["LayerName"]
            for version in pages(aws.lambda_, "list_layer_versions", "LayerVersions", LayerName=name):
                own = f"{name}:{version['Version']}"
                for mark in layer_mark.marks(layer_mark.statements(aws, own)):
                    where = own if mark.kind == LAYER else f"{own}/{mark.sid}"
                    yield Owned(mark.stack, mark.logical_id, kinds[mark.kind], where, mark.deletion_policy)

    def candidate(self, aws: Aws, wanted: Wanted) -> str:
        """Versions of the same layer are each for themselves: none stands in another's way."""
        del aws, wanted
        return ""

    def read(self, aws: Aws, name: str) -> Live | None:
        found = unless_missing(lambda: aws.lambda_.get_layer_version(**layer_mark.place_of(name)), _GONE)
        if found is None:
            return None
        properties = {
            "Content": {"CodeSha256": found["Content"]["CodeSha256"]},
            "LayerName": name.partition(":")[0],
            "CompatibleArchitectures": sorted(found.get("CompatibleArchitectures") or []),
            "CompatibleRuntimes": sorted(found.get("CompatibleRuntimes") or []),
            "Description": found.get("Description", ""),
            "LicenseInfo": found.get("LicenseInfo") or "",
        }
        arn = found["LayerVersionArn"]
        mark = _mark(aws, name)
        own = {} if mark is None else ownership.own_tags(mark.stack, mark.logical_id, mark.deletion_policy)
        return Live(name, properties, {"Ref": arn, "LayerVersionArn": arn}, own)

    def create(self, aws: Aws, wanted: Wanted, situation: Situation) -> str:
        """Published before it is claimed; if that is interrupted, a version stays that nobody uses."""
        mark = Mark(LAYER, wanted.stack, wanted.logical_id, wanted.deletion_policy)
        given = {name: value for name, value in wanted.properties.items() if value}
        given["Content"] = {"ZipFile": situation.codes[given["Content"]["CodeSha256"]]}
        given.setdefault("LayerName", physical_name(wanted.stack, wanted.logical_id, _NAME_MAX))
        del situation
        assert mark.sid  # noqa: S101 -- what cannot be claimed is not made
        made = aws.lambda_.publish_layer_version(**given)
        name = f"{given['LayerName']}:{made['Version']}"
        layer_mark.set_mark(aws, name, mark)
        return name

    def update(self, aws: Aws, wanted: Wanted, live: Live, situation: Situation) -> None:
        del situation
        old = _mark(aws, live.name)
        mark = Mark(LAYER, wanted.stack, wanted.logical_id, wanted.deletion_policy)
        if old != mark:
            layer_mark.set_mark(aws, live.name, mark)
            if old is not None:
                layer_mark.drop(aws, live.name, old.sid)

    def delete(self, aws: Aws, name: str, owner: tuple[str, str]) -> None:
        del owner
        aws.lambda_.delete_layer_version(**layer_mark.place_of(name))

    def release(self, aws: Aws, name: str, owner: tuple[str, str]) -> None:
        del owner
        mark = _mark(aws, name)
        if mark is not None:
            layer_mark.drop(aws, name, mark.sid)


def _mark(aws: Aws, name: str) -> Mark | None:
    found = layer_mark.marks(layer_mark.statements(aws, name))
    return next((mark for mark in found if mark.kind == LAYER), None)
