"""Access control lists, as every bucket made today has them: all is its owner's, and nothing else can be said."""

from collections.abc import Mapping
from typing import Any

from millrace.buckets import names, objects, put_request
from millrace.buckets.owned import owned
from millrace.core.context import Context, Operation, Output, Params
from millrace.core.errors import AwsError
from millrace.storage.interface import Reader, Storage


class Acls:
    """The operations, over one storage."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def operations(self) -> Mapping[str, Operation]:
        return {
            "GetBucketAcl": self.get_acl,
            "GetObjectAcl": self.get_acl,
            "PutBucketAcl": self.put_acl,
            "PutObjectAcl": self.put_acl,
        }

    async def get_acl(self, context: Context, params: Params) -> Output:
        del context
        owner = names.owner(await self._account(params))
        grant = {"Grantee": {**owner, "Type": "CanonicalUser"}, "Permission": "FULL_CONTROL"}
        return {"Owner": owner, "Grants": [grant]}

    async def put_acl(self, context: Context, params: Params) -> Output:
        del context
        put_request.refuse_acl(params)
        account = await self._account(params)
        said: Mapping[str, Any] = params.get("AccessControlPolicy") or {}
        if any(
            grant.get("Grantee", {}).get("ID") != names.owner(account)["ID"]
            for grant in said.get("Grants") or ()
        ):
            raise AwsError("AccessControlListNotSupported", "The bucket does not allow ACLs", status=400)
        return {}

    async def _account(self, params: Params) -> str:
        """Whose it is. Raises NoSuchBucket, NoSuchKey."""

        def read(reader: Reader) -> str:
            bucket = owned(reader, params)
            if "Key" in params:
                objects.find(reader, bucket, params["Key"])
            return bucket.account

        return await self._storage.read(read)
