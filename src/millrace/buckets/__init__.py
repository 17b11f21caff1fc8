"""Buckets: as much of S3 as failure destinations, function code, exports and imports need."""
