"""Provisioned concurrency: Put…, Get…, Delete…ProvisionedConcurrencyConfig and the list of them.

The environments are really started before anybody calls. What is answered was recorded of AWS by LocalStack's
tests; what is said of the account comes without a Type.
"""

from millrace.core import limits
from millrace.core.arn import Scope
from millrace.core.clock import iso_seconds
from millrace.core.context import Context, Output, Params
from millrace.core.errors import AwsError
from millrace.functions import aliases, catalog, names, provisioned
from millrace.functions.functions import Functions
from millrace.functions.names import LATEST, Reference, invalid, is_version, not_found
from millrace.functions.operations import paging
from millrace.functions.operations.concurrency import refused, unreserved
from millrace.functions.operations.settings import function_only
from millrace.functions.provisioned import Provisioned
from millrace.storage.interface import Reader, Writer


class ProvisionedConcurrency:
    def __init__(self, functions: Functions) -> None:
        self._functions = functions

    async def put_provisioned_concurrency_config(self, context: Context, params: Params) -> Output:
        """https://docs.aws.amazon.com/lambda/latest/api/API_PutProvisionedConcurrencyConfig.html"""
        scope, count = context.scope, params["ProvisionedConcurrentExecutions"]
        reference = names.resolve(scope, params["FunctionName"], params["Qualifier"])
        if reference.qualifier == LATEST:
            raise invalid(
                "Provisioned Concurrency Configs cannot be applied to unpublished function versions."
            )
        wanted = Provisioned(
            reference.name, str(reference.qualifier), count, float(int(self._functions.clock.now()))
        )

        def write(writer: Writer) -> None:
            _check_there(writer, scope, reference)
            _check_conflict(writer, scope, reference)
            _check_room(writer, scope, wanted)
            provisioned.put(writer, scope, wanted)

        await self._functions.storage.write(write)
        await self._functions.keep_warm(scope, reference.name)
        return _counts(wanted, 0, "IN_PROGRESS")

    async def get_provisioned_concurrency_config(self, context: Context, params: Params) -> Output:
        """https://docs.aws.amazon.com/lambda/latest/api/API_GetProvisionedConcurrencyConfig.html"""
        scope, reference = context.scope, _published(context, params)

        def read(reader: Reader) -> tuple[Provisioned | None, str]:
            _check_there(reader, scope, reference)
            version = catalog.get(reader, scope, reference).version
            return provisioned.find(reader, scope, reference), version

        found, version = await self._functions.storage.read(read)
        if found is None:
            raise AwsError(
                "ProvisionedConcurrencyConfigNotFoundException",
                "No Provisioned Concurrency Config found for this function",
                members={"Type": "User"},
            )
        return self._state(scope, found, version)

    async def delete_provisioned_concurrency_config(self, context: Context, params: Params) -> Output:
        """https://docs.aws.amazon.com/lambda/latest/api/API_DeleteProvisionedConcurrencyConfig.html"""
        scope, reference = context.scope, _published(context, params)

        def write(writer: Writer) -> None:
            _check_there(writer, scope, reference)
            provisioned.remove(writer, scope, reference)

        await self._functions.storage.write(write)
        await self._functions.keep_warm(scope, reference.name)
        return {}

    async def list_provisioned_concurrency_configs(self, context: Context, params: Params) -> Output:
        """https://docs.aws.amazon.com/lambda/latest/api/API_ListProvisionedConcurrencyConfigs.html"""
        scope = context.scope
        reference = function_only(names.resolve(scope, params["FunctionName"]))
        size, after = paging.size(params), paging.after(params) or ""

        def read(reader: Reader) -> list[tuple[Provisioned, str]]:
            catalog.get(reader, scope, reference)
            return [
                (each, catalog.get(reader, scope, each.reference).version)
                for each in provisioned.all_of(reader, scope, reference.name)
                if each.qualifier > after
            ]

        found = await self._functions.storage.read(read)
        shown = [
            {"FunctionArn": each.reference.arn(scope), **self._state(scope, each, version)}
            for each, version in found[:size]
        ]
        marker = paging.marker(found[size - 1][0].qualifier) if len(found) > size else None
        return {"ProvisionedConcurrencyConfigs": shown, "NextMarker": marker}

    def _state(self, scope: Scope, wanted: Provisioned, version: str) -> Output:
        """How far it is."""
        ready, broken = self._functions.pool.warm(scope, wanted.function, version)
        if ready >= wanted.requested:
            return _counts(wanted, wanted.requested, "READY")
        if broken:
            reason = {"StatusReason": "FUNCTION_ERROR_INIT_FAILURE"}
            return {**_counts(wanted, ready, "FAILED"), **reason}
        return _counts(wanted, ready, "IN_PROGRESS")


