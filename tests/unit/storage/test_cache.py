from millrace.storage.cache import ValueCache, unknown


def test_what_was_added_is_known_and_what_was_replaced_is_new():
    cache = ValueCache(1_000_000)
    cache.add((1, b"k"), b"v")
    cache.add((1, b"none"), None)
    cache.add((1, b"new"), b"v")
    cache.replace((1, b"new"), b"w")

    assert [cache.get((1, key)) for key in (b"k", b"none", b"new", b"?")] == [b"v", None, b"w", unknown]


def test_a_value_too_large_to_keep_is_not_known_by_its_old_one():
    cache = ValueCache(64_000)
    cache.add((1, b"k"), b"v")
    cache.replace((1, b"k"), b"x" * 10_000)

    assert cache.get((1, b"k")) is unknown


def test_it_keeps_what_is_used_and_stays_within_its_bound():
    cache = ValueCache(100_000)
    cache.add((1, b"used"), b"v")
    for number in range(10_000):
        cache.add((1, b"%d" % number), b"x" * 100)
        cache.get((1, b"used"))

    kept = sum(cache.get((1, b"%d" % number)) is not unknown for number in range(10_000))
    assert cache.get((1, b"used")) == b"v"
    assert 0 < kept <= 1_000


def test_what_is_too_large_is_not_kept():
    cache = ValueCache(64_000)
    cache.add((1, b"k"), b"x" * 10_000)

    assert cache.get((1, b"k")) is unknown


def test_a_value_of_the_old_generation_can_be_replaced():
    cache = ValueCache(2_000)
    for number in range(6):
        cache.add((1, b"%d" % number), b"v")
    for number in range(6):
        cache.replace((1, b"%d" % number), b"w")

    assert {cache.get((1, b"%d" % number)) for number in range(6)} <= {b"w", unknown}
