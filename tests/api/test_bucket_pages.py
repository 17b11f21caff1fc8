"""Buckets and web pages: forms that upload, rules for other origins, presigned addresses; and answers for each key."""

import http.client
import itertools
import json
import urllib.parse

import pytest
from botocore.exceptions import ClientError
from tests.api.millrace_process import Millrace

HERE = {"LocationConstraint": "eu-central-1"}
PAGE = "http://app.test"
_NUMBERS = itertools.count()


@pytest.fixture(scope="module")
def s3(server: Millrace):
    return server.client("s3")


@pytest.fixture
def bucket(s3):
    name = f"pages-{next(_NUMBERS)}"
    s3.create_bucket(Bucket=name, CreateBucketConfiguration=HERE)
    return name


def ask(server, method, target, body=None, **headers):
    parts = urllib.parse.urlsplit(target)
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, parts._replace(scheme="", netloc="").geturl(), body, named)
    answer = connection.getresponse()
    told = answer.status, dict(answer.getheaders()), answer.read()
    connection.close()
    return told


def post(server, form, file=b"hello", **headers):
    """What is told of a form as a browser sends it."""
    mark = "between-fields"
    parts = [f'form-data; name="{name}"\r\n\r\n{value}'.encode() for name, value in form["fields"].items()]
    parts.append(b'form-data; name="file"; filename="n.txt"\r\nContent-Type: text/plain\r\n\r\n' + file)
    body = b"".join(b"--%b\r\nContent-Disposition: %b\r\n" % (mark.encode(), part) for part in parts)
    body += f"--{mark}--\r\n".encode()
    kind = f"multipart/form-data; boundary={mark}"
    return ask(server, "POST", form["url"], body, Content_Type=kind, **headers)


def test_a_form_uploads_an_object_as_its_policy_allows(server, s3, bucket):
    fields = {"x-amz-meta-a": "b", "success_action_status": "201", "Content-Type": "text/plain"}
    conditions = [*({name: value} for name, value in fields.items()), ["content-length-range", 1, 5]]
    form = s3.generate_presigned_post(bucket, "up/${filename}", Fields=fields, Conditions=conditions)

    status, headers, body = post(server, form)

    told = s3.head_object(Bucket=bucket, Key="up/n.txt")
    assert (status, headers["Location"]) == (201, f"{server.url}/{bucket}/up/n.txt")
    assert b"<Key>up/n.txt</Key>" in body
    assert (told["Metadata"], told["ContentType"], told["ContentLength"]) == ({"a": "b"}, "text/plain", 5)
    assert b"<Code>EntityTooLarge</Code>" in post(server, form, b"too long")[2]
    form["fields"]["x-amz-meta-a"] = "c"
    assert post(server, form)[0] == 403
    del form["fields"]["key"]
    assert b"a field named 'key'" in post(server, form)[2]


def test_a_form_of_a_user_is_signed_with_its_secret_or_refused(server, s3, bucket):
    iam, user = server.client("iam"), f"poster-{bucket}"
    iam.create_user(UserName=user)
    key = iam.create_access_key(UserName=user)["AccessKey"]
    statement = {"Effect": "Allow", "Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{bucket}/mine/*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_user_policy(UserName=user, PolicyName="p", PolicyDocument=document)
    names = {"aws_access_key_id": key["AccessKeyId"]}
    theirs = server.client("s3", **names, aws_secret_access_key=key["SecretAccessKey"])
    forged = server.client("s3", **names, aws_secret_access_key="wrong")

    assert post(server, theirs.generate_presigned_post(bucket, "mine/k"))[0] == 204
    assert post(server, theirs.generate_presigned_post(bucket, "others"))[0] == 403
    assert b"SignatureDoesNotMatch" in post(server, forged.generate_presigned_post(bucket, "mine/k"))[2]
    assert post(server, {"url": f"{server.url}/{bucket}", "fields": {"key": "k"}})[0] == 403


def test_pages_of_other_origins_may_what_a_buckets_rules_say_and_no_more(server, s3, bucket):
    address = s3.generate_presigned_url("put_object", Params={"Bucket": bucket, "Key": "k"})
    asked = {"Origin": PAGE, "Access_Control_Request_Method": "PUT"}
    page = {"Origin": PAGE, "Sec_Fetch_Site": "cross-site"}
    assert b"CORS is not enabled" in ask(server, "OPTIONS", address, **asked)[2]
    assert ask(server, "PUT", address, b"x", **page)[0] == 403
    rule = {"AllowedMethods": ["PUT"], "AllowedOrigins": [PAGE], "ExposeHeaders": ["ETag"]}

    s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": [rule]})

    assert s3.get_bucket_cors(Bucket=bucket)["CORSRules"] == [rule]
    status, headers, _ = ask(server, "OPTIONS", address, **asked)
    assert (status, headers["Access-Control-Allow-Origin"]) == (200, PAGE)
    status, headers, _ = ask(server, "PUT", address, b"x", **page)
    assert (status, headers["Access-Control-Expose-Headers"]) == (200, "ETag")
    assert ask(server, "PUT", address, b"x", Origin="http://evil.test")[0] == 403
    elsewhere = f"{server.url}/{bucket}?X-Amz-Credential=test%2F20300101%2Fus-east-1%2Fiam%2Faws4_request"
    assert ask(server, "PUT", elsewhere, b"Action=ListUsers", **page)[0] in (400, 403)
    s3.delete_bucket_cors(Bucket=bucket)
    assert ask(server, "PUT", address, b"x", **page)[0] == 403


def test_a_presigned_address_says_what_headers_would_but_for_checksums(server, s3, bucket):
    params = {"Bucket": bucket, "Key": "k"}
    address = s3.generate_presigned_url("put_object", Params=params)
    more = "&x-amz-meta-a=b&x-amz-checksum-crc32=AAAAAA%3D%3D"  # as the SDK for JavaScript signs it

    assert ask(server, "PUT", address + more, b"body")[0] == 200

    assert s3.head_object(Bucket=bucket, Key="k")["Metadata"] == {"a": "b"}
    assert ask(server, "PUT", f"{address}&If-None-Match=%2A", b"body")[0] == 412


def test_of_many_objects_those_are_deleted_that_may_be(server, s3, bucket):
    for key in ("a", "b"):
        s3.put_object(Bucket=bucket, Key=key, Body=b"")
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:DeleteObject",
        "Resource": f"arn:aws:s3:::{bucket}/b",
    }
    s3.put_bucket_policy(
        Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    )

    told = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "a"}, {"Key": "b"}]})

    assert told["Deleted"] == [{"Key": "a"}]
    assert [(each["Key"], each["Code"]) for each in told["Errors"]] == [("b", "AccessDenied")]


