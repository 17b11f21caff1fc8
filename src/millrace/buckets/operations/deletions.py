"""DeleteObject and DeleteObjects."""

from collections.abc import Mapping
from typing import Any

from millrace.buckets import conditions, faults, names, objects
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
            bucket = owned(writer, params)
            if params.get("IfMatch") is not None:
                before = objects.look(writer, bucket, params["Key"])
                conditions.check_write(before, params["Key"], params)
            objects.remove(writer, bucket, params["Key"], now)

        await self._storage.write(delete)
        return {"VersionId": params.get("VersionId")}

    async def delete_objects(self, context: Context, params: Params) -> Output:
        del context
        asked: list[Mapping[str, Any]] = params["Delete"].get("Objects") or []
        now = self._clock.now()
        if not 1 <= len(asked) <= limits.object_deletes_max:
            raise faults.malformed_xml()

        def delete(writer: Writer) -> Output:
            bucket = owned(writer, params)
            deleted: list[Mapping[str, Any]] = []
            errors: list[Mapping[str, Any]] = []
            for each in asked:
                key, told = each["Key"], {name: each[name] for name in ("Key", "VersionId") if name in each}
                try:
                    names.check_version(each.get("VersionId"))
                    if each.get("ETag") is not None:
                        before = objects.look(writer, bucket, key)
                        conditions.check_write(before, key, {"IfMatch": each["ETag"]})
                    objects.remove(writer, bucket, key, now)
                    deleted.append(told)
                except AwsError as error:
                    errors.append({**told, "Code": error.code, "Message": error.message})
            quiet = params["Delete"].get("Quiet")
            return {"Deleted": [] if quiet else deleted, "Errors": errors}

        return await self._storage.write(delete)
