"""Every limit, in one place, with its unit in its name and where it comes from.

Services import the name they need; nothing else in the program writes such a number down.
"""

KIB = 1024
MIB = 1024 * 1024

# HTTP
request_header_bytes_max = 64 * KIB
runtime_header_bytes_max = 2 * MIB  # AWS's runtime clients tell X-Ray of an error in a header of up to 1 MiB
request_body_bytes_max = 70_167_211  # Lambda's CreateFunction, the largest request of all
request_idle_seconds_max = 120
request_pipeline_max = 32  # requests of one connection read ahead of their answers
refusal_linger_seconds_max = 2.0  # a client still sending gets this long to read why it was refused
server_close_seconds_max = 5.0  # running requests get this long to end

# The protocols
response_packed_bytes_min = 4 * KIB  # smaller answers are not compressed; ScyllaDB's tests, run against AWS
query_body_bytes_max = MIB  # a form, as a tree, takes a hundred times its size; IAM's are under 100 KiB
query_messages_bytes_max = 4 * MIB  # of SQS, whose largest message takes three bytes for each in a form
query_fields_max = 10_000  # of a form in the query protocol
validation_errors_max = 10  # AWS names ten of them in one sentence, observed by dynalite's tests
signature_body_bytes_at_once = MIB  # hashed while others wait; what is larger is hashed beside them
signature_age_seconds_max = 15 * 60
signature_ahead_seconds_max = 5 * 60
signature_presigned_seconds_max = 7 * 24 * 3600

# DynamoDB: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html
dynamodb_request_body_bytes_max = 16 * MIB
item_size_bytes_max = 400 * KIB
# What UpdateItem counts for an expression, measured on AWS to the byte (paritysuite/dynamodb-conformance, October 2026).
update_bytes = 3
update_write_bytes = 19  # of each action that writes a value, beside its path and the value
update_clear_bytes = 1  # of each that takes one away, beside its path
update_target_step_bytes = 4  # of each further step of such a path, beside its name or digits
update_operand_bytes = 1  # of a path whose value is read
update_operand_step_bytes = 14  # of each of its steps, beside its name or digits
update_sum_bytes = 34  # beside the operands, as in the next three
update_difference_bytes = 37
update_default_bytes = 39
update_append_bytes = 37
item_nesting_levels_max = 32  # the innermost value counts, too
attribute_name_bytes_max = 65_535
page_size_bytes_max = MIB
partition_key_bytes_max = 2048
sort_key_bytes_max = 1024
number_digits_max = 38
number_exponent_max = 125  # of the first digit
number_exponent_min = -130
number_scale_max = 2_147_483_647  # of a PartiQL literal: its exponent, and its digits after the point
expression_bytes_max = 4 * KIB
expression_operators_max = 300
expression_parentheses_max = 302  # in each other: more than operators could stand in
expression_variables_bytes_max = 2 * MIB  # of the names, and of the values, of a request
expression_in_operands_max = 100
expression_path_levels_max = 32
expression_list_index_max = 2**31 - 1  # AWS reads list indexes as 32 bit integers
expression_placeholder_bytes_max = 255
expression_cache_entries_max = 4_096  # parsed texts kept; ours, AWS does not say
statement_depth_max = 64  # of PartiQL: expressions in each other; ours, AWS does not say
statement_cache_entries_max = 1_024  # parsed statements kept; ours, AWS does not say
statement_partition_keys_max = 50  # of an IN on a partition key, one query each
batch_get_items_max = 100
batch_get_bytes_max = 16 * MIB
batch_write_items_max = 25
transaction_bytes_max = 4 * MIB
transaction_token_seconds = 600  # how long a ClientRequestToken counts
global_indexes_max = 20
global_index_key_attributes_max = 4  # in the partition key, and as many in the sort key
index_projected_attributes_max = 100  # named by the projections of all indexes of a table
local_indexes_max = 5
list_tables_page_max = 100
attribute_value_levels_max = 64  # when read: deeper than any item may be, shallow enough for the stack
table_capacity_units_max = 1_000_000_000_000
account_capacity_units_max = 80_000  # what AWS grants a new account
provisioned_table_units_max = 40_000
capacity_burst_seconds = 300  # of unused provisioned units that are kept for later, with --throttle
capacity_decreases_max = 4  # of provisioned units on one UTC day, then one after each pause
capacity_decrease_pause_seconds = 3_600
table_tags_max = 50
tag_key_characters_max = 128
tag_value_characters_max = 256
index_backfill_items_max = 500  # items of one transaction of a backfill; a table of no more is filled at once
table_retry_seconds = 1.0  # until a table is looked after again after a fault
resource_policy_bytes_max = 20_480
contributor_insights_page_max = 100
transfers_page_default = 10  # of exports, imports and bulk operations; ack-api-quirks DDB-IMPORT-016
transfer_token_seconds_max = 8 * 3600  # how long a client token stands for what it started
export_window_seconds_min = 15 * 60  # of an incremental export
export_window_seconds_max = 24 * 3600
transfer_retry_seconds = 1.0  # until an export or import is tried again after a fault
export_file_bytes_max = 8 * MIB  # of items in one file of an export, before it is packed
export_changes_max = 5_000  # in one file of an incremental export
import_items_max = 500  # put in one transaction
import_bytes_max = MIB  # the same, by size
import_piece_bytes = MIB  # of an object, unpacked and read at once
import_record_characters_max = 4 * MIB  # of one line; an item has 400 KB at most
import_problems_max = 10_000  # told to the log; AWS's limit
endpoint_cache_minutes = 1_440  # how long clients may keep what DescribeEndpoints told
list_backups_page_max = 100
copy_items_max = 500  # copied in one transaction, into a backup or a table that is restored
copy_bytes_max = 4 * MIB  # the same, by size; a table that is smaller is backed up at once
copy_undo_changes_max = 50  # taken back in one transaction; each may be a whole item of 400 KB
copy_retry_seconds = 1.0  # until a copy is tried again after a fault
restores_max = 50  # at a time: ack-api-quirks DDB-TABLE-350
recovery_days_default = 35
recovery_sweep_seconds = 3_600  # how long changes may be remembered after the last day of their recovery
system_backup_seconds = 35 * 24 * 3600
vector_indexes_max = 5
vector_index_filters_max = 18
vector_dimensions_max = 4096
vector_request_bytes_min = KIB  # what a search, or a write, of fewer bytes is counted as
vector_search_results_max = 100
vector_search_answer_bytes_max = 16 * MIB
vector_search_entries_max = 500  # compared in one transaction, so that other requests get their turn
vector_search_bytes_max = MIB // 2  # the same, by size: a few milliseconds
expiry_age_seconds_max = 5 * 365 * 24 * 3600  # what expired longer ago when it was written stays
expiry_items_max = 100  # deleted in one transaction, so that other requests get their turn
expiry_bytes_max = MIB  # of items deleted in one transaction, which their records repeat
expiry_retry_seconds = 1.0  # until expiry is tried again after a fault

