"""Zip files: kept by hash, unpacked safely, refused in AWS's words."""

import asyncio
import io
import stat
import warnings
import zipfile

import pytest
from tests.unit.functions.stage import zip_of

from millrace.core import limits
from millrace.core.errors import AwsError
from millrace.functions.code import CodeStore, remove
from millrace.functions.operations.settings import small_enough

BAD = "Could not unzip uploaded file. Please check your file, then try to upload again."


def save(tmp_path, data: bytes):
    async def run():
        store = CodeStore(tmp_path)
        await store.open()
        code = await store.save(data)
        return code, await store.directory(code.sha256)

    return asyncio.run(run())


def refusal(tmp_path, data: bytes) -> str | None:
    with pytest.raises(AwsError) as refused:
        save(tmp_path, data)
    assert list((tmp_path / "zips").iterdir()) == []
    assert list((tmp_path / "unpacked").iterdir()) == []
    return refused.value.message


def links(**targets: str) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("real.py", "x = 1")
        for name, target in targets.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = (stat.S_IFLNK | 0o777) << 16
            archive.writestr(entry, target)
    return data.getvalue()


def test_code_is_unpacked_for_reading_only(tmp_path):
    code, directory = save(tmp_path, zip_of({"app.py": "x = 1", "a/b/c.txt": "y", "a/empty/": ""}))

    assert (directory / "a/b/c.txt").read_text() == "y"
    assert (directory / "a/empty").is_dir()
    assert {stat.S_IMODE(path.stat().st_mode) & 0o222 for path in [directory, *directory.rglob("*")]} == {0}
    assert len(code.sha256) == 44


def test_saving_twice_and_unpacking_again_is_fine(tmp_path):
    data = zip_of("x = 1")
    first, directory = save(tmp_path, data)
    remove(directory)
    second, _ = save(tmp_path, data)

    assert first == second
    assert (directory / "app.py").read_text() == "x = 1"


def test_leftovers_of_a_crash_are_removed(tmp_path):
    (tmp_path / "unpacked/.new-x").mkdir(parents=True)
    save(tmp_path, zip_of("x = 1"))

    assert not (tmp_path / "unpacked/.new-x").exists()


def test_what_was_unpacked_before_a_power_cut_is_unpacked_anew(tmp_path):
    data = zip_of("x = 1")
    _, directory = save(tmp_path, data)
    directory.chmod(0o755)
    (directory / "app.py").chmod(0o644)
    (directory / "app.py").write_text("")
    save(tmp_path, data)

    assert (directory / "app.py").read_text() == "x = 1"


def test_links_inside_are_kept_and_what_leads_out_is_refused(tmp_path):
    _, directory = save(tmp_path / "good", links(alias="real.py"))
    assert (directory / "alias").read_text() == "x = 1"

    for number, target in enumerate(["/etc/passwd", "../outside", "a/../../outside"]):
        assert refusal(tmp_path / str(number), links(alias=target)) == BAD


@pytest.mark.parametrize("name", ["../evil.py", "/evil.py", "a/../../evil.py", "a\\..\\evil.py"])
def test_names_that_lead_out_are_refused(tmp_path, name):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr(zipfile.ZipInfo(name), "x")

    assert refusal(tmp_path, data.getvalue()) == BAD
    assert not (tmp_path.parent / "evil.py").exists()


@pytest.mark.parametrize("data", [b"", b"not a zip", zip_of("x = 1")[:-30], b"PK\x03\x04" + bytes(100)])
def test_what_is_no_zip_is_refused(tmp_path, data):
    assert refusal(tmp_path, data) == BAD


def test_one_name_for_two_things_is_refused(tmp_path):
    data = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(data, "w") as archive:
        warnings.simplefilter("ignore")
        archive.writestr("a", "file")
        archive.writestr("a/b", "in it")

    assert refusal(tmp_path, data.getvalue()) == BAD


def test_damaged_contents_are_refused(tmp_path):
    data = bytearray(zip_of({"app.py": "x" * 1000}))
    data[500] ^= 1

    assert refusal(tmp_path, bytes(data)) == BAD


def test_empty_zip_is_refused(tmp_path):
    assert refusal(tmp_path, zip_of({})) == "Uploaded file must be a non-empty zip"


def test_bomb_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(limits, "function_unzipped_bytes_max", 10_000)
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", bytes(10_001))

    assert refusal(tmp_path, data.getvalue()) == "Unzipped size must be smaller than 10000 bytes"


def test_zip_too_large_to_be_sent_is_refused_with_413(monkeypatch):
    monkeypatch.setattr(limits, "function_zip_bytes_max", 10)
    with pytest.raises(AwsError) as refused:
        small_enough(zip_of("x = 1"))

    assert refused.value.code == "RequestEntityTooLargeException"
    assert refused.value.message == "Zipped size must be smaller than 10 bytes"


def test_removing_never_follows_links(tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir(mode=0o555)
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "link").symlink_to(outside)
    remove(inside)

    assert stat.S_IMODE(outside.stat().st_mode) == 0o555
    assert not inside.exists()
