"""Metadata that is no ASCII, as S3 reads and tells it. The texts were recorded on AWS by LocalStack."""

import pytest

from millrace.wire import rfc2047


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("plain_ =?", "plain_ =?"),
        ("ÄMÄZÕÑ S3", "=?UTF-8?Q?=C3=84M=C3=84Z=C3=95=C3=91_S3?="),
        (
            "test_\u2014_file%E2%80%94_é_2?.pdf",
            "=?UTF-8?Q?test=5F=E2=80=94=5Ffile%E2%80%94=5F=C3=A9=5F2=3F.pdf?=",
        ),
        ("\x00\x01\x02\x03", "=?UTF-8?B?AAECAw==?="),
    ],
)
def test_a_value_is_told_as_aws_tells_it_and_reads_back(text, told):
    assert rfc2047.encode(text) == told
    assert rfc2047.decode(told) == text


@pytest.mark.parametrize(
    ("sent", "text"),
    [
        ("=?UTF-8?B?YWJj?=", "abc"),
        ("=?no-such?Q?a?=", "=?no-such?Q?a?="),
        ("=?UTF-8?B?/w==?=", "=?UTF-8?B?/w==?="),
    ],
)
def test_what_can_be_decoded_is(sent, text):
    assert rfc2047.decode(sent) == text
