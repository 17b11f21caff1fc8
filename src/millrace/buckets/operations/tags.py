"""Tags: PutBucketTagging, GetBucketTagging, DeleteBucketTagging, and the same of objects."""

from collections.abc import Mapping
from dataclasses import replace

from millrace.buckets import catalog, names, objects, tagging
from millrace.buckets.owned import owned
from millrace.core.context import Context, Operation, Output, Params
from millrace.core.errors import AwsError
from millrace.storage.interface import Reader, Storage, Writer


class Tags:
    """The operations, over one storage."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def operations(self) -> Mapping[str, Operation]:
        return {
            "DeleteBucketTagging": self.delete_bucket_tagging,
            "DeleteObjectTagging": self.delete_object_tagging,
            "GetBucketTagging": self.get_bucket_tagging,
            "GetObjectTagging": self.get_object_tagging,
            "PutBucketTagging": self.put_bucket_tagging,
            "PutObjectTagging": self.put_object_tagging,
        }

    async def put_bucket_tagging(self, context: Context, params: Params) -> Output:
        del context
        await self._set_bucket(params, tagging.of_buckets(params["Tagging"].get("TagSet") or []))
        return {}

    async def delete_bucket_tagging(self, context: Context, params: Params) -> Output:
        del context
        await self._set_bucket(params, {})
        return {}

    async def get_bucket_tagging(self, context: Context, params: Params) -> Output:
        del context
        bucket = await self._storage.read(lambda reader: owned(reader, params))
        if not bucket.tags:
            raise AwsError(
                "NoSuchTagSet",
                "The TagSet does not exist",
                status=404,
                members={"BucketName": bucket.name},
            )
        return {"TagSet": tagging.shown(bucket.tags)}

    async def put_object_tagging(self, context: Context, params: Params) -> Output:
        del context
        await self._set_object(params, tagging.of_objects(params["Tagging"].get("TagSet") or []))
        return {}

    async def delete_object_tagging(self, context: Context, params: Params) -> Output:
        del context
        await self._set_object(params, {})
        return {}

    async def get_object_tagging(self, context: Context, params: Params) -> Output:
        del context
        names.check_version(params.get("VersionId"))

        def read(reader: Reader) -> Mapping[str, str]:
            return objects.find(reader, owned(reader, params), params["Key"]).tags

        return {"TagSet": tagging.shown(await self._storage.read(read))}

    async def _set_bucket(self, params: Params, tags: Mapping[str, str]) -> None:
        await self._storage.write(
            lambda writer: catalog.put(writer, replace(owned(writer, params), tags=tags))
        )

    async def _set_object(self, params: Params, tags: Mapping[str, str]) -> None:
        names.check_version(params.get("VersionId"))

        def write(writer: Writer) -> None:
            bucket, key = owned(writer, params), params["Key"]
            objects.keep(writer, bucket, key, replace(objects.find(writer, bucket, key), tags=tags))

        await self._storage.write(write)
