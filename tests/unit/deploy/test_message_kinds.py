"""Queues, topics, buckets, layers and what becomes of events: which calls make, change and end them."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.unit.deploy.recorded_aws import Recorded

from millrace.deploy.packages import Packages
from millrace.deploy.problem import DeployError
from millrace.deploy.resources import KINDS
from millrace.deploy.resources.kind import Live, Situation, Wanted
from millrace.deploy.resources.layer_mark import LAYER, Mark, marks

SITUATION = Situation(Packages(Path(), print))
OWN = {"millrace:stack": "game", "millrace:logical-id": "It"}
PART = "millrace:part:game:It"
ARN = "arn:aws:{}:eu-central-1:000000000000:{}"
TOPIC, DEAD = ARN.format("sns", "t"), ARN.format("sqs", "dead")
STATEMENT = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"}
POLICY = {"Version": "2012-10-17", "Statement": [STATEMENT]}


def wanted(kind: str, name: str = "", **properties: Any) -> Wanted:
    known = KINDS[kind]
    name = known.identify("game", "It", properties) or name
    return Wanted("game", "It", name, known.normal(properties, name, SITUATION), OWN, "Delete")


def made(kind: str, aws: Recorded | None = None, **properties: Any) -> list[tuple[str, Any]]:
    aws = aws or Recorded()
    KINDS[kind].create(aws.aws, wanted(kind, **properties), SITUATION)
    return aws.asked


def updated(
    kind: str, live: dict[str, Any], name: str = "it", attributes: Any = None, **properties: Any
) -> list[tuple[str, Any]]:
    aws = Recorded()
    new = wanted(kind, name, **properties)
    was = Live(name, {**new.properties, **live}, attributes or {}, OWN)
    KINDS[kind].update(aws.aws, new, was, SITUATION)
    return aws.asked


@pytest.mark.parametrize(
    ("kind", "properties", "name"),
    [
        ("AWS::SQS::Queue", {}, "game-It"),
        ("AWS::SQS::Queue", {"FifoQueue": "true"}, "game-It.fifo"),
        ("AWS::SQS::Queue", {"QueueName": "q"}, "q"),
        ("AWS::SNS::Topic", {"FifoTopic": True}, "game-It.fifo"),
        ("AWS::S3::Bucket", {}, "game-it"),
        ("AWS::SQS::QueuePolicy", {"Queues": ["http://here/0/b", "http://here/0/a"]}, "a|b/policy"),
        ("AWS::SNS::TopicPolicy", {"Topics": [TOPIC]}, "t/policy"),
        ("AWS::S3::BucketPolicy", {"Bucket": "b"}, "b/policy"),
        ("AWS::Lambda::EventInvokeConfig", {"FunctionName": "f", "Qualifier": "$LATEST"}, "f/events"),
        ("AWS::Lambda::EventInvokeConfig", {"FunctionName": "f", "Qualifier": "live"}, "f/live:events"),
    ],
)
def test_what_the_template_does_not_name_has_the_same_name_on_every_deploy(
    kind: str, properties: dict[str, Any], name: str
):
    assert KINDS[kind].identify("game", "It", properties) == name


def test_a_queue_is_made_with_its_attributes_as_texts_and_its_tags():
    redrive = {"deadLetterTargetArn": DEAD, "maxReceiveCount": "3"}
    ((call, given),) = made("AWS::SQS::Queue", DelaySeconds="5", RedrivePolicy=redrive)

    assert call == "create_queue"
    assert given["QueueName"] == "game-It"
    assert given["tags"] == OWN
    assert given["Attributes"]["DelaySeconds"] == "5"
    assert json.loads(given["Attributes"]["RedrivePolicy"]) == {
        "deadLetterTargetArn": DEAD,
        "maxReceiveCount": 3,
    }
    assert "FifoQueue" not in given["Attributes"]


def test_of_a_queue_only_what_changed_is_set_and_what_is_not_wanted_emptied():
    live = {"DelaySeconds": 9, "RedrivePolicy": {"deadLetterTargetArn": DEAD, "maxReceiveCount": 3}}
    asked = updated("AWS::SQS::Queue", live, attributes={"QueueUrl": "u"})

    given = {"QueueUrl": "u", "Attributes": {"DelaySeconds": "0", "RedrivePolicy": ""}}
    assert asked == [("set_queue_attributes", given)]


@pytest.mark.parametrize(("count", "is_empty"), [("0", True), ("1", False)])
def test_a_queue_is_empty_when_nothing_is_in_it(count: str, *, is_empty: bool):
    aws = Recorded(
        get_queue_url={"QueueUrl": "u"},
        get_queue_attributes={"Attributes": {"ApproximateNumberOfMessagesNotVisible": count}},
    )

    assert KINDS["AWS::SQS::Queue"].is_empty(aws.aws, "q") is is_empty


def test_a_topic_is_made_and_changed_attribute_by_attribute():
    ((call, given),) = made("AWS::SNS::Topic", DisplayName="d", FifoTopic=True)
    asked = updated("AWS::SNS::Topic", {"DisplayName": "old"}, attributes={"TopicArn": TOPIC})

    assert call == "create_topic"
    assert given["Attributes"] == {"DisplayName": "d", "FifoTopic": "true"}
    assert asked == [
        (
            "set_topic_attributes",
            {"TopicArn": TOPIC, "AttributeName": "DisplayName", "AttributeValue": ""},
        )
    ]


def test_a_subscription_is_claimed_by_a_tag_of_its_topic():
    (subscribed, tagged) = made(
        "AWS::SNS::Subscription",
        Recorded(subscribe={"SubscriptionArn": f"{TOPIC}:7"}),
        TopicArn=TOPIC,
        Protocol="sqs",
        Endpoint=DEAD,
        FilterPolicy='{"a": ["b"]}',
    )

    assert subscribed[1]["Attributes"] == {
        "FilterPolicy": '{"a": ["b"]}',
        "FilterPolicyScope": "MessageAttributes",
    }
    tags = [{"Key": PART, "Value": "AWS::SNS::Subscription Delete 7"}]
    assert tagged == ("tag_resource", {"ResourceArn": TOPIC, "Tags": tags})


def test_a_filter_that_is_not_wanted_any_more_is_an_empty_one():
    live = {"FilterPolicy": {"a": ["b"]}, "FilterPolicyScope": "MessageAttributes"}
    place = {"TopicArn": TOPIC, "Protocol": "sqs", "Endpoint": DEAD}
    (changed, _) = updated("AWS::SNS::Subscription", live, "t/7", {"Arn": f"{TOPIC}:7"}, **place)

    assert changed[1] == {
        "SubscriptionArn": f"{TOPIC}:7",
        "AttributeName": "FilterPolicy",
        "AttributeValue": "{}",
    }


def test_a_bucket_is_made_in_the_region_and_changed_only_where_it_is_not_as_every_bucket():
    fresh = {
        "get_bucket_encryption": {
            "ServerSideEncryptionConfiguration": {
                "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]
            }
        },
        "get_bucket_ownership_controls": {
            "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
        },
        "get_public_access_block": "NoSuchPublicAccessBlockConfiguration",
        "get_bucket_tagging": {"TagSet": [{"Key": key, "Value": value} for key, value in OWN.items()]},
    }
    blocked = dict.fromkeys(
        ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"), True
    )
    (created, limited) = made("AWS::S3::Bucket", Recorded(**fresh))

    assert created[1]["CreateBucketConfiguration"]["LocationConstraint"] == "eu-central-1"
    assert limited == (
        "put_public_access_block",
        {"Bucket": "game-it", "PublicAccessBlockConfiguration": blocked},
    )


def test_the_policy_of_several_hosts_is_put_into_each_and_taken_from_those_that_left():
    aws = Recorded(get_queue_url={"QueueUrl": "u"}, get_queue_attributes={"Attributes": {"Policy": "{}"}})
    kind = KINDS["AWS::SQS::QueuePolicy"]
    new = wanted(kind.type, Queues=["http://here/0/a"], PolicyDocument=POLICY)

    kind.update(aws.aws, new, Live("a|b/policy", {}, {}, OWN), SITUATION)

    tag = ("tag_queue", {"QueueUrl": "u", "Tags": {PART: "AWS::SQS::QueuePolicy Delete policy"}})
    put = ("set_queue_attributes", {"QueueUrl": "u", "Attributes": {"Policy": json.dumps(POLICY)}})
    emptied = ("set_queue_attributes", {"QueueUrl": "u", "Attributes": {"Policy": ""}})
    untag = ("untag_queue", {"QueueUrl": "u", "TagKeys": [PART]})
    assert aws.asked == [tag, put, emptied, untag]


def test_a_topic_that_nobody_gave_a_policy_has_none():
    attributes = {"Policy": json.dumps({"Id": "__default_policy_ID", "Statement": []})}
    aws = Recorded(get_topic_attributes={"Attributes": attributes})

    assert KINDS["AWS::SNS::TopicPolicy"].read(aws.aws, "t/policy") is None


def test_what_becomes_of_events_is_put_as_a_whole_and_claimed_by_the_function():
    given = {"FunctionName": "f", "Qualifier": "$LATEST", "MaximumRetryAttempts": "0"}
    destinations = {"OnFailure": {"Destination": DEAD}}
    (tagged, put) = made("AWS::Lambda::EventInvokeConfig", **given, DestinationConfig=destinations)

    assert tagged[1]["Tags"] == {PART: "AWS::Lambda::EventInvokeConfig Delete events"}
    assert put == (
        "put_function_event_invoke_config",
        {"FunctionName": "f", "MaximumRetryAttempts": 0, "DestinationConfig": destinations},
    )


def test_a_version_of_a_layer_is_published_and_marked_by_a_statement(tmp_path: Path):
    (tmp_path / "a.py").write_text("")
    situation = Situation(Packages(tmp_path, print))
    kind = KINDS["AWS::Lambda::LayerVersion"]
    aws = Recorded(publish_layer_version={"Version": 4})
    properties = kind.normal({"Content": ".", "LayerName": "l"}, "", situation)

    name = kind.create(aws.aws, Wanted("game", "It", "", properties, OWN, "Retain"), situation)
    (published, marked) = aws.asked

    assert name == "l:4"
    assert published[1]["LayerName"] == "l"
    assert marked[1]["StatementId"] == "millrace_layer_game_It_Retain"
    assert marked[1]["Principal"] == "000000000000", "who may use it anyway"


def test_whose_a_layer_is_can_be_read_from_the_mark():
    mark = Mark(LAYER, "a-game", "It", "Delete")

    assert list(marks([{"Sid": "of-others"}, {"Sid": mark.sid}])) == [mark]
    with pytest.raises(DeployError, match="longer than the 100 characters"):
        _ = Mark(LAYER, "x" * 90, "It", "Delete").sid


def test_a_permission_on_a_layer_says_in_its_id_whose_it_is():
    arn = ARN.format("lambda", "layer:l:4")
    ((call, given),) = made(
        "AWS::Lambda::LayerVersionPermission",
        Action="lambda:GetLayerVersion",
        LayerVersionArn=arn,
        Principal="111111111111",
    )

    assert call == "add_layer_version_permission"
    assert given == {
        "LayerName": "l",
        "VersionNumber": 4,
        "StatementId": "millrace_permission_game_It_Delete",
        "Action": "lambda:GetLayerVersion",
        "Principal": "111111111111",
    }


def test_a_destination_and_metrics_that_left_the_template_are_taken_from_the_mapping():
    live = {
        "DestinationConfig": {"OnFailure": {"Destination": DEAD}},
        "MetricsConfig": {"Metrics": ["EventCount"]},
    }
    kind = KINDS["AWS::Lambda::EventSourceMapping"]
    new = wanted(kind.type, "id", EventSourceArn="s", FunctionName="f", StartingPosition="LATEST")
    aws = Recorded(get_event_source_mapping={"State": "Enabled"})

    arn = {"EventSourceMappingArn": "m"}
    kind.update(aws.aws, new, Live("id", {**new.properties, **live}, arn, OWN), SITUATION)

    assert aws.asked == [
        (
            "update_event_source_mapping",
            {
                "UUID": "id",
                "DestinationConfig": {"OnFailure": {"Destination": ""}},
                "MetricsConfig": {"Metrics": []},
            },
        )
    ]
