"""The objects of an import, read piece by piece: the pieces make no difference."""

import gzip
import zlib
from types import SimpleNamespace

import pytest

from millrace.core import limits
from millrace.dynamodb import import_formats
from millrace.dynamodb.import_formats import CsvItems, JsonItems, NoItemError, Unpacker

# What CSV asks of a table.
TABLE = SimpleNamespace(definitions={"id": "N"})

CSV = 'id,text\r\n1,"a ""quoted""\r\nline"\n2,é€\r3,"x,y"\n\n4,a"b\n5,end'
ROWS = [("1", 'a "quoted"\r\nline'), ("2", "é€"), ("3", "x,y"), ("4", 'a"b'), ("5", "end")]


def read(items, data, step, compression="NONE"):
    unpacker = Unpacker(compression)
    found = []
    for at in range(0, len(data), step):
        for text in unpacker.texts(data[at : at + step]):
            found += items.of(text, last=False)
    unpacker.end()
    return [*found, *items.of("", last=True)]


@pytest.mark.parametrize("step", [1, 2, 3, 7, 1000])
def test_csv_in_pieces_of_any_size_is_the_same(step):
    found = read(CsvItems({}, TABLE), CSV.encode(), step)

    assert found == [{"id": {"N": number}, "text": {"S": text}} for number, text in ROWS]


@pytest.mark.parametrize("step", [1, 5, 1000])
def test_json_in_pieces_of_any_size_is_the_same(step):
    lines = ['{"Item":{"id":{"S":"ä"}}}', "", "no item", '{"Item":{"id":{"S":"b"}}}']

    first, wrong, last = read(JsonItems(), "\n".join(lines).encode(), step)

    assert (first, last) == ({"id": {"S": "ä"}}, {"id": {"S": "b"}})
    assert isinstance(wrong, NoItemError)


@pytest.mark.parametrize("step", [1, 10, 100_000])
def test_packed_files_that_were_joined_are_all_read(step):
    line = b'{"Item":{"id":{"S":"a"}}}\n'

    assert len(read(JsonItems(), gzip.compress(line * 3) + gzip.compress(line), step, "GZIP")) == 4


def test_what_a_small_object_unpacks_to_comes_in_pieces():
    unpacker = Unpacker("GZIP")

    pieces = [len(text) for text in unpacker.texts(gzip.compress(b" " * 5 * limits.import_piece_bytes))]

    assert sum(pieces) == 5 * limits.import_piece_bytes
    assert max(pieces) <= limits.import_piece_bytes


@pytest.mark.parametrize(
    ("data", "compression"),
    [
        (b"\xff", "NONE"),
        (b"\xc3", "NONE"),
        (b"no gzip", "GZIP"),
        (gzip.compress(b"cut off", mtime=0)[:-4], "GZIP"),
    ],
)
def test_what_cannot_be_read_says_so(data, compression):
    with pytest.raises(NoItemError):
        read(JsonItems(), data, 100, compression)


def test_a_line_without_an_end_is_not_held_for_ever(monkeypatch):
    monkeypatch.setattr(limits, "import_record_characters_max", 100)

    for items in (JsonItems(), CsvItems({}, TABLE)):
        with pytest.raises(NoItemError, match="too large"):
            list(items.of('"' + "x" * 200, last=False))


def test_broken_gzip_is_told_in_the_librarys_words():
    with pytest.raises(zlib.error) as told:
        zlib.decompressobj(wbits=31).decompress(b"no gzip")

    with pytest.raises(NoItemError, match=str(told.value)):
        list(import_formats.Unpacker("GZIP").texts(b"no gzip"))
