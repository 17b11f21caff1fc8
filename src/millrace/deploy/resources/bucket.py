"""AWS::S3::Bucket."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from millrace.deploy import ownership
from millrace.deploy.aws import Aws, pages, unless_missing
from millrace.deploy.document import array
from millrace.deploy.resources.host import Host
from millrace.deploy.resources.kind import Kind, Live, Owned, Situation, Wanted
from millrace.deploy.shapes import REQUIRED, Flag, Listed, Member, Record, Tags, Text, tag_list, tag_map

_GONE = ("NoSuchBucket", "404")
_FIRST = "us-east-1"  # the region that is asked for by saying none
_BLOCKS = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")
_OWNERSHIPS = ("BucketOwnerEnforced", "BucketOwnerPreferred", "ObjectWriter")
_ENCRYPTION = Record(
    {
        "BucketKeyEnabled": Member(Flag(), False),
        "ServerSideEncryptionByDefault": Member(
            Record({"SSEAlgorithm": Member(Text(), REQUIRED), "KMSMasterKeyID": Member(Text())}), REQUIRED
        ),
    }
)
_FRESH_ENCRYPTION = {"BucketKeyEnabled": False, "ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}


class BucketHost(Host):
    """The tags of buckets, which S3 takes all at once."""

    def tags(self, aws: Aws, host: str) -> dict[str, str]:
        answer = unless_missing(lambda: aws.s3.get_bucket_tagging(Bucket=host), "NoSuchTagSet", *_GONE)
        return {} if answer is None else tag_map(answer["TagSet"])

    def retag(self, aws: Aws, host: str, put: Mapping[str, str], gone: Sequence[str]) -> None:
        before = self.tags(aws, host)
        tags = {key: value for key, value in {**before, **put}.items() if key not in gone}
        if tags != before:
            aws.s3.put_bucket_tagging(Bucket=host, Tagging={"TagSet": tag_list(tags)})


class Bucket(Kind):
    """A bucket, with what is in it. Its name is one in the whole world, and in small letters."""

    type = "AWS::S3::Bucket"
    shape = Record(
        {
            "BucketName": Member(Text()),
            "AccessControl": Member(Text(("Private",))),
            "BucketEncryption": Member(
                Record({"ServerSideEncryptionConfiguration": Member(Listed(_ENCRYPTION), REQUIRED)}),
                {"ServerSideEncryptionConfiguration": [_FRESH_ENCRYPTION]},
            ),
            "OwnershipControls": Member(
                Record(
                    {
                        "Rules": Member(
                            Listed(Record({"ObjectOwnership": Member(Text(_OWNERSHIPS), REQUIRED)})), REQUIRED
                        )
                    }
                ),
                {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
            ),
            "PublicAccessBlockConfiguration": Member(
                Record({name: Member(Flag(), False) for name in _BLOCKS}), dict.fromkeys(_BLOCKS, True)
            ),
            "Tags": Member(Tags(), {}),
            "VersioningConfiguration": Member(Record({"Status": Member(Text(("Suspended",)), REQUIRED)})),
        }
    )
    name_property = "BucketName"
    name_max = 63
    attributes = frozenset({"Arn", "DomainName", "DualStackDomainName", "RegionalDomainName"})
    holds_data = True
    host = BucketHost()

    def identify(self, stack: str, logical_id: str, properties: Mapping[str, Any]) -> str:
        given = properties.get("BucketName")
        return str(given) if given else super().identify(stack, logical_id, properties).lower()

    def normal(self, properties: Mapping[str, Any], name: str, situation: Situation) -> dict[str, Any]:
        found = super().normal(properties, name, situation)
        for name_of_nothing in ("AccessControl", "VersioningConfiguration"):  # what every bucket has
            found.pop(name_of_nothing, None)
        return found

    def owned(self, aws: Aws) -> Iterator[Owned]:
        buckets = pages(aws.s3, "list_buckets", "Buckets")
        return self.host.owned(aws, self.type, (bucket["Name"] for bucket in buckets))

    def read(self, aws: Aws, name: str) -> Live | None:
        if unless_missing(lambda: aws.s3.head_bucket(Bucket=name), *_GONE) is None:
            return None
        tags = self.host.tags(aws, name)
        properties = {
            "BucketEncryption": _encryption(aws, name),
            "OwnershipControls": _ownership(aws, name),
            "PublicAccessBlockConfiguration": _blocks(aws, name),
            "Tags": ownership.other(tags),
        }
        return Live(name, properties, _attributes(aws, name), ownership.own(tags))

    def foreseen(self, aws: Aws, wanted: Wanted) -> dict[str, Any]:
        return _attributes(aws, wanted.name)

    def create(self, aws: Aws, wanted: Wanted, situation: Situation) -> str:
        region = aws.scope.region
        place = {} if region == _FIRST else {"LocationConstraint": region}
        tags = tag_list(wanted.tags)
        aws.s3.create_bucket(Bucket=wanted.name, CreateBucketConfiguration={**place, "Tags": tags})
        made = self.read(aws, wanted.name)
        if made is not None:
            self.update(aws, wanted, made, situation)
        return wanted.name

    def update(self, aws: Aws, wanted: Wanted, live: Live, situation: Situation) -> None:
        del situation
        given, has = wanted.properties, live.properties
        if given["OwnershipControls"] != has["OwnershipControls"]:
            aws.s3.put_bucket_ownership_controls(
                Bucket=live.name, OwnershipControls=given["OwnershipControls"]
            )
        if given["PublicAccessBlockConfiguration"] != has["PublicAccessBlockConfiguration"]:
            aws.s3.put_public_access_block(
                Bucket=live.name,
                PublicAccessBlockConfiguration=given["PublicAccessBlockConfiguration"],
            )
        if given["BucketEncryption"] != has["BucketEncryption"]:
            aws.s3.put_bucket_encryption(
                Bucket=live.name, ServerSideEncryptionConfiguration=_rules(given["BucketEncryption"])
            )
        self.host.tag(aws, wanted, live)

    def is_empty(self, aws: Aws, name: str) -> bool:
        answer = unless_missing(lambda: aws.s3.list_objects_v2(Bucket=name, MaxKeys=1), *_GONE)
        return answer is None or not answer.get("Contents")

    def empty(self, aws: Aws, name: str) -> None:
        while not self.is_empty(aws, name):
            found = aws.s3.list_objects_v2(Bucket=name)["Contents"]
            keys = [{"Key": each["Key"]} for each in found]
            aws.s3.delete_objects(Bucket=name, Delete={"Objects": keys, "Quiet": True})

    def delete(self, aws: Aws, name: str, owner: tuple[str, str]) -> None:
        del owner
        unless_missing(lambda: aws.s3.delete_bucket(Bucket=name), *_GONE)

    def release(self, aws: Aws, name: str, owner: tuple[str, str]) -> None:
        del owner
        self.host.release(aws, name)


def _encryption(aws: Aws, name: str) -> dict[str, Any]:
    told = aws.s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]["Rules"]
    rules = [
        {
            "BucketKeyEnabled": each.get("BucketKeyEnabled", False),
            "ServerSideEncryptionByDefault": each["ApplyServerSideEncryptionByDefault"],
        }
        for each in told
    ]
    return {"ServerSideEncryptionConfiguration": rules}


def _rules(encryption: Mapping[str, Any]) -> dict[str, Any]:
    """An encryption as S3 takes it: its parts have other names there."""
    rules = array(encryption["ServerSideEncryptionConfiguration"]) or []
    return {
        "Rules": [
            {
                "ApplyServerSideEncryptionByDefault": each["ServerSideEncryptionByDefault"],
                "BucketKeyEnabled": each["BucketKeyEnabled"],
            }
            for each in rules
        ]
    }


def _ownership(aws: Aws, name: str) -> dict[str, Any] | None:
    answer = unless_missing(
        lambda: aws.s3.get_bucket_ownership_controls(Bucket=name), "OwnershipControlsNotFoundError"
    )
    return None if answer is None else answer["OwnershipControls"]


def _blocks(aws: Aws, name: str) -> dict[str, bool]:
    answer = unless_missing(
        lambda: aws.s3.get_public_access_block(Bucket=name), "NoSuchPublicAccessBlockConfiguration"
    )
    told: dict[str, bool] = {} if answer is None else answer["PublicAccessBlockConfiguration"]
    return {block: told.get(block, False) for block in _BLOCKS}


def _attributes(aws: Aws, name: str) -> dict[str, Any]:
    region = aws.scope.region
    return {
        "Ref": name,
        "Arn": f"arn:{aws.scope.partition}:s3:::{name}",
        "DomainName": f"{name}.s3.amazonaws.com",
        "DualStackDomainName": f"{name}.s3.dualstack.{region}.amazonaws.com",
        "RegionalDomainName": f"{name}.s3.{region}.amazonaws.com",
    }
