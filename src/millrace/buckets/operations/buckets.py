"""Operations on buckets as a whole: CreateBucket, DeleteBucket, HeadBucket, ListBuckets, GetBucketLocation."""

from collections.abc import Mapping
from typing import Any

from millrace.buckets import blobs, catalog, faults, listing, names, tagging, uploads
from millrace.buckets.catalog import Bucket
from millrace.buckets.owned import owned
from millrace.core import ids, limits
from millrace.core.clock import Clock
from millrace.core.context import Context, Operation, Output, Params
from millrace.core.errors import AwsError
from millrace.storage.interface import Reader, Storage, Writer

_FIRST = "us-east-1"  # the region that is told by saying none
# What eu-west-1 may still be called; such a bucket tells its place so.
_OLD, _OLD_REGION = "EU", "eu-west-1"
# https://docs.aws.amazon.com/general/latest/gr/s3.html
_REGIONS = frozenset(
    {
        "af-south-1", "ap-east-1", "ap-east-2", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1",
        "ap-south-2", "ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "ap-southeast-4", "ap-southeast-5",
        "ap-southeast-6", "ap-southeast-7", "ca-central-1", "ca-west-1", "cn-north-1", "cn-northwest-1",
        "eu-central-1", "eu-central-2", "eu-north-1", "eu-south-1", "eu-south-2", "eu-west-1", "eu-west-2",
        "eu-west-3", "il-central-1", "me-central-1", "me-south-1", "mx-central-1", "sa-east-1", "us-east-1",
        "us-east-2", "us-gov-east-1", "us-gov-west-1", "us-west-1", "us-west-2",
    }
)  # fmt: skip
_RESERVED = (
    'User-defined tag keys can\'t start with "aws:". This prefix is reserved for system tags. Remove "aws:" from '
    "your tag keys and try again."
)
_TAKEN = (
    "The requested bucket name is not available. The bucket namespace is shared by all users of the system. "
    "Please select a different name and try again."
)


class Buckets:
    """The operations, over one storage and one clock."""

    def __init__(self, storage: Storage, clock: Clock) -> None:
        self._storage = storage
        self._clock = clock

    def operations(self) -> Mapping[str, Operation]:
        return {
            "CreateBucket": self.create_bucket,
            "DeleteBucket": self.delete_bucket,
            "GetBucketLocation": self.get_bucket_location,
            "HeadBucket": self.head_bucket,
            "ListBuckets": self.list_buckets,
        }

    async def create_bucket(self, context: Context, params: Params) -> Output:
        name: str = params["Bucket"]
        names.check_bucket(name)
        _refuse(params)
        asked: Mapping[str, Any] = params.get("CreateBucketConfiguration") or {}
        region = _region(context.scope.region, asked.get("LocationConstraint"))
        tags = tagging.of_buckets(asked.get("Tags") or [], _RESERVED)
        made = Bucket(
            name,
            ids.hexadecimal(16),
            context.scope.account,
            region,
            int(self._clock.now()),
            tags,
            _own(params),
        )

        def create(writer: Writer) -> None:
            there = catalog.find(writer, name)
            if there is None:
                catalog.put(writer, made)
            elif there.account != made.account:
                raise AwsError("BucketAlreadyExists", _TAKEN, status=409, members={"BucketName": name})
            elif (there.region, region) != (_FIRST, _FIRST):  # there, and there alone, it succeeds again
                raise AwsError(
                    "BucketAlreadyOwnedByYou",
                    "Your previous request to create the named bucket succeeded and you already own it.",
                    status=409,
                    members={"BucketName": name},
                )

        await self._storage.write(create)
        plain = f"/{name}"
        place = plain if region == _FIRST else f"http://{name}.s3.amazonaws.com/"
        return {"Location": place, "BucketArn": names.bucket_arn(name)}

    async def delete_bucket(self, context: Context, params: Params) -> Output:
        del context
        now = self._clock.now()

        def delete(writer: Writer) -> None:
            bucket = owned(writer, params)
            if next(writer.range(bucket.objects, limit=1), None) is not None:
                raise AwsError(
                    "BucketNotEmpty",
                    "The bucket you tried to delete is not empty",
                    status=409,
                    members={"BucketName": bucket.name},
                )
            blobs.free(writer, uploads.every_blob(writer, bucket), now)
            catalog.remove(writer, bucket)

        await self._storage.write(delete)
        return {}

    async def head_bucket(self, context: Context, params: Params) -> Output:
        bucket = await self._storage.read(lambda reader: owned(reader, params))
        context.response_headers["Content-Type"] = "application/xml"
        told = {"BucketArn": names.bucket_arn(bucket.name), "BucketRegion": bucket.region}
        return {**told, "AccessPointAlias": False}

    async def get_bucket_location(self, context: Context, params: Params) -> Output:
        del context
        bucket = await self._storage.read(lambda reader: owned(reader, params))
        return {
            "LocationConstraint": None
            if bucket.region == _FIRST
            else bucket.settings.get(_OLD, bucket.region)
        }

    async def list_buckets(self, context: Context, params: Params) -> Output:
        account = context.principal.account
        prefix, region = params.get("Prefix") or "", params.get("BucketRegion")
        most = params.get("MaxBuckets")
        token = params.get("ContinuationToken")
        after = listing.after_token(token) if token else ""
        if region is not None and region not in _REGIONS:
            sentence = f"Argument value {region} is not a valid AWS Region"
            raise faults.invalid_argument(sentence, "bucket-region", None)
        if most is not None and not 1 <= most <= limits.bucket_list_page_max:
            sentence = f"Argument max-buckets must be an integer between 1 and {limits.bucket_list_page_max}"
            raise faults.invalid_argument(sentence, "max-buckets", most)

        def read(reader: Reader) -> list[Bucket]:
            found: list[Bucket] = []
            for bucket in catalog.every(reader, max(prefix, after and after + "\0").encode()):
                if len(found) > (most or limits.bucket_list_page_max) or not bucket.name.startswith(prefix):
                    break
                if bucket.account == account and region in (None, bucket.region):
                    found.append(bucket)
            return found

        found = await self._storage.read(read)
        shown = found[: most or limits.bucket_list_page_max]
        told: dict[str, Any] = {
            "Buckets": [_summary(bucket, params) for bucket in shown],
            "Owner": names.owner(account),
        }
        if len(found) > len(shown):
            told["ContinuationToken"] = listing.token(shown[-1].name)
        return {**told, "Prefix": prefix or None}


