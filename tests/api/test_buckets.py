"""S3 as boto3 uses it, against one running server. Each test has a bucket of its own."""

import io
import itertools
import json
import os
import urllib.error
import urllib.request
import zipfile

import pytest
from botocore.exceptions import ClientError
from tests.api.millrace_process import Millrace

HERE = {"LocationConstraint": "eu-central-1"}
LARGE = os.urandom(11_000_000)
_NUMBERS = itertools.count()


@pytest.fixture(scope="module")
def s3(server: Millrace):
    return server.client("s3")


@pytest.fixture
def bucket(s3):
    name = f"bucket-{next(_NUMBERS)}"
    s3.create_bucket(Bucket=name, CreateBucketConfiguration=HERE)
    return name


def refusal(call, **params):
    with pytest.raises(ClientError) as error:
        call(**params)
    told = error.value.response
    return told["Error"]["Code"], told["ResponseMetadata"]["HTTPStatusCode"]


def fetched(url, method="GET", data=None, **headers):
    request = urllib.request.Request(url, data=data, method=method, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def zipped(code):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("app.py", code)
    return data.getvalue()


def keys(told):
    return [each["Key"] for each in told.get("Contents", [])]


# Buckets.


def test_a_bucket_is_made_found_listed_and_deleted(s3, bucket):
    assert s3.head_bucket(Bucket=bucket)["BucketRegion"] == "eu-central-1"
    assert s3.get_bucket_location(Bucket=bucket)["LocationConstraint"] == "eu-central-1"
    assert bucket in [each["Name"] for each in s3.list_buckets()["Buckets"]]

    s3.delete_bucket(Bucket=bucket)

    assert refusal(s3.head_bucket, Bucket=bucket) == ("404", 404)
    assert refusal(s3.list_objects_v2, Bucket=bucket) == ("NoSuchBucket", 404)


def test_a_bucket_that_cannot_be_is_refused(s3, bucket):
    again = {"Bucket": bucket, "CreateBucketConfiguration": HERE}
    assert refusal(s3.create_bucket, **again) == ("BucketAlreadyOwnedByYou", 409)
    assert refusal(s3.create_bucket, Bucket="another") == ("IllegalLocationConstraintException", 400)
    elsewhere = {"LocationConstraint": "us-west-2"}
    assert refusal(s3.create_bucket, Bucket="another", CreateBucketConfiguration=elsewhere) == (
        "IllegalLocationConstraintException",
        400,
    )
    assert refusal(s3.create_bucket, Bucket="A_b", CreateBucketConfiguration=HERE) == (
        "InvalidBucketName",
        400,
    )


def test_a_bucket_in_us_east_1_may_be_made_twice(server):
    client = server.client("s3", region_name="us-east-1")

    assert client.create_bucket(Bucket="first")["Location"] == "/first"
    assert client.create_bucket(Bucket="first")["Location"] == "/first"
    assert client.get_bucket_location(Bucket="first")["LocationConstraint"] is None


def test_a_bucket_with_objects_is_not_deleted(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"")

    assert refusal(s3.delete_bucket, Bucket=bucket) == ("BucketNotEmpty", 409)


def test_a_fresh_bucket_shows_what_awss_shows(s3, bucket):
    block = s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
    rules = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]

    assert set(block.values()) == {True}
    assert rules[0]["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
    assert s3.get_bucket_ownership_controls(Bucket=bucket)["OwnershipControls"]["Rules"] == [
        {"ObjectOwnership": "BucketOwnerEnforced"}
    ]
    assert s3.get_bucket_acl(Bucket=bucket)["Grants"][0]["Permission"] == "FULL_CONTROL"
    assert "Status" not in s3.get_bucket_versioning(Bucket=bucket)
    assert s3.get_bucket_request_payment(Bucket=bucket)["Payer"] == "BucketOwner"


@pytest.mark.parametrize(
    ("operation", "code"),
    [
        ("get_bucket_cors", "NoSuchCORSConfiguration"),
        ("get_bucket_lifecycle_configuration", "NoSuchLifecycleConfiguration"),
        ("get_bucket_policy", "NoSuchBucketPolicy"),
        ("get_bucket_replication", "ReplicationConfigurationNotFoundError"),
        ("get_bucket_tagging", "NoSuchTagSet"),
        ("get_bucket_website", "NoSuchWebsiteConfiguration"),
        ("get_object_lock_configuration", "ObjectLockConfigurationNotFoundError"),
    ],
)
def test_what_a_fresh_bucket_has_not_is_told_by_name(s3, bucket, operation, code):
    assert refusal(getattr(s3, operation), Bucket=bucket) == (code, 404)


def test_versioning_is_refused_by_name(s3, bucket):
    on = {"Bucket": bucket, "VersioningConfiguration": {"Status": "Enabled"}}

    assert refusal(s3.put_bucket_versioning, **on) == ("NotImplemented", 501)


# Objects.


@pytest.mark.parametrize("key", ["k", "a b+c", "//x/../y/.", "é/日本", "a%2Fb", "x?y#z&w=1", "é" * 512])
def test_an_object_comes_back_under_any_key(s3, bucket, key):
    put = s3.put_object(Bucket=bucket, Key=key, Body=b"body", ContentType="text/plain", Metadata={"m": "1"})
    got = s3.get_object(Bucket=bucket, Key=key)

    assert (got["Body"].read(), got["ContentType"], got["Metadata"]) == (b"body", "text/plain", {"m": "1"})
    assert got["ETag"] == put["ETag"] == '"841a2d689ad86bd1611447453c22c6fc"'
    assert keys(s3.list_objects_v2(Bucket=bucket)) == [key]


def test_a_large_object_is_streamed_and_cut(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=LARGE)

    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == LARGE
    part = s3.get_object(Bucket=bucket, Key="k", Range="bytes=1000000-9000000")
    assert part["Body"].read() == LARGE[1_000_000:9_000_001]
    assert part["ContentRange"] == "bytes 1000000-9000000/11000000"
    assert part["ResponseMetadata"]["HTTPStatusCode"] == 206


def test_what_is_not_there_is_told(s3, bucket):
    assert refusal(s3.get_object, Bucket=bucket, Key="k") == ("NoSuchKey", 404)
    assert refusal(s3.head_object, Bucket=bucket, Key="k") == ("404", 404)
    assert refusal(s3.put_object, Bucket="nobodys", Key="k", Body=b"") == ("NoSuchBucket", 404)
    assert s3.delete_object(Bucket=bucket, Key="k")["ResponseMetadata"]["HTTPStatusCode"] == 204


def test_conditions_of_reads_and_writes_hold(s3, bucket):
    here = {"Bucket": bucket, "Key": "k"}
    etag = s3.put_object(**here, Body=b"1", IfNoneMatch="*")["ETag"]

    assert refusal(s3.put_object, **here, Body=b"2", IfNoneMatch="*") == ("PreconditionFailed", 412)
    assert refusal(s3.put_object, **here, Body=b"2", IfMatch='"0"') == ("PreconditionFailed", 412)
    assert refusal(s3.get_object, **here, IfNoneMatch=etag) == ("304", 304)
    assert refusal(s3.get_object, **here, IfMatch='"0"') == ("PreconditionFailed", 412)
    assert refusal(s3.get_object, **here, Range="bytes=9-") == ("InvalidRange", 416)
    s3.put_object(**here, Body=b"2", IfMatch=etag)
    assert s3.get_object(**here)["Body"].read() == b"2"


def test_a_body_that_is_not_what_its_digest_says_is_refused(s3, bucket):
    here = {"Bucket": bucket, "Key": "k", "Body": b"body"}

    assert refusal(s3.put_object, **here, ContentMD5="1B2M2Y8AsgTpgAmY7PhCfg==") == ("BadDigest", 400)
    assert refusal(s3.put_object, **here, ChecksumSHA256="A" * 43 + "=") == ("BadDigest", 400)


def test_checksums_are_kept_and_told(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"body", ChecksumAlgorithm="SHA256")
    told = s3.head_object(Bucket=bucket, Key="k", ChecksumMode="ENABLED")

    assert (told["ChecksumSHA256"], told["ChecksumType"]) == (
        "Iw2DWNyOiJC0xY3utikS7i8gNXrpKlzIYbmOaP4xrLU=",
        "FULL_OBJECT",
    )
    attributes = s3.get_object_attributes(Bucket=bucket, Key="k", ObjectAttributes=["Checksum", "ObjectSize"])
    assert (attributes["ObjectSize"], attributes["Checksum"]["ChecksumSHA256"]) == (4, told["ChecksumSHA256"])


def test_a_listing_has_pages_prefixes_and_a_place_to_start(s3, bucket):
    for key in ("a/1", "a/2", "b", "c/1", "d"):
        s3.put_object(Bucket=bucket, Key=key, Body=b"")
    found = [
        (keys(page), [each["Prefix"] for each in page.get("CommonPrefixes", [])])
        for page in s3.get_paginator("list_objects_v2").paginate(
            Bucket=bucket, Delimiter="/", PaginationConfig={"PageSize": 2}
        )
    ]

    assert found == [(["b"], ["a/"]), (["d"], ["c/"])]
    assert keys(s3.list_objects_v2(Bucket=bucket, StartAfter="b")) == ["c/1", "d"]
    assert keys(s3.list_objects(Bucket=bucket, Prefix="a/", Marker="a/1")) == ["a/2"]
    assert [each["VersionId"] for each in s3.list_object_versions(Bucket=bucket)["Versions"]] == ["null"] * 5


def test_objects_are_copied_with_what_is_said_of_them_or_without(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=LARGE, Metadata={"m": "1"}, Tagging="a=b")
    source = {"Bucket": bucket, "Key": "k"}
    s3.copy_object(Bucket=bucket, Key="same", CopySource=source)
    s3.copy_object(
        Bucket=bucket, Key="new", CopySource=source, MetadataDirective="REPLACE", Metadata={"n": "2"}
    )

    assert s3.get_object(Bucket=bucket, Key="same")["Body"].read() == LARGE
    assert s3.head_object(Bucket=bucket, Key="same")["Metadata"] == {"m": "1"}
    assert s3.head_object(Bucket=bucket, Key="new")["Metadata"] == {"n": "2"}
    assert s3.get_object_tagging(Bucket=bucket, Key="same")["TagSet"] == [{"Key": "a", "Value": "b"}]
    assert refusal(s3.copy_object, Bucket=bucket, Key="k", CopySource=source) == ("InvalidRequest", 400)


def test_many_objects_are_deleted_at_once(s3, bucket):
    s3.put_object(Bucket=bucket, Key="a", Body=b"")
    told = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "a"}, {"Key": "never"}]})

    assert [each["Key"] for each in told["Deleted"]] == ["a", "never"]
    assert keys(s3.list_objects_v2(Bucket=bucket)) == []


