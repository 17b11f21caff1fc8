"""The parameters that expressions replaced: Expected, AttributeUpdates, AttributesToGet, KeyConditions and filters.

They become what expressions become, a Condition, an Update, a Projection or KeyDemands, so that one code
judges and changes items. Only their own rules, and AWS's sentences for breaking them, are here.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LegacyConditionalParameters.html
"""

from millrace.dynamodb.legacy.conditions import expected, filtered
from millrace.dynamodb.legacy.key_conditions import key_demands
from millrace.dynamodb.legacy.projection import attributes_to_get
from millrace.dynamodb.legacy.updates import attribute_updates

__all__ = ["attribute_updates", "attributes_to_get", "expected", "filtered", "key_demands"]
