"""What a caller must be allowed to do for each of S3's requests.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
"""

from collections.abc import Mapping, Sequence

from millrace.buckets.names import bucket_arn, source
from millrace.core.arn import Scope
from millrace.core.context import Access, Params
from millrace.core.errors import AwsError

# Where the action has another name than the operation.
_ACTIONS = {
    "CompleteMultipartUpload": "PutObject",
    "CopyObject": "PutObject",
    "CreateMultipartUpload": "PutObject",
    "DeleteBucketCors": "PutBucketCORS",
    "DeleteBucketEncryption": "PutEncryptionConfiguration",
    "DeleteBucketLifecycle": "PutLifecycleConfiguration",
    "DeleteBucketOwnershipControls": "PutBucketOwnershipControls",
    "DeleteBucketReplication": "PutReplicationConfiguration",
    "DeleteBucketTagging": "PutBucketTagging",
    "DeletePublicAccessBlock": "PutBucketPublicAccessBlock",
    "GetBucketAccelerateConfiguration": "GetAccelerateConfiguration",
    "GetBucketCors": "GetBucketCORS",
    "GetBucketEncryption": "GetEncryptionConfiguration",
    "GetBucketLifecycleConfiguration": "GetLifecycleConfiguration",
    "GetBucketNotificationConfiguration": "GetBucketNotification",
    "GetBucketReplication": "GetReplicationConfiguration",
    "GetObjectLockConfiguration": "GetBucketObjectLockConfiguration",
    "GetPublicAccessBlock": "GetBucketPublicAccessBlock",
    "HeadBucket": "ListBucket",
    "HeadObject": "GetObject",
    "ListBucketAnalyticsConfigurations": "GetAnalyticsConfiguration",
    "ListBucketIntelligentTieringConfigurations": "GetIntelligentTieringConfiguration",
    "ListBucketInventoryConfigurations": "GetInventoryConfiguration",
    "ListBucketMetricsConfigurations": "GetMetricsConfiguration",
    "ListBuckets": "ListAllMyBuckets",
    "ListMultipartUploads": "ListBucketMultipartUploads",
    "ListObjectVersions": "ListBucketVersions",
    "ListObjects": "ListBucket",
    "ListObjectsV2": "ListBucket",
    "ListParts": "ListMultipartUploadParts",
    "PutBucketCors": "PutBucketCORS",
    "PutBucketEncryption": "PutEncryptionConfiguration",
    "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
    "UploadPart": "PutObject",
    "UploadPartCopy": "PutObject",
}
_CONDITIONS = {"Prefix": "s3:prefix", "Delimiter": "s3:delimiter", "MaxKeys": "s3:max-keys"}


def accesses(operation: str, scope: Scope, params: Params) -> Sequence[Access]:
    """The action of the operation on its bucket or object, and what comes with some requests."""
    del scope
    if operation == "ListBuckets":
        return [Access("s3:ListAllMyBuckets", "*")]
    bucket = bucket_arn(params["Bucket"])
    if operation == "DeleteObjects":
        asked: Sequence[Mapping[str, str]] = params["Delete"].get("Objects") or ()
        return [Access("s3:DeleteObject", f"{bucket}/{each['Key']}") for each in asked]
    action = f"s3:{_ACTIONS.get(operation, operation)}"
    resource = f"{bucket}/{params['Key']}" if "Key" in params else bucket
    conditions = {key: str(params[name]) for name, key in _CONDITIONS.items() if params.get(name) is not None}
    return [Access(action, resource, conditions), *_more(operation, resource, params)]


def _more(operation: str, resource: str, params: Params) -> list[Access]:
    found: list[Access] = []
    if operation in ("CopyObject", "UploadPartCopy"):
        try:
            copied = source(params["CopySource"])
        except AwsError:  # the operation will say so
            return found
        found.append(Access("s3:GetObject", f"{bucket_arn(copied.bucket)}/{copied.key}"))
    if params.get("Tagging") and operation in ("PutObject", "CopyObject", "CreateMultipartUpload"):
        found.append(Access("s3:PutObjectTagging", resource))
    if operation == "GetObjectAttributes":
        found.append(Access("s3:GetObjectAttributes", resource))
    return found
