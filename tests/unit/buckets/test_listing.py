"""Pages of keys: in order of bytes, rolled up by a delimiter, and gone on with wherever one ended."""

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from millrace.buckets import listing
from millrace.storage.memory import MemoryStorage

KEYS = st.text("ab/é+\U0010ffff ", min_size=1, max_size=5)


def pages(keys, *, prefix="", delimiter="", most=1000):
    """The entries of all pages, one after the other; common prefixes are marked."""

    async def read():
        async with MemoryStorage() as storage:
            await storage.write(lambda writer: [writer.put("s", key.encode(), b"v") for key in keys])
            found, after = [], ""
            while True:
                page = await storage.read(
                    lambda reader, after=after: listing.page(
                        reader, "s", prefix=prefix, delimiter=delimiter, after=after, most=most
                    )
                )
                found += [(entry.key, entry.value is None) for entry in page.entries]
                if not page.truncated:
                    return found
                after = page.entries[-1].key

    return asyncio.run(read())


def expected(keys, prefix, delimiter):
    told = set()
    for key in keys:
        if not key.startswith(prefix):
            continue
        cut = key.find(delimiter, len(prefix)) if delimiter else -1
        told.add((key, False) if cut < 0 else (key[: cut + len(delimiter)], True))
    return sorted(told, key=lambda entry: entry[0].encode())


@given(
    st.lists(KEYS, max_size=12),
    st.text("ab/", max_size=2),
    st.sampled_from(["", "/", "a/"]),
    st.integers(1, 3),
)
def test_all_keys_come_once_and_in_order_whatever_the_pages(keys, prefix, delimiter, most):
    assert pages(keys, prefix=prefix, delimiter=delimiter, most=most) == expected(keys, prefix, delimiter)


def test_what_follows_a_key_inside_a_common_prefix_still_has_that_prefix():
    async def read():
        async with MemoryStorage() as storage:
            await storage.write(lambda writer: [writer.put("s", key, b"") for key in (b"a/b", b"a/c", b"d")])
            return await storage.read(
                lambda reader: listing.page(reader, "s", prefix="", delimiter="/", after="a/b", most=9)
            )

    assert [entry.key for entry in asyncio.run(read()).entries] == ["a/", "d"]
