"""The service "s3": its operations, and what each of its requests needs to be allowed."""

from collections.abc import Callable

from millrace.buckets import catalog
from millrace.buckets.accesses import accesses
from millrace.buckets.operations.acls import Acls
from millrace.buckets.operations.buckets import Buckets
from millrace.buckets.operations.copies import Copies
from millrace.buckets.operations.deletions import Deletions
from millrace.buckets.operations.listings import Listings
from millrace.buckets.operations.objects import Objects
from millrace.buckets.operations.policies import Policies, keeps_strangers_out
from millrace.buckets.operations.settings import Settings
from millrace.buckets.operations.tags import Tags
from millrace.buckets.operations.upload_listings import UploadListings
from millrace.buckets.operations.uploads import Uploads
from millrace.core import arn as arns
from millrace.core.clock import Clock
from millrace.core.context import Access
from millrace.core.service import Service
from millrace.storage.interface import Storage

# Raises AwsError for the text of a policy that is none.
CheckPolicy = Callable[[str], object]


def service(storage: Storage, clock: Clock, check_policy: CheckPolicy) -> Service:
    """S3 over one storage and one clock. `check_policy` says what a policy of a resource may be."""

    async def policy_of(access: Access) -> str | None:
        try:
            name = arns.parse(access.resource).resource.partition("/")[0]
        except ValueError:
            return None
        return await storage.read(lambda reader: catalog.policy(reader, name))

    async def open_policy_of(access: Access) -> str | None:
        text = await policy_of(access)
        if text is None:
            return None
        name = arns.parse(access.resource).resource.partition("/")[0]
        bucket = await storage.read(lambda reader: catalog.find(reader, name))
        return None if bucket is None or keeps_strangers_out(bucket, text) else text

    async def denying() -> bool:
        return await storage.read(catalog.has_policies)

    parts = (
        Acls(storage),
        Buckets(storage, clock),
        Copies(storage, clock),
        Deletions(storage, clock),
        Listings(storage),
        Objects(storage, clock),
        Policies(storage, check_policy),
        Settings(storage),
        Tags(storage),
        UploadListings(storage),
        Uploads(storage, clock),
    )
    operations = {name: operation for part in parts for name, operation in part.operations().items()}
    return Service(
        "s3",
        operations,
        accesses,
        policy_of,
        denying,
        open_policies=open_policy_of,
        piecemeal=frozenset({"DeleteObjects"}),
    )
