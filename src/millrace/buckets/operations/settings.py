"""The configurations of a bucket: those it has from its beginning, and the many that no bucket here has.

Three are kept as they are put, and tell what is so anyway: who owns objects, what is public, how things are
encrypted. The others are answered as of a bucket that never got one, and refused when they are put.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from millrace.buckets import catalog, faults
from millrace.buckets.catalog import Bucket
from millrace.buckets.owned import owned
from millrace.core.context import Context, Operation, Output, Params
from millrace.core.errors import AwsError
from millrace.storage.interface import Storage, Writer

PUBLIC_ACCESS = "PublicAccessBlockConfiguration"
_OWNERSHIP = "OwnershipControls"
_ENCRYPTION = "ServerSideEncryptionConfiguration"
_BLOCKS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
_FRESH: Mapping[str, Mapping[str, Any]] = {
    _OWNERSHIP: {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
    PUBLIC_ACCESS: dict.fromkeys(_BLOCKS, True),
    _ENCRYPTION: {
        "Rules": [
            {
                "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"},
                "BucketKeyEnabled": False,
            }
        ]
    },
}
_KEPT = {
    "BucketOwnershipControls": _OWNERSHIP,
    "PublicAccessBlock": PUBLIC_ACCESS,
    "BucketEncryption": _ENCRYPTION,
}
_GONE = {
    _OWNERSHIP: ("OwnershipControlsNotFoundError", "The bucket ownership controls were not found"),
    PUBLIC_ACCESS: (
        "NoSuchPublicAccessBlockConfiguration",
        "The public access block configuration was not found",
    ),
    _ENCRYPTION: (
        "ServerSideEncryptionConfigurationNotFoundError",
        "The server side encryption configuration was not found",
    ),
}
# What a bucket never gets here, and what AWS says of one that has none.
_ABSENT = {
    "GetBucketLifecycleConfiguration": (
        "NoSuchLifecycleConfiguration",
        "The lifecycle configuration does not exist",
    ),
    "GetBucketReplication": (
        "ReplicationConfigurationNotFoundError",
        "The replication configuration was not found",
    ),
    "GetBucketWebsite": (
        "NoSuchWebsiteConfiguration",
        "The specified bucket does not have a website configuration",
    ),
    "GetObjectLockConfiguration": (
        "ObjectLockConfigurationNotFoundError",
        "Object Lock configuration does not exist for this bucket",
    ),
}
_EMPTY: Mapping[str, Mapping[str, Any]] = {
    "GetBucketAccelerateConfiguration": {},
    "GetBucketLogging": {},
    "GetBucketNotificationConfiguration": {},
    "GetBucketRequestPayment": {"Payer": "BucketOwner"},
    "GetBucketVersioning": {},
    "ListBucketAnalyticsConfigurations": {"IsTruncated": False},
    "ListBucketIntelligentTieringConfigurations": {"IsTruncated": False},
    "ListBucketInventoryConfigurations": {"IsTruncated": False},
    "ListBucketMetricsConfigurations": {"IsTruncated": False},
}
_NOTHING_TO_DELETE = (
    "DeleteBucketLifecycle",
    "DeleteBucketReplication",
    "DeleteBucketWebsite",
)


class Settings:
    """The operations, over one storage."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def operations(self) -> Mapping[str, Operation]:
        found: dict[str, Operation] = {"PutBucketVersioning": self.put_bucket_versioning}
        for name, member in _KEPT.items():
            found |= {
                f"Get{name}": self._get(member),
                f"Put{name}": self._put(member),
                f"Delete{name}": self._delete(member),
            }
        found |= {name: self._absent(*told) for name, told in _ABSENT.items()}
        found |= {name: self._constant(told) for name, told in _EMPTY.items()}
        return found | {name: self._constant({}) for name in _NOTHING_TO_DELETE}

    async def put_bucket_versioning(self, context: Context, params: Params) -> Output:
        """Versions are not kept, so they can only be suspended where they never were on."""
        del context
        await self._storage.read(lambda reader: owned(reader, params))
        if params["VersioningConfiguration"].get("Status") == "Enabled":
            raise faults.not_built("Versioning of buckets")
        return {}

    def _get(self, member: str) -> Operation:
        async def get(context: Context, params: Params) -> Output:
            del context
            bucket = await self._storage.read(lambda reader: owned(reader, params))
            told = shown(bucket, member)
            if told is None:
                code, sentence = _GONE[member]
                raise AwsError(code, sentence, status=404, members={"BucketName": bucket.name})
            return {member: told}

        return get

    def _put(self, member: str) -> Operation:
        async def put(context: Context, params: Params) -> Output:
            del context
            said: Mapping[str, Any] = params[member]
            if member == PUBLIC_ACCESS:  # what is not said is off
                said = {name: bool(said.get(name)) for name in _BLOCKS}
            await self._set(params, member, said)
            return {}

        return put

    def _delete(self, member: str) -> Operation:
        async def delete(context: Context, params: Params) -> Output:
            """Encryption goes back to what every bucket has."""
            del context
            await self._set(params, member, _FRESH[member] if member == _ENCRYPTION else None)
            return {}

        return delete

    async def _set(self, params: Params, member: str, said: Mapping[str, Any] | None) -> None:
        def write(writer: Writer) -> None:
            bucket = owned(writer, params)
            catalog.put(writer, replace(bucket, settings={**bucket.settings, member: said}))

        await self._storage.write(write)

    def _absent(self, code: str, sentence: str) -> Operation:
        async def absent(context: Context, params: Params) -> Output:
            del context
            bucket = await self._storage.read(lambda reader: owned(reader, params))
            raise AwsError(code, sentence, status=404, members={"BucketName": bucket.name})

        return absent

    def _constant(self, told: Mapping[str, Any]) -> Operation:
        async def constant(context: Context, params: Params) -> Output:
            del context
            await self._storage.read(lambda reader: owned(reader, params))
            return told

        return constant


def shown(bucket: Bucket, member: str) -> Mapping[str, Any] | None:
    """A configuration as it stands: as put, or as every bucket has it; None if it was deleted."""
    return bucket.settings.get(member, _FRESH[member])
