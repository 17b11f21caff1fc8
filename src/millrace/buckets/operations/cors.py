"""PutBucketCors, GetBucketCors, DeleteBucketCors."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from millrace.buckets import catalog, cors
from millrace.buckets.owned import owned
from millrace.core.context import Context, Operation, Output, Params
from millrace.core.errors import AwsError
from millrace.storage.interface import Storage, Writer


class Cors:
    """The operations, over one storage."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def operations(self) -> Mapping[str, Operation]:
        return {
            "DeleteBucketCors": self.delete_bucket_cors,
            "GetBucketCors": self.get_bucket_cors,
            "PutBucketCors": self.put_bucket_cors,
        }

    async def put_bucket_cors(self, context: Context, params: Params) -> Output:
        del context
        rules: list[Mapping[str, Any]] = params["CORSConfiguration"].get("CORSRules") or []
        cors.check(rules)
        await self._set(params, rules)
        return {}

    async def get_bucket_cors(self, context: Context, params: Params) -> Output:
        del context
        bucket = await self._storage.read(lambda reader: owned(reader, params))
        if bucket.cors is None:
            raise AwsError(
                "NoSuchCORSConfiguration",
                "The CORS configuration does not exist",
                status=404,
                members={"BucketName": bucket.name},
            )
        return {"CORSRules": bucket.cors}

    async def delete_bucket_cors(self, context: Context, params: Params) -> Output:
        del context
        await self._set(params, None)
        return {}

    async def _set(self, params: Params, rules: list[Mapping[str, Any]] | None) -> None:
        def write(writer: Writer) -> None:
            catalog.put(writer, replace(owned(writer, params), cors=rules))

        await self._storage.write(write)
