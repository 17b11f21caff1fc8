"""Which bytes a Range names, and the chunks that hold them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from millrace.buckets import ranges
from millrace.buckets.blobs import Blob
from millrace.buckets.ranges import Span
from millrace.core import limits
from millrace.core.errors import AwsError


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("bytes=0-0", Span(0, 1)),
        ("bytes=3-", Span(3, 10)),
        ("bytes=3-99", Span(3, 10)),
        ("bytes=-4", Span(6, 10)),
        ("bytes=-99", Span(0, 10)),
        ("bytes=5-3", None),
        ("bytes=0-1,4-5", None),
        ("items=0-1", None),
        ("bytes=-", None),
        (None, None),
    ],
)
def test_a_range_is_the_bytes_it_names_or_else_all(text, span):
    assert ranges.parse(text, 10) == span


@pytest.mark.parametrize("text", ["bytes=10-", "bytes=-0"])
def test_a_range_outside_of_the_object_is_refused(text):
    with pytest.raises(AwsError) as refusal:
        ranges.parse(text, 10)

    assert (refusal.value.code, refusal.value.status) == ("InvalidRange", 416)


@given(st.lists(st.integers(0, 3 * limits.object_chunk_bytes), min_size=1, max_size=4), st.data())
def test_pieces_are_exactly_the_bytes_of_the_span_in_order(sizes, data):
    blobs = [Blob(str(number), size) for number, size in enumerate(sizes)]
    start = data.draw(st.integers(0, sum(sizes)))
    end = data.draw(st.integers(start, sum(sizes)))

    at = start
    for piece in ranges.pieces(blobs, Span(start, end)):
        before = sum(blob.size for blob in blobs[: blobs.index(piece.blob)])
        assert before + piece.chunk * limits.object_chunk_bytes + piece.span.start == at
        at += piece.span.end - piece.span.start
    assert at == end
