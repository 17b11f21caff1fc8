"""The code of functions: zip files named by their hash, and what they unpack to.

Who refers to which code is the catalog's knowledge; `sweep` is told what to keep.
"""

import asyncio
import base64
import contextlib
import errno
import hashlib
import lzma
import os
import shutil
import stat
import struct
import tempfile
import zipfile
import zlib
from collections import Counter
from collections.abc import Awaitable, Callable, Generator, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from millrace.core import limits
from millrace.core.errors import AwsError, StorageError
from millrace.functions.names import invalid

# What the standard library raises for bytes that are not what they say.
_NO_ZIP = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    RuntimeError,
    NotImplementedError,
    ValueError,
    struct.error,
)
_OF_THE_DISK = frozenset(
    (
        errno.EACCES,
        errno.EDQUOT,
        errno.EFBIG,
        errno.EIO,
        errno.EMFILE,
        errno.ENFILE,
        errno.ENOENT,
        errno.ENOSPC,
        errno.EROFS,
    )
)
_BAD_ZIP = "Could not unzip uploaded file. Please check your file, then try to upload again."


@dataclass(frozen=True, slots=True)
class Code:
    """Stored code: its hash as AWS shows it, and the size of the zip file."""

    sha256: str
    size: int


class CodeStore:
    """Zip files under `directory/zips`, unpacked under `directory/unpacked`, both named by hash.

    What several unpack to, laid over each other, is under `directory/together`.

    All file work runs in threads. What is being uploaded or run is pinned and survives a sweep.
    """

    def __init__(self, directory: Path) -> None:
        self._zips = directory / "zips"
        self._unpacked = directory / "unpacked"
        self._together = directory / "together"
        self._pins: Counter[str] = Counter()
        self._lock = asyncio.Lock()

    async def open(self) -> None:
        await asyncio.to_thread(self._make_directories)

    def _make_directories(self) -> None:
        for path in (self._zips, self._unpacked, self._together):
            path.mkdir(parents=True, exist_ok=True)
        for left in self._zips.glob(".new-*"):  # a crash came between writing and naming
            remove(left)
        # Zips are synced to the disk, what is unpacked of them is not: after a power cut it may be empty files.
        for left in (*self._unpacked.iterdir(), *self._together.iterdir()):
            remove(left)

    def hash(self, data: bytes) -> str:
        return base64.b64encode(hashlib.sha256(data).digest()).decode()

    @contextlib.contextmanager
    def pinned(self, *codes: str) -> Generator[None]:
        """Keep what has these hashes for as long as the block runs, whether or not anything refers to it."""
        self._pins.update(codes)
        try:
            yield
        finally:
            self._pins.subtract(codes)
            for sha256 in codes:
                if not self._pins[sha256]:
                    del self._pins[sha256]

    async def save(self, data: bytes) -> Code:
        """Store and unpack a zip file; durable when it returns. Pin it meanwhile.

        Raises InvalidParameterValueException with AWS's texts, and StorageError when the disk does not take it.
        """
        code = Code(self.hash(data), len(data))
        try:
            async with self._lock:
                await asyncio.to_thread(self._save, code.sha256, data)
        except OSError as error:
            raise StorageError(f"The function's code cannot be kept in {self._zips}: {error}") from error
        return code

    async def directory(self, sha256: str) -> Path:
        """Where this code is unpacked. Raises ServiceException if it is not stored, or cannot be unpacked."""
        path = self._unpacked / _file_name(sha256)
        if not path.is_dir():  # one look at a local path
            try:
                async with self._lock:
                    await asyncio.to_thread(self._unpack_stored, sha256)
            except OSError as error:
                raise AwsError(
                    "ServiceException", f"The function's code cannot be unpacked: {error}"
                ) from error
        return path

    async def together(self, codes: Sequence[str]) -> Path | None:
        """Where these are unpacked into one folder, the later over the earlier; None for none.

        Raises as `directory` does.
        """
        folders = [await self.directory(sha256) for sha256 in codes]
        if len(folders) < 2:
            return folders[0] if folders else None
        target = self._together / "+".join(_short(_file_name(sha256)) for sha256 in codes)
        if not target.is_dir():  # one look at a local path
            try:
                async with self._lock:
                    await asyncio.to_thread(_lay, folders, target)
            except OSError as error:
                raise AwsError(
                    "ServiceException", f"The function's layers cannot be put together: {error}"
                ) from error
        return target

    async def check_size(self, code: str, layers: Sequence[str]) -> None:
        """Raises InvalidParameterValueException for code and layers that are too much together."""
        most = limits.function_unzipped_bytes_max
        if not layers:
            return  # what was saved is not too much by itself
        try:
            size = await asyncio.to_thread(self._declared, layers)
            if size > most:
                raise invalid(f"Layers consume more than the available size of {most} bytes")
            size += await asyncio.to_thread(self._declared, [code])
        except FileNotFoundError:  # deleted since it was looked up, which whoever writes will notice
            return
        if size > most:
            raise invalid(
                f"Function code combined with layers exceeds the maximum allowed size of {most} bytes. "
                f"The actual size is {size} bytes."
            )

    def _declared(self, codes: Iterable[str]) -> int:
        total = 0
        for sha256 in codes:
            with zipfile.ZipFile(self.zip_path(sha256)) as archive:
                total += sum(entry.file_size for entry in archive.infolist())
        return total

    async def sweep(self, in_use: Callable[[], Awaitable[set[str]]]) -> None:
        """Remove all code that is neither in use nor pinned.

        Pins are looked at first: whoever unpins later has made its code one in use before.
        """
        async with self._lock:
            pinned = set(self._pins)
            keep = {_file_name(sha256) for sha256 in pinned | await in_use()}
            await asyncio.to_thread(self._sweep, keep)

    def zip_path(self, sha256: str) -> Path:
        return self._zips / _file_name(sha256)

    async def read(self, zip_name: str) -> bytes:
        """The zip file that `zip_path` names so. Raises FileNotFoundError if it is not stored."""
        return await asyncio.to_thread((self._zips / zip_name).read_bytes)

    def _save(self, sha256: str, data: bytes) -> None:
        zip_path = self.zip_path(sha256)
        if zip_path.exists():
            self._unpack_stored(sha256)
            return
        handle, new = tempfile.mkstemp(prefix=".new-", dir=self._zips)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(handle)
            self._unpack(Path(new), sha256)
            Path(new).rename(zip_path)
            _sync(self._zips)
        except BaseException:
            Path(new).unlink(missing_ok=True)
            raise

    def _unpack_stored(self, sha256: str) -> None:
        self._unpack(self.zip_path(sha256), sha256)

    def _unpack(self, zip_path: Path, sha256: str) -> None:
        """All or nothing: into a new directory that gets its name when it is complete."""
        target = self._unpacked / _file_name(sha256)
        if target.exists():
            return
        new = Path(tempfile.mkdtemp(prefix=".new-", dir=self._unpacked))
        try:
            unzip(zip_path, new)
            new.rename(target)
        except BaseException:
            remove(new)
            raise
        target.chmod(0o555)

    def _sweep(self, keep: set[str]) -> None:
        for directory in (self._zips, self._unpacked):
            for path in directory.iterdir():
                if path.name not in keep:
                    remove(path)
        short = {_short(name) for name in keep}
        for path in self._together.iterdir():
            if not short.issuperset(path.name.split("+")):
                remove(path)


