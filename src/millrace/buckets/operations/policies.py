"""Policies of buckets: PutBucketPolicy, GetBucketPolicy, DeleteBucketPolicy, GetBucketPolicyStatus."""

from collections.abc import Callable, Mapping
from typing import Any, cast

import orjson

from millrace.buckets import catalog, names
from millrace.buckets.catalog import Bucket
from millrace.buckets.operations.settings import PUBLIC_ACCESS, shown
from millrace.buckets.owned import owned
from millrace.core import limits
from millrace.core.context import Context, Operation, Output, Params
from millrace.core.errors import AwsError
from millrace.storage.interface import Reader, Storage, Writer

# Conditions on these say who it is for.
_BINDING = {
    "aws:principalaccount", "aws:principalarn", "aws:principalorgid", "aws:principalorgpaths", "aws:sourceaccount",
    "aws:sourcearn", "aws:sourceip", "aws:sourceorgid", "aws:sourceowner", "aws:sourcevpc", "aws:sourcevpce",
    "aws:userid", "aws:username", "s3:dataaccesspointaccount", "s3:dataaccesspointarn",
}  # fmt: skip


class Policies:
    """The operations, over one storage."""

    def __init__(self, storage: Storage, check_policy: Callable[[str], object]) -> None:
        self._storage = storage
        self._check_policy = check_policy

    def operations(self) -> Mapping[str, Operation]:
        return {
            "DeleteBucketPolicy": self.delete_bucket_policy,
            "GetBucketPolicy": self.get_bucket_policy,
            "GetBucketPolicyStatus": self.get_bucket_policy_status,
            "PutBucketPolicy": self.put_bucket_policy,
        }

    async def put_bucket_policy(self, context: Context, params: Params) -> Output:
        text: str = params["Policy"]
        self._check(text, params["Bucket"])

        def put(writer: Writer) -> None:
            bucket = owned(writer, params)
            if _is_public(text) and _blocks(bucket, "BlockPublicPolicy"):
                raise AwsError(
                    "AccessDenied",
                    f"User: {context.principal.arn} is not authorized to perform: s3:PutBucketPolicy on resource: "
                    f'"{names.bucket_arn(bucket.name)}" because public policies are prevented by the '
                    "BlockPublicPolicy setting in S3 Block Public Access.",
                    status=403,
                )
            catalog.put_policy(writer, bucket.name, text)

        await self._storage.write(put)
        return {}

    async def get_bucket_policy(self, context: Context, params: Params) -> Output:
        del context
        return {"Policy": await self._storage.read(lambda reader: _get(reader, params))}

    async def get_bucket_policy_status(self, context: Context, params: Params) -> Output:
        del context
        text = await self._storage.read(lambda reader: _get(reader, params))
        return {"PolicyStatus": {"IsPublic": _is_public(text)}}

    async def delete_bucket_policy(self, context: Context, params: Params) -> Output:
        del context
        await self._storage.write(lambda writer: catalog.remove_policy(writer, owned(writer, params).name))
        return {}

    def _check(self, text: str, bucket: str) -> None:
        """Raises MalformedPolicy."""
        if not text.lstrip().startswith("{"):
            raise _malformed("Policies must be valid JSON and the first byte must be '{'")
        if len(text.encode()) > limits.bucket_policy_bytes_max:
            raise AwsError(
                "PolicyTooLarge",
                f"Policy exceeds the maximum allowed document size of {limits.bucket_policy_bytes_max} bytes",
                status=400,
            )
        try:
            self._check_policy(text)
        except AwsError as error:
            raise _malformed(error.message or "") from None
        for statement in _statements(text):
            for resource in _texts(statement.get("Resource", statement.get("NotResource", []))):
                if not _is_inside(resource, bucket):
                    raise _malformed("Policy has invalid resource")
            for action in _texts(statement.get("Action", statement.get("NotAction", []))):
                if action != "*" and not action.lower().startswith("s3:"):
                    raise _malformed("Policy has invalid action")


def _get(reader: Reader, params: Params) -> str:
    """Raises NoSuchBucketPolicy."""
    bucket = owned(reader, params)
    text = catalog.policy(reader, bucket.name)
    if text is None:
        raise AwsError(
            "NoSuchBucketPolicy",
            "The bucket policy does not exist",
            status=404,
            members={"BucketName": bucket.name},
        )
    return text


def _statements(text: str) -> list[Mapping[str, Any]]:
    found: Any = orjson.loads(text)["Statement"]
    return cast("list[Mapping[str, Any]]", found if isinstance(found, list) else [found])


def _texts(value: Any) -> list[str]:
    return [str(each) for each in cast("list[Any]", value)] if isinstance(value, list) else [str(value)]


def _is_inside(resource: str, bucket: str) -> bool:
    """Whether a policy of this bucket may speak of the resource: the bucket, what is in it, or a pattern of both."""
    arn = names.bucket_arn(bucket)
    return resource in (arn, "*") or resource.startswith((f"{arn}/", f"{arn}*"))


def keeps_strangers_out(bucket: Bucket, text: str) -> bool:
    """Whether what a bucket's policy allows to everyone is not for those who do not sign."""
    return _is_public(text) and _blocks(bucket, "RestrictPublicBuckets")


def _is_public(text: str) -> bool:
    """Whether a policy allows something to everyone, whatever the circumstances, in AWS's sense of it.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
    """
    return any(
        statement.get("Effect") == "Allow" and _is_for_all(statement) and not _is_bound(statement)
        for statement in _statements(text)
    )


def _is_for_all(statement: Mapping[str, Any]) -> bool:
    principal: Any = statement.get("Principal", "*")  # NotPrincipal leaves all others
    if isinstance(principal, dict):
        principal = cast("Mapping[str, Any]", principal).get("AWS", [])
    return "*" in _texts(principal)


def _is_bound(statement: Mapping[str, Any]) -> bool:
    """Whether it is for those alone who come from a certain place, or are somebody's."""
    conditions: Mapping[str, Any] = statement.get("Condition") or {}
    return any(key.lower() in _BINDING for condition in conditions.values() for key in condition)


def _blocks(bucket: Bucket, name: str) -> bool:
    return bool((shown(bucket, PUBLIC_ACCESS) or {}).get(name))


def _malformed(sentence: str) -> AwsError:
    return AwsError("MalformedPolicy", sentence, status=400)
