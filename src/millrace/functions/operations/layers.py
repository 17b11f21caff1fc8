"""Layers: published, shown, listed, deleted, and shared with other accounts."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from typing import Any

from millrace.buckets import objects
from millrace.core import ids, limits
from millrace.core.arn import Scope
from millrace.core.clock import iso_milliseconds
from millrace.core.context import Access, Context, Operation, Output, Params
from millrace.core.errors import AwsError
from millrace.functions import layers, runtimes
from millrace.functions.functions import Functions
from millrace.functions.layers import Layer, LayerVersion, Policy
from millrace.functions.names import invalid, not_found
from millrace.functions.operations.settings import small_enough, wrong_revision
from millrace.storage.interface import Reader, Writer

# The Service Authorization Reference has no resource for these.
_OF_ALL = frozenset({"ListLayers", "ListLayerVersions"})
OPERATIONS = frozenset(
    {
        "AddLayerVersionPermission",
        "DeleteLayerVersion",
        "GetLayerVersion",
        "GetLayerVersionByArn",
        "GetLayerVersionPolicy",
        "ListLayerVersions",
        "ListLayers",
        "PublishLayerVersion",
        "RemoveLayerVersionPermission",
    }
)


class Layers:
    def __init__(self, functions: Functions) -> None:
        self._functions = functions

    def operations(self) -> Mapping[str, Operation]:
        return {
            "AddLayerVersionPermission": self.add_permission,
            "DeleteLayerVersion": self.delete,
            "GetLayerVersion": self.get,
            "GetLayerVersionByArn": self.get_by_arn,
            "GetLayerVersionPolicy": self.get_policy,
            "ListLayerVersions": self.list_versions,
            "ListLayers": self.list_layers,
            "PublishLayerVersion": self.publish,
            "RemoveLayerVersionPermission": self.remove_permission,
        }

    async def publish(self, context: Context, params: Params) -> Output:
        """https://docs.aws.amazon.com/lambda/latest/api/API_PublishLayerVersion.html"""
        scope = context.scope
        name = layers.named(scope, params["LayerName"]).name
        _check_runtimes(params.get("CompatibleRuntimes") or ())
        data = await self._content(scope, params["Content"])
        now = self._functions.clock.now()

        def write(writer: Writer) -> LayerVersion:
            made = LayerVersion(
                name=name,
                version=layers.next_version(writer, scope, name),
                code_sha256=code.sha256,
                code_size=code.size,
                created=now,
                description=params.get("Description") or "",
                runtimes=params.get("CompatibleRuntimes"),
                architectures=params.get("CompatibleArchitectures"),
                licence=params.get("LicenseInfo"),
            )
            layers.put(writer, scope, made)
            return made

        codes = self._functions.codes
        with codes.pinned(codes.hash(data)):
            code = await codes.save(data)
            made = await self._functions.storage.write(write)
        return self._show(context, Layer(scope, name, made.version), made)

    async def _content(self, scope: Scope, content: Mapping[str, Any]) -> bytes:
        if content.get("ZipFile") is not None:
            return small_enough(content["ZipFile"])
        bucket, key = content.get("S3Bucket"), content.get("S3Key")
        if not bucket or not key:
            raise invalid("Please provide a source for the layer's content: ZipFile, or S3Bucket and S3Key.")
        if content.get("S3ObjectVersion"):
            raise invalid("S3ObjectVersion is not supported: millrace's buckets have no versions.")
        try:
            return await self._functions.storage.read(lambda reader: objects.get(reader, scope, bucket, key))
        except AwsError as error:
            raise invalid(
                f"Error occurred while GetObject. S3 Error Code: {error.code}. S3 Error Message: {error.message}"
            ) from error

    async def get(self, context: Context, params: Params) -> Output:
        """https://docs.aws.amazon.com/lambda/latest/api/API_GetLayerVersion.html"""
        return await self._get(context, _version(context, params))

    async def get_by_arn(self, context: Context, params: Params) -> Output:
        """https://docs.aws.amazon.com/lambda/latest/api/API_GetLayerVersionByArn.html"""
        return await self._get(context, layers.named(context.scope, params["Arn"]))

    async def _get(self, context: Context, layer: Layer) -> Output:
        found = await self._functions.storage.read(lambda reader: layers.get(reader, layer))
        return self._show(context, layer, found)

    def _show(self, context: Context, layer: Layer, version: LayerVersion) -> Output:
        address = self._functions.downloads.layer_address(layer, version.code_sha256, context.reached_at)
        content = {"Location": address, "CodeSha256": version.code_sha256, "CodeSize": version.code_size}
        return {"Content": content, "LayerArn": layer.arn, **_listed(layer, version)}

    async def delete(self, context: Context, params: Params) -> Output:
        """https://docs.aws.amazon.com/lambda/latest/api/API_DeleteLayerVersion.html

        Functions that have the version keep it.
        """
        layer = _version(context, params)
        await self._functions.storage.write(lambda writer: layers.remove(writer, layer))
        await self._functions.sweep_code()
        return {}

    async def list_versions(self, context: Context, params: Params) -> Output:
        """https://docs.aws.amazon.com/lambda/latest/api/API_ListLayerVersions.html"""
        layer = layers.named(context.scope, params["LayerName"])
        runtime, architecture = _wanted(params)
        limit, marker = _page(params)
        before = int(marker) if marker.isdigit() else 0
        found = await self._functions.storage.read(lambda reader: layers.versions(reader, layer))
        fitting = [
            version
            for version in found
            if version.fits(runtime, architecture) and (not before or version.version < before)
        ]
        page = fitting[:limit]
        return {
            "LayerVersions": [
                _listed(Layer(layer.scope, layer.name, version.version), version) for version in page
            ],
            "NextMarker": _marker(str(page[-1].version)) if len(fitting) > limit else None,
        }

    async def list_layers(self, context: Context, params: Params) -> Output:
        """https://docs.aws.amazon.com/lambda/latest/api/API_ListLayers.html"""
        scope = context.scope
        runtime, architecture = _wanted(params)
        limit, after = _page(params)

        def read(reader: Reader) -> list[LayerVersion]:
            found: list[LayerVersion] = []
            for name in layers.names(reader, scope, after):
                every = layers.versions(reader, Layer(scope, name))
                latest = next((one for one in every if one.fits(runtime, architecture)), None)
                if latest is not None:
                    found.append(latest)
                if len(found) > limit:
                    break
            return found

        found = await self._functions.storage.read(read)
        return {
            "Layers": [_latest(scope, latest) for latest in found[:limit]],
            "NextMarker": _marker(found[limit - 1].name) if len(found) > limit else None,
        }

    async def add_permission(self, context: Context, params: Params) -> Output:
        """https://docs.aws.amazon.com/lambda/latest/api/API_AddLayerVersionPermission.html"""
        layer, sid = _version(context, params), params["StatementId"]
        added = _statement(layer, params)

        def write(writer: Writer) -> Policy:
            kept = layers.policy(writer, layer)
            statements = [] if kept is None else [*kept.statements]
            if any(each["Sid"] == sid for each in statements):
                raise AwsError(
                    "ResourceConflictException",
                    f"The statement id ({sid}) provided already exists. Please provide a new statement id, "
                    "or remove the existing statement.",
                    members={"Type": "User"},
                )
            _check_revision(kept, params)
            changed = Policy([*statements, added], ids.uuid())
            _check_length(changed)
            layers.put_policy(writer, layer, changed)
            return changed

        changed = await self._functions.storage.write(write)
        return {"Statement": layers.statement_text(added), "RevisionId": changed.revision}

    async def remove_permission(self, context: Context, params: Params) -> Output:
        """https://docs.aws.amazon.com/lambda/latest/api/API_RemoveLayerVersionPermission.html"""
        layer, sid = _version(context, params), params["StatementId"]

        def write(writer: Writer) -> None:
            kept = layers.policy(writer, layer)
            if kept is None:
                raise _no_policy()
            left = [each for each in kept.statements if each["Sid"] != sid]
            if len(left) == len(kept.statements):
                raise not_found(f"Statement {sid} is not found in resource policy.", prefix="")
            _check_revision(kept, params)
            layers.put_policy(writer, layer, Policy(left, ids.uuid()))

        await self._functions.storage.write(write)
        return {}

    async def get_policy(self, context: Context, params: Params) -> Output:
        """https://docs.aws.amazon.com/lambda/latest/api/API_GetLayerVersionPolicy.html"""
        layer = _version(context, params)
        found = await self._functions.storage.read(lambda reader: layers.policy(reader, layer))
        if found is None:
            raise _no_policy()
        return {"Policy": found.text, "RevisionId": found.revision}


