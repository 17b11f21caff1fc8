"""The words that cannot be attribute names in an expression without a #placeholder.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ReservedWords.html
"""

from importlib.resources import files

words = frozenset(
    files("millrace.dynamodb.expressions").joinpath("reserved_words.txt").read_text("ascii").split()
)


def is_reserved(name: str) -> bool:
    """Whether AWS keeps this word for itself, in any case of letters."""
    return name.upper() in words