# DynamoDB Streams: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html
stream_retention_seconds = 24 * 3600
shard_iterator_seconds_max = 15 * 60
get_records_bytes_max = MIB
get_records_count_max = 1_000
list_streams_page_max = 100
describe_stream_page_max = 100
shard_age_seconds_max = 4 * 3600  # then a shard rolls over; what is between shards in AWS's examples
stream_open_shards_max = 128  # ours, AWS does not say
stream_sweep_seconds = 60  # how long a record may outlive its 24 hours
stream_sweep_records_max = 1_000  # trimmed in one transaction
change_notices_max = 100  # kept of a journal that only tells what changed

# Lambda: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
function_name_chars_max = 64
function_zip_bytes_max = 52_428_800  # of what is sent; an object in a bucket may be larger
function_unzipped_bytes_max = 262_144_000
function_environment_bytes_max = 4 * KIB
function_memory_mb_min = 128
function_memory_mb_max = 10_240
function_timeout_seconds_max = 900
function_init_seconds_max = 10
function_concurrency_max = 1_000
function_unreserved_concurrency_min = (
    100  # of the account's, which reservations have to leave to other functions
)
function_code_bytes_max = 75 * 1024 * MIB  # of an account's packages; told, not enforced
function_output_line_bytes_max = 256 * KIB
function_output_bytes_max = 16 * MIB  # of one invocation; what comes after is dropped, and the log says so
function_output_flush_seconds = 0.05  # so long may output wait for more before it is in the log
function_files_max = 65_535  # in one zip file
function_open_files_max = 1_024
function_locked_bytes_max = 64 * KIB  # RLIMIT_MEMLOCK, as seen on AWS
function_processes_max = 1_024
function_layers_max = 5
code_address_seconds = 600  # GetFunction: the link to the code is good for ten minutes
function_tags_max = 50
function_policy_bytes_max = 20_480
function_event_retries_max = 2
function_event_retry_seconds = (60.0, 120.0)
function_event_age_seconds_max = 6 * 3600
function_event_refused_seconds_min = 1.0  # throttled or without an environment; doubled each time
function_event_refused_seconds_max = 300.0
function_event_fault_seconds = 60.0  # until an event is looked at again after a fault of the database
function_events_running_max = 32  # asynchronous invocations at a time, so that they leave room for others
function_chain_runs_max = 16  # of one function in one chain of requests, before it is taken for a loop
trace_functions_max = 32  # remembered of a chain of requests
trace_header_bytes_max = 4 * KIB
dead_letter_error_bytes_max = KIB
function_list_page_max = 50
layer_policy_bytes_max = 20_480
invoke_request_bytes_max = 6_291_456
invoke_async_request_bytes_max = MIB
invoke_args_bytes_max = 256 * KIB  # of InvokeAsync, which is older
invoke_response_bytes_max = 6_291_556
invoke_log_tail_bytes_max = 4 * KIB
environments_max = 64  # processes at a time; more invocations wait for one
environments_provisioned_max = 32  # of them, for provisioned concurrency, so that others find room
environment_usage_seconds = 0.1  # between two looks at what busy environments use
stray_looks_max = 5  # at a process that shows no environment, before it is taken to have none
stray_look_seconds = 0.02  # between two such looks
environment_idle_seconds_max = 300  # AWS does not say; five minutes is what people observe