def _file_name(sha256: str) -> str:
    return base64.b64decode(sha256).hex()


def _short(name: str) -> str:
    """Enough of a file's name to tell it from others, where several must fit into one."""
    return name[:24]


def _lay(folders: Iterable[Path], target: Path) -> None:
    """All or nothing: folders over each other, in which all have the same files on the disk, not copies."""
    new = Path(tempfile.mkdtemp(prefix=".new-", dir=target.parent))
    try:
        for folder in folders:
            _lay_over(folder, new)
        new.rename(target)
    except BaseException:
        remove(new)
        raise


def _lay_over(folder: Path, target: Path) -> None:
    for base, directories, files in os.walk(folder):
        there = target / Path(base).relative_to(folder)
        if not there.is_dir() or there.is_symlink():
            there.unlink(missing_ok=True)
            there.mkdir()
        for name in (*files, *(name for name in directories if Path(base, name).is_symlink())):
            path = there / name
            remove(path)
            path.hardlink_to(Path(base, name))


def _sync(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def remove(path: Path) -> None:
    """Remove a file or a tree, also one that is for reading only. What is not there is fine."""
    if path.is_dir() and not path.is_symlink():
        path.chmod(0o700)
        for base, directories, _ in os.walk(path):
            for name in directories:
                inner = Path(base, name)
                if not inner.is_symlink():
                    inner.chmod(0o700)
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def unzip(zip_path: Path, target: Path) -> None:
    """Unpack into an empty directory, for reading only, and never outside of it.

    Raises InvalidParameterValueException for what is no zip file, for names and links that lead out, and
    for what grows too large.
    """
    try:
        with zipfile.ZipFile(zip_path) as archive:
            entries = archive.infolist()
            _check(entries)
            _write_files(archive, [entry for entry in entries if not _is_link(entry)], target)
            for entry in filter(_is_link, entries):  # last, so that nothing is ever written through one
                _write_link(target / entry.filename, archive.read(entry).decode(), target)
    except _NO_ZIP as error:
        raise invalid(_BAD_ZIP) from error
    except OSError as error:
        if error.errno in _OF_THE_DISK:
            raise
        raise invalid(
            _BAD_ZIP
        ) from error  # one name for two things, a name too long, a place before the start
    for base, directories, _ in os.walk(target):
        for name in directories:
            path = Path(base, name)
            if not path.is_symlink():
                path.chmod(0o555)


def _is_link(entry: zipfile.ZipInfo) -> bool:
    return stat.S_ISLNK(entry.external_attr >> 16)


def _check(entries: list[zipfile.ZipInfo]) -> None:
    if not entries:
        raise invalid("Uploaded file must be a non-empty zip")
    if len(entries) > limits.function_files_max:
        raise ValueError("too many entries")
    if sum(entry.file_size for entry in entries) > limits.function_unzipped_bytes_max:
        raise _too_large()
    for entry in entries:
        path = PurePosixPath(entry.filename)
        if path.is_absolute() or ".." in path.parts or "\\" in entry.filename:
            raise ValueError("a name leads out of the archive")


def _too_large() -> AwsError:
    return invalid(f"Unzipped size must be smaller than {limits.function_unzipped_bytes_max} bytes")


def _write_files(archive: zipfile.ZipFile, entries: Iterable[zipfile.ZipInfo], target: Path) -> None:
    left = limits.function_unzipped_bytes_max
    for entry in entries:
        path = target / entry.filename
        if entry.is_dir():
            path.mkdir(parents=True, exist_ok=True)
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(entry) as source, path.open("wb") as file:
            while data := source.read(limits.MIB):
                left -= len(data)  # the sizes an archive declares may lie
                if left < 0:
                    raise _too_large()
                file.write(data)
        path.chmod(0o444 | (entry.external_attr >> 16) & 0o111)


def _write_link(path: Path, link: str, root: Path) -> None:
    inside = os.path.normpath(path.parent / link)
    if os.path.isabs(link) or not Path(inside).is_relative_to(root):  # noqa: PTH117  # text of an archive
        raise ValueError("a link leads out of the archive")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(link)
