"""What boto3 makes of insights, Kinesis streams, global tables, exports, imports, bulk loads and endpoints."""

import gzip
import json
import urllib.request

import boto3
from botocore.config import Config
from tests.api.fresh_tables import FreshTables, invalid, refused
from tests.api.raw_http import Caller, sign

BUCKET = "no-such-bucket"


def test_insights_are_turned_on_told_and_turned_off(tables: FreshTables):
    made = tables.create("id:S")

    assert made.update_contributor_insights(ContributorInsightsAction="ENABLE")[
        "ContributorInsightsStatus"
    ] == ("ENABLING")
    told = made.describe_contributor_insights()
    assert told["ContributorInsightsStatus"] == "ENABLED"
    assert len(told["ContributorInsightsRuleList"]) == 2
    listed = made.client.list_contributor_insights
    assert [each["TableName"] for each in listed()["ContributorInsightsSummaries"]] == [made.name]
    made.update_contributor_insights(ContributorInsightsAction="DISABLE")
    assert listed()["ContributorInsightsSummaries"] == []


def test_a_kinesis_stream_cannot_be_enabled_as_there_is_none(tables: FreshTables):
    made = tables.create("id:S")
    arn = "arn:aws:kinesis:eu-central-1:000000000000:stream/changes"

    assert made.enable_kinesis_streaming_destination(StreamArn=arn)["DestinationStatus"] == "ENABLING"
    told = made.describe_kinesis_streaming_destination()["KinesisDataStreamDestinations"]
    assert [each["DestinationStatus"] for each in told] == ["ENABLE_FAILED"]


def test_there_are_no_global_tables(tables: FreshTables):
    assert tables.client.list_global_tables()["GlobalTables"] == []
    assert refused(tables.client.describe_global_table, GlobalTableName="orders")[0] == (
        "GlobalTableNotFoundException"
    )


def test_an_export_needs_point_in_time_recovery(tables: FreshTables):
    made = tables.create("id:S")
    arn = made.describe()["TableArn"]

    assert refused(tables.client.export_table_to_point_in_time, TableArn=arn, S3Bucket=BUCKET) == (
        "PointInTimeRecoveryUnavailableException",
        f"Point in time recovery is not enabled for table '{made.name}'",
    )


def test_an_import_is_kept_over_a_crash_with_how_it_ended(tables: FreshTables):
    name = tables.name()
    begun = tables.client.import_table(
        S3BucketSource={"S3Bucket": BUCKET},
        InputFormat="CSV",
        TableCreationParameters={
            "TableName": name,
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        },
    )["ImportTableDescription"]
    tables.server.kill()
    tables.server.start()
    client = tables.client = tables.server.client("dynamodb")

    told = client.describe_import(ImportArn=begun["ImportArn"])["ImportTableDescription"]
    assert (told["ImportStatus"], told["FailureCode"]) == ("FAILED", "S3NoSuchBucket")
    assert told["FailureMessage"].startswith("The specified bucket does not exist")
    assert name not in client.list_tables()["TableNames"]
    assert [each["ImportArn"] for each in client.list_imports()["ImportSummaryList"]] == [begun["ImportArn"]]


def test_a_bulk_load_is_started_and_told(tables: FreshTables):
    made = tables.create("id:S")
    arn = made.start_bulk_put_items(
        InputS3Configuration={"S3Bucket": BUCKET, "InputFormat": "ION"},
        OutputS3Configuration={"OutputType": ["ERROR"]},
    )["BulkOperationDescription"]["BulkOperationArn"]

    told = tables.client.describe_bulk_operation(BulkOperationArn=arn)["BulkOperationDescription"]
    assert (told["BulkOperationStatus"], told["FailureCode"]) == ("FAILED", "S3NoSuchBucket")


def test_a_client_that_discovers_endpoints_works_and_so_does_what_it_is_told(tables: FreshTables):
    config = Config(endpoint_discovery_enabled=True, retries={"total_max_attempts": 1})
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": "eu-central-1"}

    def client(url: str):
        return boto3.session.Session().client("dynamodb", endpoint_url=url, config=config, **keys)

    first = client(tables.server.url)
    (endpoint,) = first.describe_endpoints()["Endpoints"]
    assert endpoint == {"Address": f"127.0.0.1:{tables.server.port}", "CachePeriodInMinutes": 1440}
    again = client(f"http://{endpoint['Address']}")
    assert again.list_tables()["TableNames"] == first.list_tables()["TableNames"]


def test_a_compressed_request_is_understood_and_signed_as_it_was_sent(tables: FreshTables):
    made = tables.create("id:S")
    body = gzip.compress(json.dumps({"TableName": made.name, "Item": {"id": {"S": "x"}}}).encode())
    headers = {
        "host": f"127.0.0.1:{tables.server.port}",
        "content-encoding": "gzip",
        "content-type": "application/x-amz-json-1.0",
        "x-amz-target": "DynamoDB_20120810.PutItem",
    }
    with Caller(tables.server.port) as caller:
        assert caller.send("POST", "/", body, sign("POST", "/", body, headers)).status == 200
        assert caller.send("POST", "/", b"no", sign("POST", "/", b"no", headers)).status == 500
    assert made.get({"id": {"S": "x"}}) == {"id": {"S": "x"}}


def test_a_large_answer_is_compressed_for_who_asks_and_its_sum_still_holds(tables: FreshTables):
    made = tables.create("id:S")
    made.put({"id": {"S": "x"}, "long": {"S": "y" * 10_000}})
    client = boto3.session.Session().client(
        "dynamodb",
        endpoint_url=tables.server.url,
        aws_access_key_id="test",
        aws_secret_access_key="test",
        region_name="eu-central-1",
    )
    seen = []

    def ask(params, **_):
        params["headers"]["Accept-Encoding"] = "gzip"

    def unpack(response_dict, **_):
        seen.append(response_dict["headers"].get("content-encoding"))
        response_dict["body"] = gzip.decompress(response_dict["body"])

    client.meta.events.register("before-call", ask)
    client.meta.events.register("before-parse", unpack)
    answer = client.get_item(TableName=made.name, Key={"id": {"S": "x"}})

    assert answer["Item"]["long"] == {"S": "y" * 10_000}
    assert seen == ["gzip"]
    assert answer["ResponseMetadata"]["RetryAttempts"] == 0


def test_tagging_is_answered_with_nothing_and_every_answer_has_a_date(tables: FreshTables):
    arn = tables.create("id:S").describe()["TableArn"]
    with Caller(tables.server.port) as caller:
        answer = caller.json(
            "dynamodb", "TagResource", {"ResourceArn": arn, "Tags": [{"Key": "a", "Value": "b"}]}
        )

    assert (answer.status, answer.body) == (200, b"")
    assert answer.headers["date"].endswith(" GMT")
    with urllib.request.urlopen(f"{tables.server.url}/_millrace/health") as response:
        assert response.headers["Date"].endswith(" GMT")


def test_a_policy_that_cannot_be_is_refused_in_awss_words(tables: FreshTables):
    arn = tables.create("id:S").describe()["TableArn"]

    assert refused(tables.client.put_resource_policy, ResourceArn=arn, Policy="{") == invalid(
        "One or more parameter values were invalid: Invalid policy document: This policy contains invalid Json"
    )