def accesses(operation: str, scope: Scope, params: Params) -> Sequence[Access]:
    """https://docs.aws.amazon.com/service-authorization/latest/reference/list_awslambda.html"""
    if operation in _OF_ALL:
        return [Access(f"lambda:{operation}", "*")]
    if operation == "GetLayerVersionByArn":
        return [Access("lambda:GetLayerVersion", str(params["Arn"]))]
    layer = layers.named(scope, params["LayerName"], params.get("VersionNumber") or 0)
    return [
        Access(f"lambda:{operation}", layer.arn if operation == "PublishLayerVersion" else layer.version_arn)
    ]


def _version(context: Context, params: Params) -> Layer:
    layers.check_version(params["VersionNumber"])
    return layers.named(context.scope, params["LayerName"], params["VersionNumber"])


def _listed(layer: Layer, version: LayerVersion) -> dict[str, Any]:
    return {
        "LayerVersionArn": layer.version_arn,
        "Version": version.version,
        "Description": version.description,
        "CreatedDate": iso_milliseconds(version.created) + "+0000",
        "CompatibleArchitectures": version.architectures,
        "CompatibleRuntimes": version.runtimes,
        "LicenseInfo": version.licence,
    }


def _latest(scope: Scope, latest: LayerVersion) -> dict[str, Any]:
    layer = Layer(scope, latest.name, latest.version)
    return {
        "LayerName": latest.name,
        "LayerArn": layer.arn,
        "LatestMatchingVersion": _listed(layer, latest),
    }