# S3: https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html
object_chunk_bytes = 512 * KIB  # of one row
object_write_bytes = MIB  # of an object in one transaction, so that other requests get their turn
object_signed_chunk_bytes_min = 8 * KIB  # of `aws-chunked` bodies; what is less is small
object_small_chunks_max = 1_000  # of one body
object_request_elements_max = 100_000  # of an XML document; 10,000 parts with their checksums are 50,000
object_request_xml_bytes_max = 8 * MIB
object_key_bytes_max = 1_024
object_form_bytes_max = 20_000  # of the fields before the file; policies of forms are among them
bucket_cors_rules_max = 100
object_metadata_bytes_max = 2 * KIB
object_tags_max = 10
bucket_tags_max = 50
bucket_policy_bytes_max = 20 * KIB
bucket_list_page_max = 10_000
object_list_page_max = 1_000
object_deletes_max = 1_000  # of one DeleteObjects
object_bytes_max = 5 * 1024 * 1024 * MIB
upload_part_bytes_min = 5 * MIB  # but the last
upload_parts_max = 10_000
upload_list_page_max = 1_000
object_grave_seconds = 600  # how long whoever reads an object that was replaced may go on
object_sweep_seconds = 60
object_sweep_rows_max = 16  # of bytes without an owner, removed in one transaction: others wait for it

# Event source mappings: https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-params.html
mapping_batch_bytes_max = 6_291_456
mapping_event_frame_bytes = 14  # `{"Records":[` and `]}`; each record costs its comma besides
mapping_window_frame_bytes_max = 4 * KIB  # what a tumbling window adds to an event, but for its state
mapping_window_state_bytes_max = MIB
mapping_retry_seconds_min = 0.25
mapping_retry_seconds_max = 60.0
mapping_read_records_min = 100
mapping_read_records_max = 250  # in one go: nobody else has a turn meanwhile
mapping_checkpoint_seconds_max = 1.0  # how long counts of filtered records may stay unsaved
mapping_record_age_seconds_min = 60
mapping_filters_max = 5  # AWS's quota, which it raises to 10 on request
# DynamoDB nests attributes 32 levels deep, each of two names, within three of the record's own.
filter_depth_max = 100
filter_tries_max = 20_000  # of elements of lists, for one pattern and one record
filter_wildcards_alike_max = 4  # with the same character after them
mapping_page_max = 100
mapping_changes_kept = 100
mapping_stop_seconds_max = 5.0  # how long a stopping server waits for batches in flight
mapping_read_chunk_records_max = 100
mapping_feed_bytes_max = 32 * MIB  # of records kept for others that read them too, over all shards
mapping_feed_documents_max = 500  # parsed records kept of each shard
mapping_status_records_max = 1_000  # looked at to find how old the oldest pending record of a lane is

