"""Every limit, in one place, with its unit in its name and where it comes from.

Services import the name they need; nothing else in the program writes such a number down.
"""

KIB = 1024
MIB = 1024 * 1024

# HTTP
request_header_bytes_max = 64 * KIB
request_body_bytes_max = 70_167_211  # Lambda's CreateFunction, the largest request of all
request_idle_seconds_max = 120
response_stream_chunks_max = 1_000

# DynamoDB: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html
dynamodb_request_body_bytes_max = 16 * MIB
item_size_bytes_max = 400 * KIB
item_nesting_levels_max = 32
page_size_bytes_max = MIB
partition_key_bytes_max = 2048
sort_key_bytes_max = 1024
number_digits_max = 38
expression_bytes_max = 4 * KIB
expression_operators_max = 300
batch_get_items_max = 100
batch_get_bytes_max = 16 * MIB
batch_write_items_max = 25
global_indexes_max = 20
local_indexes_max = 5
list_tables_page_max = 100

# DynamoDB Streams
stream_retention_seconds = 24 * 3600
shard_iterator_seconds_max = 15 * 60
get_records_bytes_max = MIB
get_records_count_max = 1_000

# Lambda: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
function_zip_bytes_max = 52_428_800
function_unzipped_bytes_max = 262_144_000
function_environment_bytes_max = 4 * KIB
function_memory_mb_min = 128
function_memory_mb_max = 10_240
function_timeout_seconds_max = 900
function_init_seconds_max = 10
function_concurrency_max = 1_000
function_output_line_bytes_max = 256 * KIB
function_output_bytes_max = 16 * MIB  # of one invocation; what comes after is dropped, and the log says so
invoke_request_bytes_max = 6_291_456
invoke_async_request_bytes_max = MIB
invoke_response_bytes_max = 6_291_556
invoke_log_tail_bytes_max = 4 * KIB
environment_idle_seconds_max = 300  # AWS does not say; five minutes is what people observe

# Event source mappings
mapping_batch_bytes_max = 6_291_456
mapping_batch_size_max = 10_000
mapping_retry_seconds_min = 0.25
mapping_retry_seconds_max = 60.0

# CloudWatch Logs: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html
log_batch_bytes_max = 1_048_576
log_batch_events_max = 10_000
log_event_overhead_bytes = 26
log_event_bytes_max = 256 * KIB
log_page_events_max = 10_000

# IAM and STS: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
role_inline_policy_bytes_max = 10_240
managed_policy_bytes_max = 6_144
trust_policy_bytes_max = 2_048
session_seconds_min = 900
session_seconds_default = 3_600
signature_age_seconds_max = 15 * 60

# The SQLite database: docs/decisions/0002-group-commit.md has the measurements
storage_checkpoint_pages = 16_000  # of the write-ahead log, about 64 MB; then it is copied into the database
storage_sweep_rows_max = 256  # rows of dropped spaces and trimmed journals deleted with one commit
storage_cache_bytes_max = 32 * MIB  # values asked for lately, kept in memory
