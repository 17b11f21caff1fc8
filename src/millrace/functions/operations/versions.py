"""PublishVersion, ListVersionsByFunction. What they answer was recorded of AWS by LocalStack's tests."""

from itertools import chain

from millrace.core.context import Context, Output, Params
from millrace.functions import catalog, names
from millrace.functions.catalog import Function
from millrace.functions.functions import Functions
from millrace.functions.names import LATEST, invalid
from millrace.functions.operations import paging
from millrace.functions.operations.settings import latest_only, wrong_revision
from millrace.functions.operations.shown import ACTIVE, show
from millrace.functions.publishing import publish
from millrace.storage.interface import Reader, Writer


class Versions:
    def __init__(self, functions: Functions) -> None:
        self._functions = functions

    async def publish_version(self, context: Context, params: Params) -> Output:
        """https://docs.aws.amazon.com/lambda/latest/api/API_PublishVersion.html"""
        scope, now = context.scope, self._functions.clock.now()
        reference = latest_only(names.resolve(scope, params["FunctionName"]))
        if params.get("PublishTo"):
            raise invalid("PublishTo is not supported: millrace does not do capacity providers yet.")

        def write(writer: Writer) -> Function:
            latest = catalog.get(writer, scope, reference)
            _check(latest, params)
            return publish(writer, scope, latest, now, description=params.get("Description"))[0]

        version = await self._functions.storage.write(write)
        return show(version, scope, ACTIVE, qualifier=version.version)

    async def list_versions_by_function(self, context: Context, params: Params) -> Output:
        """https://docs.aws.amazon.com/lambda/latest/api/API_ListVersionsByFunction.html

        $LATEST comes first, then the versions from the oldest on.
        """
        scope = context.scope
        reference = names.resolve(scope, params["FunctionName"]).unqualified
        size, after = paging.size(params), paging.number_after(params)

        def read(reader: Reader) -> list[Function]:
            latest = catalog.get(reader, scope, reference)
            every = chain([latest], catalog.versions(reader, scope, latest))
            return [version for version in every if _number(version) > after]

        found = await self._functions.storage.read(read)
        return {
            "Versions": [show(version, scope, {}, qualifier=version.version) for version in found[:size]],
            "NextMarker": paging.marker(str(_number(found[size - 1]))) if len(found) > size else None,
        }


def _number(version: Function) -> int:
    return 0 if version.version == LATEST else int(version.version)


def _check(latest: Function, params: Params) -> None:
    wanted = params.get("CodeSha256")
    if wanted and wanted != latest.code_sha256:
        raise invalid(
            f"CodeSHA256 ({wanted}) is different from current CodeSHA256 in $LATEST ({latest.code_sha256}). "
            "Please try again with the CodeSHA256 in $LATEST."
        )
    revision = params.get("RevisionId")
    if revision and revision != latest.shown_revision:
        raise wrong_revision()
