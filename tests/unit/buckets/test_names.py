"""What a bucket may be called, and what is copied."""

import pytest

from millrace.buckets import names
from millrace.core.errors import AwsError


@pytest.mark.parametrize("name", ["abc", "a.b-c.1", "1" * 63, "my-bucket", "a--b"])
def test_a_name_by_the_rules_is_taken(name):
    names.check_bucket(name)


@pytest.mark.parametrize(
    "name",
    [
        "ab",
        "1" * 64,
        "Abc",
        "a_b",
        "a..b",
        "-ab",
        "ab-",
        ".ab",
        "192.168.5.4",
        "xn--abc",
        "abc-s3alias",
        "a b",
    ],
)
def test_a_name_against_the_rules_is_refused(name):
    with pytest.raises(AwsError) as refusal:
        names.check_bucket(name)

    assert (refusal.value.code, refusal.value.message) == (
        "InvalidBucketName",
        "The specified bucket is not valid.",
    )


def test_a_key_is_measured_in_bytes():
    names.check_key("é" * 512)
    with pytest.raises(AwsError, match="Your key is too long"):
        names.check_key("é" * 512 + "x")


@pytest.mark.parametrize("text", ["/b/a%20b%2Fc", "b/a%20b/c", "b/a b/c?versionId=null"])
def test_a_copy_source_is_a_bucket_and_a_key(text):
    assert names.source(text) == ("b", "a b/c")