def _check_runtimes(given: Sequence[str]) -> None:
    """A layer may name retired runtimes, too, though the refusal does not list them."""
    if not all(runtimes.known(runtime) for runtime in given):
        raise AwsError(
            "ValidationException",
            f"1 validation error detected: Value '[{', '.join(given)}]' at 'compatibleRuntimes' failed to satisfy "
            f"constraint: Member must satisfy enum value set: [{', '.join(runtimes.LISTED)}]",
            status=400,
        )


def _wanted(params: Params) -> tuple[str | None, str | None]:
    runtime = params.get("CompatibleRuntime")
    if runtime is not None and not runtimes.known(runtime):
        raise AwsError(
            "ValidationException",
            f"1 validation error detected: Value '{runtime}' at 'compatibleRuntime' failed to satisfy constraint: "
            f"Member must satisfy enum value set: [{', '.join(runtimes.LISTED)}]",
            status=400,
        )
    return runtime, params.get("CompatibleArchitecture")


def _statement(layer: Layer, params: Params) -> dict[str, Any]:
    principal = params["Principal"]
    statement: dict[str, Any] = {
        "Sid": params["StatementId"],
        "Effect": "Allow",
        "Principal": principal if principal == "*" else {"AWS": _account(layer.scope, principal)},
        "Action": params["Action"],
        "Resource": layer.version_arn,
    }
    organization = params.get("OrganizationId")
    if organization:
        if principal != "*":
            raise invalid("OrganizationId can only be used with the principal *.")
        statement["Condition"] = {"StringEquals": {"aws:PrincipalOrgID": organization}}
    return statement


def _account(scope: Scope, principal: str) -> str:
    return principal if principal.startswith("arn:") else f"arn:{scope.partition}:iam::{principal}:root"


def _check_revision(kept: Policy | None, params: Params) -> None:
    revision = params.get("RevisionId")
    if revision and (kept is None or revision != kept.revision):
        raise wrong_revision("GetLayerPolicy")


def _check_length(changed: Policy) -> None:
    size = len(changed.text.encode())
    if size > limits.layer_policy_bytes_max:
        raise AwsError(
            "PolicyLengthExceededException",
            f"The final policy size ({size}) is bigger than the limit ({limits.layer_policy_bytes_max}).",
            members={"Type": "User"},
        )


def _no_policy() -> AwsError:
    return not_found("No policy is associated with the given resource.", prefix="")


def _page(params: Params) -> tuple[int, str]:
    """How many to show, and where to go on."""
    marker = params.get("Marker")
    try:
        after = base64.urlsafe_b64decode(marker.encode()).decode() if marker else ""
    except (binascii.Error, ValueError) as error:
        raise invalid("Invalid marker") from error
    return min(params.get("MaxItems") or limits.function_list_page_max, limits.function_list_page_max), after


def _marker(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode()
