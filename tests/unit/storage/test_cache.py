from millrace.storage.cache import ValueCache, unknown


def test_what_was_added_is_known_and_what_was_forgotten_is_not():
    cache = ValueCache(1_000_000)
    cache.add((1, b"k"), b"v")
    cache.add((1, b"none"), None)
    cache.add((1, b"gone"), b"v")
    cache.forget((1, b"gone"))

    assert [cache.get((1, key)) for key in (b"k", b"none", b"gone")] == [b"v", None, unknown]


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


def test_a_value_of_the_old_generation_can_be_forgotten():
    cache = ValueCache(2_000)
    for number in range(6):
        cache.add((1, b"%d" % number), b"v")
    for number in range(6):
        cache.forget((1, b"%d" % number))

    assert {cache.get((1, b"%d" % number)) for number in range(6)} == {unknown}