# Multipart uploads.


def test_a_file_is_uploaded_in_parts_and_comes_back(s3, bucket):
    s3.upload_fileobj(io.BytesIO(LARGE), bucket, "k")
    back = io.BytesIO()
    s3.download_fileobj(bucket, "k", back)

    assert back.getvalue() == LARGE
    told = s3.head_object(Bucket=bucket, Key="k", ChecksumMode="ENABLED", PartNumber=2)
    assert (told["ETag"][-3:], told["PartsCount"], told["ContentLength"]) == (
        '-2"',
        2,
        11_000_000 - 8 * 1024**2,
    )


def test_parts_are_judged_when_an_upload_is_completed(s3, bucket):
    here = {"Bucket": bucket, "Key": "k"}
    upload = {**here, "UploadId": s3.create_multipart_upload(**here)["UploadId"]}
    one, two = (s3.upload_part(**upload, PartNumber=n, Body=b"small")["ETag"] for n in (1, 2))

    def completed(*parts):
        told = [{"PartNumber": number, "ETag": etag} for number, etag in parts]
        return refusal(s3.complete_multipart_upload, **upload, MultipartUpload={"Parts": told})

    assert completed((2, two), (1, one)) == ("InvalidPartOrder", 400)
    assert completed((1, '"0"')) == ("InvalidPart", 400)
    assert completed((1, one), (2, two)) == ("EntityTooSmall", 400)
    assert [each["PartNumber"] for each in s3.list_parts(**upload)["Parts"]] == [1, 2]
    assert [each["Key"] for each in s3.list_multipart_uploads(Bucket=bucket)["Uploads"]] == ["k"]
    s3.abort_multipart_upload(**upload)
    assert refusal(s3.list_parts, **upload) == ("NoSuchUpload", 404)