def _counts(wanted: Provisioned, ready: int, status: str) -> Output:
    return {
        "RequestedProvisionedConcurrentExecutions": wanted.requested,
        "AvailableProvisionedConcurrentExecutions": ready,
        "AllocatedProvisionedConcurrentExecutions": ready,
        "Status": status,
        "LastModified": iso_seconds(wanted.modified).removesuffix("Z") + "+0000",
    }


def _published(context: Context, params: Params) -> Reference:
    reference = names.resolve(context.scope, params["FunctionName"], params["Qualifier"])
    if reference.qualifier == LATEST:
        raise invalid("The function resource provided must be an alias or a published version.")
    return reference


def _check_there(reader: Reader, scope: Scope, reference: Reference) -> None:
    if catalog.resolve(reader, scope, reference) is None:
        version = is_version(str(reference.qualifier))
        prefix = "Function not found: " if version else "Cannot find alias arn: "
        raise not_found(reference.arn(scope), prefix=prefix)


def _check_conflict(reader: Reader, scope: Scope, reference: Reference) -> None:
    """A version is provisioned once, by itself or through one of its aliases."""
    version = catalog.get(reader, scope, reference).version
    if reference.qualifier != version:
        if provisioned.find(reader, scope, Reference(reference.name, version)) is not None:
            raise _conflict(
                "Alias can't be used for Provisioned Concurrency configuration on an already Provisioned version"
            )
        return
    for alias in aliases.every(reader, scope, reference.name):
        if version in alias.versions and provisioned.find(
            reader, scope, Reference(reference.name, alias.name)
        ):
            raise _conflict("Version is pointed by a Provisioned Concurrency alias")


def _conflict(message: str) -> AwsError:
    return AwsError("ResourceConflictException", message, members={"Type": "User"})


def _check_room(reader: Reader, scope: Scope, wanted: Provisioned) -> None:
    """What the function's reservation, the account and this machine allow."""
    before = provisioned.find(reader, scope, wanted.reference)
    more = wanted.requested - (before.requested if before else 0)
    reserved = catalog.get(reader, scope, wanted.reference).reserved_concurrency
    if reserved is not None and reserved < provisioned.total(reader, scope, wanted.function) + more:
        raise invalid(
            "Requested Provisioned Concurrency should not be greater than the reservedConcurrentExecution for function"
        )
    left = unreserved(reader, scope, without=None if reserved is None else wanted.function)
    if wanted.requested > limits.function_concurrency_max:
        raise refused(
            "Specified ConcurrentExecutions for function is greater than account's unreserved concurrency "
            f"[{limits.function_concurrency_max}]."
        )
    if left - more < limits.function_unreserved_concurrency_min:
        raise refused(
            "Specified ConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below "
            f"its minimum value of [{limits.function_unreserved_concurrency_min}]."
        )
    held = sum(
        each.requested for where in catalog.scopes(reader) for each in provisioned.every(reader, where)
    )
    if held + more > limits.environments_provisioned_max:
        raise invalid(
            f"ProvisionedConcurrentExecutions of {wanted.requested} is not supported: millrace keeps at most "
            f"{limits.environments_provisioned_max} environments ready, and {held} are asked for already."
        )