def test_what_comes_without_a_checksum_gets_awss(s3, bucket, server):
    address = s3.generate_presigned_url("put_object", Params={"Bucket": bucket, "Key": "k"})
    _, headers, _ = ask(server, "PUT", address, b"123456789")

    assert headers["x-amz-checksum-crc64nvme"] == "rosUhgp5mIg="
    told = s3.list_objects_v2(Bucket=bucket)
    assert told["Contents"][0]["ChecksumAlgorithm"] == ["CRC64NVME"]
    assert told["ResponseMetadata"]["HTTPHeaders"]["x-amz-bucket-region"] == "eu-central-1"


def test_metadata_that_is_no_ascii_goes_as_mail(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Metadata={"a": "=?UTF-8?B?YWJj?=", "b": "=?UTF-8?B?w6k=?="})

    assert s3.head_object(Bucket=bucket, Key="k")["Metadata"] == {"a": "abc", "b": "=?UTF-8?Q?=C3=A9?="}


def test_a_marker_within_a_common_prefix_goes_on_behind_it(s3, bucket):
    for key in ("d/s/1", "d/s/2", "d/x"):
        s3.put_object(Bucket=bucket, Key=key, Body=b"")

    told = s3.list_objects(Bucket=bucket, Prefix="d/", Delimiter="/", Marker="d/s/1")

    assert ([each["Key"] for each in told["Contents"]], told.get("CommonPrefixes")) == (["d/x"], None)


def test_the_checksums_of_an_upload_are_those_it_was_begun_with(s3, bucket):
    here = {"Bucket": bucket, "Key": "k"}
    upload = s3.create_multipart_upload(**here, ChecksumAlgorithm="SHA256")["UploadId"]
    place = {**here, "UploadId": upload}
    part = s3.upload_part(**place, PartNumber=1, Body=b"123456789", ChecksumAlgorithm="SHA256")
    listed = {"PartNumber": 1, "ETag": part["ETag"]}
    refused = []
    for params in (
        {"MultipartUpload": {"Parts": []}},
        {"MultipartUpload": {"Parts": [listed]}},
        {"MultipartUpload": {"Parts": [{**listed, "ChecksumSHA1": "x"}]}},
        {"MultipartUpload": {"Parts": [listed]}, "ChecksumType": "FULL_OBJECT"},
    ):
        with pytest.raises(ClientError) as error:
            s3.complete_multipart_upload(**place, **params)
        refused.append(error.value.response["Error"]["Message"].partition(".")[0])
    whole = {"Parts": [{**listed, "ChecksumSHA256": part["ChecksumSHA256"]}]}

    told = s3.complete_multipart_upload(**place, MultipartUpload=whole)

    assert refused == [
        "You must specify at least one part",
        "The upload was created using a sha256 checksum",
        "The sha1 you specified for part 1 did not match what we received",
        "The upload was created using the COMPOSITE checksum mode",
    ]
    assert (part["ChecksumSHA256"][:8], told["ChecksumType"]) == ("FeKw08M4", "COMPOSITE")


@pytest.mark.parametrize(
    ("operation", "params", "code"),
    [
        ("put_object", {"Key": "k", "IfMatch": "*"}, "NotImplemented"),
        ("delete_object", {"Key": "k", "IfMatch": "wrong"}, "PreconditionFailed"),
        ("delete_object", {"Key": "k", "IfMatchSize": 1}, "NotImplemented"),
        ("head_bucket", {"ExpectedBucketOwner": "me"}, "400"),
        ("get_bucket_acl", {"ExpectedBucketOwner": "me"}, "InvalidBucketOwnerAWSAccountID"),
        ("list_objects", {"EncodingType": "base64"}, "InvalidArgument"),
        ("put_object", {"Key": "k", "ChecksumCRC32": "x", "ChecksumSHA1": "x"}, "InvalidRequest"),
    ],
)
def test_what_aws_refuses_is_refused(s3, bucket, operation, params, code):
    s3.put_object(Bucket=bucket, Key="k", Body=b"")

    with pytest.raises(ClientError) as error:
        getattr(s3, operation)(Bucket=bucket, **params)

    assert error.value.response["Error"]["Code"] == code