def test_a_part_is_copied_out_of_an_object(s3, bucket):
    s3.put_object(Bucket=bucket, Key="from", Body=LARGE)
    here = {"Bucket": bucket, "Key": "k"}
    upload = {**here, "UploadId": s3.create_multipart_upload(**here)["UploadId"]}
    copied = s3.upload_part_copy(
        **upload, PartNumber=1, CopySource=f"{bucket}/from", CopySourceRange="bytes=5-5999999"
    )["CopyPartResult"]
    parts = [{"PartNumber": 1, "ETag": copied["ETag"]}]
    s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})

    assert s3.get_object(**here)["Body"].read() == LARGE[5:6_000_000]


# Who may.


@pytest.mark.parametrize("region", ["us-east-1", "eu-central-1"])  # boto3 presigns in two ways
def test_a_presigned_address_reads_and_writes(server, bucket, region):
    client = server.client("s3", region_name=region)
    here = {"Bucket": bucket, "Key": "a b+c"}

    status, _ = fetched(client.generate_presigned_url("put_object", Params=here), "PUT", b"body")
    assert status == 200
    address = client.generate_presigned_url("get_object", Params=here)
    assert fetched(address) == (200, b"body")


def test_an_address_whose_time_is_over_is_refused(server, bucket):
    client = server.client("s3", region_name="us-east-1")
    status, body = fetched(
        client.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "k"}, ExpiresIn=-9)
    )

    assert (status, b"<Message>Request has expired</Message>" in body) == (403, True)


