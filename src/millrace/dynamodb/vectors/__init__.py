"""Vector indexes: similarity search over lists of numbers that items hold.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/VectorSearch.html
AWS searches approximately; here every vector is compared, which finds what AWS may miss. Sentences that AWS's
documents do not have were recorded on AWS in August 2026 by the authors of dynamodb-conformance (Parity Suite), dynoxide
and ExtendDB, unless said otherwise.
"""
