"""DeleteObject and DeleteObjects."""

from collections.abc import Mapping
from typing import Any

from millrace.buckets import conditions, faults, names, objects
from millrace.buckets.catalog import Bucket
from millrace.buckets.owned import owned
from millrace.core import limits
from millrace.core.clock import Clock
from millrace.core.context import Context, Operation, Output, Params
from millrace.core.errors import AwsError
from millrace.storage.interface import Storage, Writer


class Deletions:
    """The operations, over one storage and one clock."""

    def __init__(self, storage: Storage, clock: Clock) -> None:
        self._storage = storage
        self._clock = clock

    def operations(self) -> Mapping[str, Operation]:
        return {"DeleteObject": self.delete_object, "DeleteObjects": self.delete_objects}

    async def delete_object(self, context: Context, params: Params) -> Output:
        """To delete what is not there succeeds."""
        del context
        names.check_version(params.get("VersionId"))
        now = self._clock.now()

        def delete(writer: Writer) -> None:
            _delete(writer, owned(writer, params), params, now)

        await self._storage.write(delete)
        return {"VersionId": params.get("VersionId")}

    async def delete_objects(self, context: Context, params: Params) -> Output:
        """Of each key it is told whether it is gone; one that may not be deleted keeps none of the others."""
        asked: list[Mapping[str, Any]] = params["Delete"].get("Objects") or []
        now = self._clock.now()
        if not 1 <= len(asked) <= limits.object_deletes_max:
            raise faults.malformed_xml()

        def delete(writer: Writer) -> Output:
            bucket = owned(writer, params)
            deleted: list[Mapping[str, Any]] = []
            errors: list[Mapping[str, Any]] = []
            for each in asked:
                told = {name: each[name] for name in ("Key", "VersionId") if name in each}
                try:
                    _check_allowed(context, bucket, each["Key"])
                    _check_version(each.get("VersionId"))
                    _delete(writer, bucket, each, now)
                    deleted.append(told)
                except AwsError as error:
                    errors.append({**told, "Code": error.code, "Message": error.message})
            quiet = params["Delete"].get("Quiet")
            return {"Deleted": [] if quiet else deleted, "Errors": errors}

        return await self._storage.write(delete)


def _check_allowed(context: Context, bucket: Bucket, key: str) -> None:
    """Raises AccessDenied."""
    refusal = context.refusals.get(f"{names.bucket_arn(bucket.name)}/{key}")
    if refusal is not None:
        raise AwsError("AccessDenied", refusal.message, status=403)


def _check_version(version: str | None) -> None:
    """Raises NoSuchVersion: in a list that is what AWS calls any version that there is not."""
    if version not in (None, "null"):
        raise faults.no_such_version(version)


def _delete(writer: Writer, bucket: Bucket, asked: Mapping[str, Any], now: float) -> None:
    """One of the objects that a request names. Raises AwsError."""
    key: str = asked["Key"]
    conditions.check_deletion(objects.look(writer, bucket, key), key, asked)
    objects.remove(writer, bucket, key, now)
