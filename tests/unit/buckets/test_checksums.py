"""Checksums against the check values of their definitions, and CRCs put together out of parts."""

import base64
import random  # noqa: TID251 -- seeded
import zlib

import pytest

from millrace.buckets import checksums, crc
from millrace.core.errors import AwsError

CHECK = b"123456789"


@pytest.mark.parametrize(
    ("algorithm", "digits"),
    [("CRC32", "cbf43926"), ("CRC32C", "e3069283"), ("CRC64NVME", "ae8b14860a799888")],
)
def test_a_crc_has_the_check_value_of_its_definition(algorithm, digits):
    assert checksums.checksum(algorithm, CHECK) == base64.b64encode(bytes.fromhex(digits)).decode()


@pytest.mark.parametrize("size", [0, 1, 3, 4, 59, 60, 61, 3157, 3158, 10_007, 300_001])
def test_a_crc_of_any_length_is_the_library_s(size):
    data = random.Random(7).randbytes(size)

    assert crc.CRC32.of(data) == zlib.crc32(data)


@pytest.mark.parametrize("kind", [crc.CRC32C, crc.CRC64NVME])
@pytest.mark.parametrize("size", [7, 8, 100, 3157, 3158, 50_000])
def test_folding_long_data_leaves_its_crc(kind, size):
    data = random.Random(7).randbytes(size)

    assert kind.of(data) == crc._rest(data, kind.polynomial, kind.ones) ^ kind.ones


@pytest.mark.parametrize("algorithm", ["CRC32", "CRC32C", "CRC64NVME"])
def test_the_crc_of_the_whole_follows_from_those_of_its_parts(algorithm):
    parts = [random.Random(7).randbytes(size) for size in (1000, 1, 70_000, 0)]
    told = [(checksums.checksum(algorithm, part), len(part)) for part in parts]

    assert checksums.combined(algorithm, told) == checksums.checksum(algorithm, b"".join(parts))


@pytest.mark.parametrize(("sent", "code"), [("AAAAAA==", "BadDigest"), ("short", "InvalidRequest")])
def test_a_checksum_that_is_not_the_datas_is_refused(sent, code):
    with pytest.raises(AwsError) as refusal:
        checksums.compare({"CRC32": sent}, {"CRC32": checksums.checksum("CRC32", CHECK)})

    assert refusal.value.code == code
