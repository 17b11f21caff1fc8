"""DynamoDB's expression language: conditions, filters, key conditions, projections and updates.

`Expressions` is the way in. Texts become tokens (`lexer`), tokens trees (`parser`, which `rules` judge), and
trees with a request's names and values (`scope`) functions of items. Nothing here reads or writes a table.
"""

from millrace.dynamodb.expressions.condition import Condition
from millrace.dynamodb.expressions.key_condition import KeyCondition, KeyDemands
from millrace.dynamodb.expressions.projection import Projection
from millrace.dynamodb.expressions.request import Expressions
from millrace.dynamodb.expressions.search_condition import Equality
from millrace.dynamodb.expressions.update import Update

__all__ = ["Condition", "Equality", "Expressions", "KeyCondition", "KeyDemands", "Projection", "Update"]