# CloudWatch Logs: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html
log_batch_bytes_max = 1_048_576
log_batch_events_max = 10_000
log_event_overhead_bytes = 26
log_page_events_max = 10_000
log_name_characters_max = 512
log_batch_span_ms_max = 24 * 3_600_000
log_event_age_ms_max = 14 * 24 * 3_600_000
log_event_ahead_ms_max = 2 * 3_600_000
log_page_bytes_max = MIB
log_describe_page_max = 50
log_scan_events_max = 5_000  # looked at in one transaction, so that other requests get their turn
log_scans_max = 40  # of one FilterLogEvents; then it answers with a token and what it found
log_queue_bytes_max = 64 * MIB  # in memory, waiting to be written; what comes on top is dropped and counted
log_write_events_max = 256  # in one transaction: a few milliseconds, so that other requests get their turn
live_tail_seconds_max = 3 * 3_600
live_tail_update_seconds = 1.0
live_tail_events_max = 500  # in one update
log_sweep_seconds = 3_600
log_sweep_events_max = 500  # removed in one transaction

# SQS: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
queue_message_bytes_max = MIB  # since August 2025; of a batch as well
queue_message_bytes_min = KIB
queue_batch_entries_max = 10
queue_message_attributes_max = 10
queue_wait_seconds_max = 20
queue_visibility_seconds_max = 43_200
queue_delay_seconds_max = 900
queue_retention_seconds_min = 60
queue_retention_seconds_max = 14 * 24 * 3600
queue_deduplication_seconds = 300
queue_receives_max = 1_000  # of maxReceiveCount
queue_attribute_type_bytes_max = 256
queue_page_max = 1_000
queue_moves_shown_max = 10  # message move tasks of a queue
queue_move_step_seconds = 1.0  # between the messages of a task with a pace
queue_move_messages_max = 100  # moved in one transaction
queue_tags_max = 50
queue_permission_label_characters_max = 80
queue_expired_messages_max = 100  # old ones removed with each message that is sent or asked for
queue_ordered_messages_max = 1_000  # of a FIFO queue, whose groups one receive puts in order
queue_in_flight_messages_max = 120_000  # of a standard queue; a FIFO queue has queue_scan_messages_max
queue_redrive_sources_max = 10  # of a RedriveAllowPolicy
queue_scan_messages_max = 20_000  # of a FIFO queue, that one receive looks through for a group that is free

# SNS: https://docs.aws.amazon.com/general/latest/gr/sns.html
topic_message_bytes_max = 256 * KIB
topic_page_max = 100
topic_tags_max = 50
topic_subject_characters_max = 100
topic_name_characters_max = 256
topic_filter_keys_max = 5
topic_filter_combinations_max = 150
topic_token_digits = 288  # of the token that confirms a subscription
topic_batch_entries_max = 10
topic_attribute_name_bytes_max = 256
topic_request_seconds_max = 15.0  # for an HTTP endpoint to answer
topic_requests_running_max = 16  # deliveries over HTTP at a time
topic_retry_seconds = 1.0  # until deliveries go on after a fault of ours

# IAM and STS: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
role_inline_policy_bytes_max = 10_240
user_inline_policy_bytes_max = 2_048
managed_policy_bytes_max = 6_144
trust_policy_bytes_max = 2_048
attached_policies_max = 10
policy_versions_max = 5
access_keys_max = 2
session_seconds_max = 43_200
session_seconds_default = 3_600
chained_session_seconds_max = 3_600  # of a role assumed by a role
session_kept_seconds = 24 * 3600  # how long an expired session is still answered as expired, not as unknown
iam_page_items_default = 100
iam_changes_kept = 100
denials_kept = 50  # per role or user
denials_shown_max = 1_000  # of all roles and users, in one answer
denials_waiting_max = 1_000  # distinct ones in memory; a hint more or less is no loss

# Storage: docs/decisions/0002-group-commit.md has the measurements
storage_checkpoint_pages = 16_000  # of the write-ahead log, about 64 MB; then it is copied into the database
storage_group_transactions_max = 256  # that wait for more to share their commit
storage_sweep_rows_max = 256  # rows of dropped spaces and trimmed journals deleted with one commit
storage_cache_bytes_max = 32 * MIB  # values asked for lately, kept in memory

# millrace deploy
template_characters_max = 8 * MIB  # with what its aliases stand for; CloudFormation takes 1 MB

# millrace's own API
clock_epoch_seconds_max = 221_845_392_000  # the year 9000: dates end with 9999, and things expire after now
idle_seconds_max = 24 * 3600
idle_answer_seconds_max = 30  # for the answer itself, however busy the machine is
delivery_error_characters_max = 2_000  # of what a function said, which deliveries remember
deliveries_kept = 200  # of each trigger: its last attempts, in memory
deliveries_triggers_max = 1_000  # that deliveries are remembered of
deliveries_shown_max = 1_000  # of all triggers, in one answer
live_events_max = 10_000  # waiting for one reader; what comes then is missed and counted
live_bytes_max = 16 * MIB  # the same, by size: a log line may be 256 KB