def test_everyone_may_what_a_buckets_policy_allows_and_no_more(server, s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"public")
    allow = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{bucket}/*",
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    address = f"{server.url}/{bucket}/k"

    assert fetched(address)[0] == 403
    assert refusal(s3.put_bucket_policy, Bucket=bucket, Policy=policy) == ("AccessDenied", 403)
    s3.delete_public_access_block(Bucket=bucket)
    s3.put_bucket_policy(Bucket=bucket, Policy=policy)
    assert fetched(address) == (200, b"public")
    assert fetched(f"{server.url}/k", Host=f"{bucket}.s3.localhost") == (200, b"public")
    assert fetched(address, "DELETE")[0] == 403
    assert s3.get_bucket_policy_status(Bucket=bucket)["PolicyStatus"]["IsPublic"] is True
    restricted = {"RestrictPublicBuckets": True}
    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=restricted)
    assert fetched(address)[0] == 403


def test_an_object_that_is_a_page_has_no_origin_in_a_browser(s3, bucket):
    s3.put_object(Bucket=bucket, Key="page", Body=b"<script></script>", ContentType="text/html")
    headers = s3.get_object(Bucket=bucket, Key="page")["ResponseMetadata"]["HTTPHeaders"]
    assert headers["content-security-policy"] == "sandbox"
    assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("policy", "sentence"),
    [
        ("no", "Policies must be valid JSON and the first byte must be '{'"),
        (
            '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::other/*"}]}',
            "Policy has invalid resource",
        ),
    ],
)
def test_a_policy_that_is_none_of_the_buckets_is_refused(s3, bucket, policy, sentence):
    with pytest.raises(ClientError) as error:
        s3.put_bucket_policy(Bucket=bucket, Policy=policy)

    assert error.value.response["Error"] == {"Code": "MalformedPolicy", "Message": sentence}


def test_a_user_may_what_its_policy_says(server, s3, bucket):
    iam, user = server.client("iam"), f"reader-{bucket}"
    iam.create_user(UserName=user)
    key = iam.create_access_key(UserName=user)["AccessKey"]
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{bucket}/a*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_user_policy(UserName=user, PolicyName="p", PolicyDocument=document)
    theirs = server.client(
        "s3", aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"]
    )
    for name in ("a/../b c", "b"):
        s3.put_object(Bucket=bucket, Key=name, Body=b"body")

    assert theirs.get_object(Bucket=bucket, Key="a/../b c")["Body"].read() == b"body"
    assert refusal(theirs.get_object, Bucket=bucket, Key="b") == ("AccessDenied", 403)
    assert refusal(theirs.put_object, Bucket=bucket, Key="a", Body=b"") == ("AccessDenied", 403)


def test_a_wrong_secret_is_refused_in_s3s_words(server, s3):
    iam = server.client("iam")
    iam.create_user(UserName="forger")
    key = iam.create_access_key(UserName="forger")["AccessKey"]["AccessKeyId"]
    forger = server.client("s3", aws_access_key_id=key, aws_secret_access_key="wrong")

    assert refusal(forger.list_buckets) == ("SignatureDoesNotMatch", 403)


# Tags, code, the aws CLI, and what lives on.


def test_a_functions_code_comes_from_a_bucket(server, s3, bucket):
    role = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [role]})
    arn = server.client("iam").create_role(RoleName="runner", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    s3.put_object(
        Bucket=bucket, Key="code.zip", Body=zipped("def handler(event, context):\n    return 'one'")
    )
    s3.put_object(Bucket=bucket, Key="new.zip", Body=zipped("def handler(event, context):\n    return 'two'"))
    functions, named = server.client("lambda"), {"FunctionName": "from-a-bucket"}

    def answer():
        return json.load(functions.invoke(**named)["Payload"])

    code = {"S3Bucket": bucket, "S3Key": "code.zip"}
    functions.create_function(
        **named, Runtime=server.ask("health")["runtime"], Handler="app.handler", Role=arn, Code=code
    )
    assert answer() == "one"
    functions.update_function_code(**named, S3Bucket=bucket, S3Key="new.zip")
    assert answer() == "two"
    gone = {**named, "S3Bucket": bucket, "S3Key": "gone.zip"}
    assert refusal(functions.update_function_code, **gone) == ("InvalidParameterValueException", 400)


def test_tags_of_buckets_and_objects_are_kept(s3, bucket):
    tags = [{"Key": "a", "Value": "b"}]
    s3.put_object(Bucket=bucket, Key="k", Body=b"")
    s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": tags})
    s3.put_object_tagging(Bucket=bucket, Key="k", Tagging={"TagSet": tags})

    assert s3.get_bucket_tagging(Bucket=bucket)["TagSet"] == tags
    assert s3.get_object_tagging(Bucket=bucket, Key="k")["TagSet"] == tags
    assert s3.head_object(Bucket=bucket, Key="k")["TagCount"] == 1


def test_the_aws_cli_copies_lists_and_removes(server, s3, bucket, tmp_path):
    (tmp_path / "x y.txt").write_text("one")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub/z").write_text("two")
    server.aws("s3", "sync", str(tmp_path), f"s3://{bucket}/p", "--quiet")

    assert keys(s3.list_objects_v2(Bucket=bucket)) == ["p/sub/z", "p/x y.txt"]
    assert server.aws("s3", "cp", f"s3://{bucket}/p/x y.txt", "-", check=False).stdout == "one"
    server.aws("s3", "rb", f"s3://{bucket}", "--force", check=False)
    assert refusal(s3.head_bucket, Bucket=bucket) == ("404", 404)


def test_objects_outlive_a_killed_server(millrace):
    s3 = millrace.client("s3")
    s3.create_bucket(Bucket="lasting", CreateBucketConfiguration=HERE)
    s3.put_object(Bucket="lasting", Key="k", Body=LARGE)
    upload = s3.create_multipart_upload(Bucket="lasting", Key="m")["UploadId"]
    etag = s3.upload_part(Bucket="lasting", Key="m", UploadId=upload, PartNumber=1, Body=b"part")["ETag"]

    millrace.kill()
    millrace.start()

    s3 = millrace.client("s3")
    parts = {"Parts": [{"PartNumber": 1, "ETag": etag}]}
    s3.complete_multipart_upload(Bucket="lasting", Key="m", UploadId=upload, MultipartUpload=parts)
    assert s3.get_object(Bucket="lasting", Key="k")["Body"].read() == LARGE
    assert s3.get_object(Bucket="lasting", Key="m")["Body"].read() == b"part"


@pytest.mark.parametrize(
    ("operation", "params", "code"),
    [
        ("list_parts", {"Key": "k", "UploadId": "u", "PartNumberMarker": "x"}, "InvalidArgument"),
        ("list_objects_v2", {"MaxKeys": -1}, "InvalidArgument"),
        ("list_objects_v2", {"MaxKeys": "x"}, "InvalidArgument"),
        ("list_objects_v2", {"ContinuationToken": "?"}, "InvalidArgument"),
        ("upload_part", {"Key": "k", "UploadId": "u", "PartNumber": 0, "Body": b""}, "InvalidArgument"),
        ("get_object", {"Key": "k", "ResponseContentType": "a\r\nb: c"}, "InvalidArgument"),
        ("get_object", {"Key": "k", "VersionId": "v"}, "InvalidArgument"),
        ("put_object", {"Key": "k", "Tagging": "a=b&a=c"}, "InvalidArgument"),
        ("put_object", {"Key": "k", "StorageClass": "SHELF"}, "InvalidStorageClass"),
        ("put_object", {"Key": "k", "ACL": "public-read"}, "AccessControlListNotSupported"),
        ("put_object", {"Key": "k", "ServerSideEncryption": "aws:kms"}, "NotImplemented"),
        ("put_object", {"Key": "x" * 1025}, "KeyTooLongError"),
        ("put_object", {"Key": "k", "Metadata": {"m": "x" * 2048}}, "MetadataTooLarge"),
        ("delete_objects", {"Delete": {"Objects": []}}, "MalformedXML"),
        ("delete_objects", {"Delete": {"Objects": [{}]}}, "MalformedXML"),
        ("copy_object", {"Key": "k", "CopySource": "nothing"}, "InvalidArgument"),
        ("put_bucket_tagging", {"Tagging": {"TagSet": [{"Key": "aws:a", "Value": "b"}]}}, "InvalidTag"),
        ("put_bucket_cors", {"CORSConfiguration": {"CORSRules": []}}, "MalformedXML"),
    ],
)
def test_bad_input_is_refused_in_s3s_words(server, s3, bucket, operation, params, code):
    s3.put_object(Bucket=bucket, Key="k", Body=b"")
    call = getattr(server.unchecked_client("s3"), operation)

    assert refusal(call, Bucket=bucket, **params)[0] == code
