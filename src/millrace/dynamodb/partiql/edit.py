"""INSERT, UPDATE, DELETE and EXISTS with their parameters, as writes of one item."""

from dataclasses import dataclass

from millrace.core.errors import AwsError, validation_error
from millrace.dynamodb import request, write
from millrace.dynamodb.catalog import Table
from millrace.dynamodb.change import Change
from millrace.dynamodb.partiql.key_terms import KeyTerms, check_key_type
from millrace.dynamodb.partiql.syntax import Returning
from millrace.dynamodb.request import Compiled
from millrace.dynamodb.row import Row
from millrace.dynamodb.values import Item
from millrace.dynamodb.write import Write


@dataclass(frozen=True, slots=True)
class Insertion:
    """An INSERT whose own parameters are right. It never replaces an item."""

    table_name: str
    item: Item
    size: int
    returning: Returning | None = None

    def on(self, table: Table) -> Write:
        """The write for its table. ValidationException if the item lacks a key."""
        for attribute in table.schema.attributes:
            value = self.item.get(attribute.name)
            if value is None:
                raise validation_error(f"Key attribute should be present in the item: Key {attribute.name}")
            check_key_type(attribute, value)
        new = Row.of(self.item, self.size)

        def decide(old: Row | None) -> Row:
            if old is not None:
                raise AwsError("DuplicateItemException", "Duplicate primary key exists in table")
            return new

        return Write(self.table_name, self.item, True, Compiled(), decide)


@dataclass(frozen=True, slots=True)
class Modification:
    """An UPDATE whose own parameters are right. Its WHERE clause needs an item to hold: it never makes one."""

    table_name: str
    terms: KeyTerms
    found: Compiled
    tell: bool
    returning: Returning | None = None

    def on(self, table: Table) -> Write:
        """The write for its table. ValidationException if the clause does not name one item of it."""
        return write.updating(self.table_name, _key(self.terms, table), self.found, tell=self.tell)


@dataclass(frozen=True, slots=True)
class Deletion:
    """A DELETE whose own parameters are right. An item that is not there is no error."""

    table_name: str
    terms: KeyTerms
    found: Compiled
    tell: bool
    returning: Returning | None = None

    def on(self, table: Table) -> Write:
        """The write for its table. ValidationException if the clause does not name one item of it."""

        def decide(old: Row | None) -> None:
            if old is not None:
                request.check_condition(self.found.condition, old, tell=self.tell)

        return Write(self.table_name, _key(self.terms, table), False, self.found, decide)


@dataclass(frozen=True, slots=True)
class Existence:
    """EXISTS: a condition of a transaction, which changes nothing."""

    table_name: str
    terms: KeyTerms
    found: Compiled
    tell: bool
    returning: Returning | None = None

    def on(self, table: Table) -> Write:
        """The check on its table. ValidationException if it is not one item under a further condition."""
        if not self.terms.names_key(table.schema) or len(self.terms.parts) <= len(table.schema.names):
            raise validation_error("EXISTS() must contain a single item read with additional condition")

        def decide(old: Row | None) -> Row | None:
            request.check_condition(self.found.condition, old, tell=self.tell)
            return old

        return Write(self.table_name, _key(self.terms, table), False, self.found, decide)


Edit = Insertion | Modification | Deletion | Existence


def returned(edit: Edit, done: Change) -> Row | Item | None:
    """What the RETURNING clause asks for."""
    returning = edit.returning
    if returning is None:
        return None
    row = done.new if returning.new else done.old
    if row is None or not returning.modified:
        return row
    update = edit.found.update if isinstance(edit, Modification) else None
    return None if update is None else update.touched(row.item) or None


def _key(terms: KeyTerms, table: Table) -> Item:
    key = terms.key(table.schema)
    terms.check_types(table.schema, keyed=False)
    return key