def _summary(bucket: Bucket, params: Params) -> dict[str, Any]:
    """The region is told to those who use a parameter that is newer than it."""
    newer = any(params.get(name) is not None for name in ("MaxBuckets", "Prefix", "BucketRegion"))
    told = {"Name": bucket.name, "CreationDate": bucket.created}
    arn = names.bucket_arn(bucket.name)
    return {**told, "BucketRegion": bucket.region, "BucketArn": arn} if newer else told


def _region(endpoint: str, constraint: str | None) -> str:
    """Where a bucket comes to be, asked for at the endpoint of a region."""
    if constraint is None:
        if endpoint != _FIRST:
            raise _illegal("unspecified")
        return endpoint
    region = _OLD_REGION if constraint == _OLD else constraint
    if endpoint not in (_FIRST, region):
        raise _illegal(constraint)
    if region == _FIRST or region not in _REGIONS:
        raise AwsError(
            "InvalidLocationConstraint",
            "The specified location-constraint is not valid",
            status=400,
            members={"LocationConstraint": constraint},
        )
    return region


def _illegal(constraint: str) -> AwsError:
    return AwsError(
        "IllegalLocationConstraintException",
        f"The {constraint} location constraint is incompatible for the region specific endpoint this request was "
        "sent to.",
        status=400,
    )


def _own(params: Params) -> dict[str, Any]:
    """The settings a bucket has from its beginning, where they are not those that all have."""
    ownership = params.get("ObjectOwnership")
    asked: Mapping[str, Any] = params.get("CreateBucketConfiguration") or {}
    own: dict[str, Any] = {}
    if ownership is not None:
        own["OwnershipControls"] = {"Rules": [{"ObjectOwnership": ownership}]}
    if asked.get("LocationConstraint") == _OLD:
        own[_OLD] = _OLD
    return own


def _refuse(params: Params) -> None:
    asked: Mapping[str, Any] = params.get("CreateBucketConfiguration") or {}
    if params.get("ObjectLockEnabledForBucket"):
        raise faults.not_built("Object Lock")
    if asked.get("Bucket") or asked.get("Location"):
        raise faults.not_built("Directory buckets")
    granted = [name for name in params if name.startswith("Grant")]
    if params.get("ACL", "private") != "private" or granted:
        raise AwsError(
            "InvalidBucketAclWithObjectOwnership",
            "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting",
            status=400,
        )
