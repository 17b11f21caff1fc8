"""SNS over the wire: queues, HTTP endpoints and functions are told; what waits survives a kill."""

import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.api.endpoint import Endpoint
from tests.api.millrace_process import TRUST, Millrace, zipped
from tests.api.refusals import refusal


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    endpoint = Endpoint()
    yield endpoint
    endpoint.close()


@pytest.fixture
def sns(server: Millrace) -> Any:
    return server.client("sns")


def a_queue(server: Millrace, name: str) -> tuple[str, str]:
    """A queue's address and ARN."""
    sqs = server.client("sqs")
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    told = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    return url, told["Attributes"]["QueueArn"]


def test_a_subscribed_queue_gets_what_its_filter_wants(server: Millrace, sns: Any):
    url, arn = a_queue(server, "subscriber")
    topic = sns.create_topic(Name="to-queues")["TopicArn"]
    wanted = {"FilterPolicy": json.dumps({"kind": ["good"]})}
    subscribed = sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes=wanted)
    assert subscribed["SubscriptionArn"].startswith(f"{topic}:")
    for kind in ("bad", "good"):
        attributes = {"kind": {"DataType": "String", "StringValue": kind}}
        sent = sns.publish(TopicArn=topic, Message=kind, Subject="s", MessageAttributes=attributes)
    [got] = server.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    body = json.loads(got["Body"])
    assert (body["MessageId"], body["Message"], body["Subject"]) == (sent["MessageId"], "good", "s")
    assert body["UnsubscribeURL"].startswith(f"{server.url}/?Action=Unsubscribe&SubscriptionArn={topic}:")
    with urllib.request.urlopen(body["UnsubscribeURL"]) as answer:
        assert b"<UnsubscribeResponse" in answer.read()
    assert sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"] == []


def test_an_endpoint_confirms_by_the_link_and_then_gets_messages(sns: Any, endpoint: Endpoint):
    topic = sns.create_topic(Name="to-the-web")["TopicArn"]
    subscribed = sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=endpoint.url)
    assert subscribed["SubscriptionArn"] == "pending confirmation"
    headers, text = endpoint.wait(1)[0]
    asked = json.loads(text)
    assert (headers["x-amz-sns-message-type"], asked["Type"]) == ("SubscriptionConfirmation",) * 2
    assert headers["x-amz-sns-topic-arn"] == asked["TopicArn"] == topic
    assert sns.get_topic_attributes(TopicArn=topic)["Attributes"]["SubscriptionsPending"] == "1"
    sns.publish(TopicArn=topic, Message="too early")
    with urllib.request.urlopen(asked["SubscribeURL"]) as answer:
        assert b"<ConfirmSubscriptionResult><SubscriptionArn>arn:" in answer.read()
    sns.publish(TopicArn=topic, Message="now")
    headers, text = endpoint.wait(2)[1]
    assert json.loads(text)["Message"] == "now"
    assert headers["x-amz-sns-subscription-arn"].startswith(f"{topic}:")
    assert headers["content-type"] == "text/plain; charset=UTF-8"


def test_a_function_is_run_for_a_message(server: Millrace, sns: Any):
    role = server.client("iam").create_role(RoleName="f", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    code = "def handle(event, context):\n    print('told:', event['Records'][0]['Sns']['Message'])\n"
    arguments = {"Role": role, "Runtime": "python3.11", "Handler": "handler.handle"}
    health = server.ask("health")
    arguments["Runtime"] = health["runtime"]
    function = server.client("lambda").create_function(
        FunctionName="told", Code={"ZipFile": zipped(code)}, **arguments
    )
    topic = sns.create_topic(Name="to-functions")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=function["FunctionArn"])
    with server.tail("function=told") as tail:
        sns.publish(TopicArn=topic, Message="wake up")
        tail.wait(lambda event: "told: wake up" in json.dumps(event))


def test_a_delivery_that_failed_is_tried_again_after_a_kill(tmp_path: Path, endpoint: Endpoint):
    with Millrace(tmp_path / "data") as server:
        sns = server.client("sns")
        topic = sns.create_topic(Name="t")["TopicArn"]
        sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=endpoint.url)
        asked = json.loads(endpoint.wait(1)[0][1])
        sns.confirm_subscription(TopicArn=topic, Token=asked["Token"])
        endpoint.status = 500
        sent = sns.publish(TopicArn=topic, Message="kept")["MessageId"]
        endpoint.wait(2)
        server.kill()
        endpoint.status = 200
        server.start()
        server.ask("clock", advance=20)
        headers, text = endpoint.wait(3)[-1]
        assert (json.loads(text)["Message"], headers["x-amz-sns-message-id"]) == ("kept", sent)


def test_topics_have_awss_attributes_tags_and_permissions(server: Millrace, sns: Any):
    tags = [{"Key": "k", "Value": "v"}]
    topic = sns.create_topic(Name="life", Attributes={"DisplayName": "d"}, Tags=tags)["TopicArn"]
    assert sns.create_topic(Name="life")["TopicArn"] == topic
    told = sns.get_topic_attributes(TopicArn=topic)["Attributes"]
    assert set(told) == {
        "Policy", "DisplayName", "TopicArn", "Owner", "SubscriptionsConfirmed", "SubscriptionsPending",
        "SubscriptionsDeleted", "EffectiveDeliveryPolicy",
    }  # fmt: skip
    assert json.loads(told["Policy"])["Id"] == "__default_policy_ID"
    sns.tag_resource(ResourceArn=topic, Tags=[{"Key": "l", "Value": "w"}])
    sns.untag_resource(ResourceArn=topic, TagKeys=["k"])
    assert sns.list_tags_for_resource(ResourceArn=topic)["Tags"] == [{"Key": "l", "Value": "w"}]
    permission = {"Label": "x", "AWSAccountId": ["111122223333"], "ActionName": ["Publish"]}
    sns.add_permission(TopicArn=topic, **permission)
    assert refusal(sns.add_permission, TopicArn=topic, **permission)[2].endswith("Statement already exists")
    for name in ("ActionName", "AWSAccountId"):  # a policy with such a statement could never be read again
        wrong = {**permission, "Label": "x", name: []}
        assert refusal(sns.add_permission, TopicArn=topic, **wrong)[1] == "InvalidParameter"
    sns.remove_permission(TopicArn=topic, Label="x")
    assert topic in [each["TopicArn"] for each in server.aws("sns", "list-topics")["Topics"]]
    sns.delete_topic(TopicArn=topic)
    sns.delete_topic(TopicArn=topic)
    assert refusal(sns.get_topic_attributes, TopicArn=topic) == (404, "NotFound", "Topic does not exist")


def test_subscriptions_are_shown_and_changed(server: Millrace, sns: Any):
    _, arn = a_queue(server, "shown")
    topic = sns.create_topic(Name="shown")["TopicArn"]
    raw = {"RawMessageDelivery": "true"}
    made = sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes=raw)["SubscriptionArn"]
    assert sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)["SubscriptionArn"] == made
    other = {"RawMessageDelivery": "false"}
    assert refusal(sns.subscribe, TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes=other)[2] == (
        "Invalid parameter: Attributes Reason: Subscription already exists with different attributes"
    )
    sns.set_subscription_attributes(
        SubscriptionArn=made, AttributeName="FilterPolicy", AttributeValue='{"a": ["b"]}'
    )
    assert sns.get_subscription_attributes(SubscriptionArn=made)["Attributes"] == {
        "ConfirmationWasAuthenticated": "true",
        "Endpoint": arn,
        "FilterPolicy": '{"a": ["b"]}',
        "FilterPolicyScope": "MessageAttributes",
        "Owner": "000000000000",
        "PendingConfirmation": "false",
        "Protocol": "sqs",
        "RawMessageDelivery": "true",
        "SubscriptionArn": made,
        "SubscriptionPrincipal": "arn:aws:iam::000000000000:root",
        "TopicArn": topic,
    }
    sns.unsubscribe(SubscriptionArn=made)
    sns.unsubscribe(SubscriptionArn=made)
    assert refusal(sns.get_subscription_attributes, SubscriptionArn=made)[1] == "NotFound"


def test_a_batch_with_one_bad_entry_is_refused_whole(sns: Any):
    topic = sns.create_topic(Name="batches")["TopicArn"]
    ordered = sns.create_topic(Name="batches.fifo", Attributes={"FifoTopic": "true"})["TopicArn"]
    good = {"Id": "good", "Message": "m"}

    def refused(*entries: dict[str, Any], topic: str = topic) -> tuple[str, str]:
        return refusal(sns.publish_batch, TopicArn=topic, PublishBatchRequestEntries=list(entries))[1:]

    def typed(kind: str) -> dict[str, Any]:
        return {"MessageAttributes": {"a": {"DataType": kind, "StringValue": "1"}}}

    done = sns.publish_batch(TopicArn=topic, PublishBatchRequestEntries=[good])
    assert ([each["Id"] for each in done["Successful"]], done["Failed"]) == (["good"], [])
    twice = "Two or more batch entries in the request have the same Id."
    assert refused(good, good) == ("BatchEntryIdsNotDistinct", twice)
    assert refused(good, {"Id": "bad", "Message": "m", "Subject": "x" * 101})[0] == "InvalidParameter"
    for kind in ("String.", "Stringly"):
        assert refused(good, {"Id": "bad", "Message": "m", **typed(kind)})[0] == "ParameterValueInvalid"
    halves = ({"Id": name, "Message": "x" * (128 * 1024 - 1), **typed("String")} for name in "ab")
    assert refused(*halves)[0] == "BatchRequestTooLong"
    assert refused(good, topic=ordered) == (
        "InvalidParameter",
        "Invalid parameter: The MessageGroupId parameter is required for FIFO topics",
    )
    assert refused({**good, "MessageGroupId": "g"}, topic=ordered) == (
        "InvalidParameter",
        "Invalid parameter: The topic should either have ContentBasedDeduplication enabled "
        "or MessageDeduplicationId provided explicitly",
    )


def test_fifo_topics_sign_nothing_and_defaults_are_the_same_as_saying_them(server: Millrace, sns: Any):
    sqs = server.client("sqs")
    fifo = {"FifoQueue": "true", "ContentBasedDeduplication": "true"}
    url = sqs.create_queue(QueueName="unsigned.fifo", Attributes=fifo)["QueueUrl"]
    everyone = {"Effect": "Allow", "Principal": "*", "Action": "sqs:*", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [everyone]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    arn = "arn:aws:sqs:eu-central-1:000000000000:unsigned.fifo"
    settings = {"FifoTopic": "true", "ContentBasedDeduplication": "true"}
    topic = sns.create_topic(Name="unsigned.fifo", Attributes=settings)["TopicArn"]
    scoped = {"FilterPolicyScope": "MessageAttributes"}
    made = sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)["SubscriptionArn"]
    again = sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes=scoped)
    sns.publish(TopicArn=topic, Message="m", MessageGroupId="g")

    [message] = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20)["Messages"]
    assert not {"Signature", "SigningCertURL"} & json.loads(message["Body"]).keys()
    assert again["SubscriptionArn"] == made
    told = sns.get_subscription_attributes(SubscriptionArn=made)["Attributes"]
    assert "FilterPolicyScope" not in told
    standard = json.dumps({"deadLetterTargetArn": arn.removesuffix(".fifo")})
    changed = {"AttributeName": "RedrivePolicy", "AttributeValue": standard}
    assert refusal(sns.set_subscription_attributes, SubscriptionArn=made, **changed)[2] == (
        "Invalid parameter: RedrivePolicy: must use a FIFO queue as DLQ for a FIFO Subscription to a FIFO Topic."
    )
    plain = sns.create_topic(Name="plain-or-not")["TopicArn"]
    assert sns.create_topic(Name="plain-or-not", Attributes={"FifoTopic": "false"})["TopicArn"] == plain
    assert refusal(sns.create_topic, Name="odd", Attributes={"FifoTopic": "true"})[2] == (
        "Invalid parameter: Topic Name"
    )


def test_a_mailbox_stays_pending_and_a_telephone_is_subscribed_at_once(sns: Any):
    topic = sns.create_topic(Name="people")["TopicArn"]
    mail = sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="grace@example.com")
    assert mail["SubscriptionArn"] == "pending confirmation"
    text = sns.subscribe(TopicArn=topic, Protocol="sms", Endpoint="+12/34-567.890")
    assert text["SubscriptionArn"].startswith(f"{topic}:")
    sns.publish(TopicArn=topic, Message="nobody is told")
    shown = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    assert {each["Protocol"]: each["SubscriptionArn"] for each in shown} == {
        "email": "PendingConfirmation",
        "sms": text["SubscriptionArn"],
    }


def test_what_cannot_be_is_refused_in_awss_words(sns: Any):
    topic = sns.create_topic(Name="refusals")["TopicArn"]
    assert refusal(sns.publish, TopicArn="x", Message="m") == (
        400,
        "InvalidParameter",
        "Invalid parameter: TopicArn Reason: An ARN must have at least 6 elements, not 1",
    )
    assert refusal(sns.publish, TopicArn=f"{topic}x", Message="m") == (
        404,
        "NotFound",
        "Topic does not exist",
    )
    assert (
        refusal(sns.publish, TopicArn=topic, Message="m" * 262_145)[2]
        == "Invalid parameter: Message too long"
    )
    assert refusal(sns.publish, TopicArn=topic, Message="{}", MessageStructure="json")[2] == (
        "Invalid parameter: Message Structure - No default entry in JSON message body"
    )
    odd = {"a^b": {"DataType": "String", "StringValue": "x"}}
    assert (
        refusal(sns.publish, TopicArn=topic, Message="m", MessageAttributes=odd)[1] == "ParameterValueInvalid"
    )
    assert refusal(sns.subscribe, TopicArn=topic, Protocol="nothing", Endpoint="x")[2] == (
        "Invalid parameter: Amazon SNS does not support this protocol string: nothing"
    )
    assert "firehose" in refusal(sns.subscribe, TopicArn=topic, Protocol="firehose", Endpoint="a")[2]
    assert refusal(sns.subscribe, TopicArn=topic, Protocol="sms", Endpoint="NAA+1555")[1:] == (
        "InvalidParameter",
        "Invalid SMS endpoint: NAA+1555",
    )
    assert refusal(sns.publish, PhoneNumber="+1a234", Message="m")[2] == (
        "Invalid parameter: PhoneNumber Reason: +1a234 is not valid to publish to"
    )
    assert refusal(sns.confirm_subscription, TopicArn=topic, Token="abc")[2] == "Invalid parameter: Token"
    assert refusal(sns.create_topic, Name="a b")[2] == "Invalid parameter: Topic Name"


def test_nonsense_is_the_callers_fault(server: Millrace, sns: Any):
    topic = sns.create_topic(Name="nonsense")["TopicArn"]
    bad = server.unchecked_client("sns")
    for endpoint in ("http://[x", "http://x:99999/", "ftp://x/", "http://", ""):
        assert refusal(bad.subscribe, TopicArn=topic, Protocol="http", Endpoint=endpoint)[0] == 400
    for name, value in (("DeliveryPolicy", "[]"), ("Policy", "{}"), ("FifoTopic", "true"), ("Nothing", "1")):
        change = {"AttributeName": name, "AttributeValue": value}
        assert refusal(bad.set_topic_attributes, TopicArn=topic, **change)[0] == 400
    odd = '{"http": {"defaultHealthyRetryPolicy": 3, "disableSubscriptionOverrides": []}}'
    sns.set_topic_attributes(TopicArn=topic, AttributeName="DeliveryPolicy", AttributeValue=odd)
    assert sns.get_topic_attributes(TopicArn=topic)["Attributes"]["DeliveryPolicy"] == odd
    assert refusal(bad.publish, Message="m")[0] == 400
    assert refusal(bad.publish, TopicArn=topic)[1] == "ValidationError"
    assert refusal(bad.publish_batch, TopicArn=topic, PublishBatchRequestEntries=[])[1] == "EmptyBatchRequest"
    assert refusal(bad.list_topics, NextToken="!")[0] == 400


def test_a_user_needs_the_action_or_the_topics_policy(server: Millrace, sns: Any):
    topic = sns.create_topic(Name="guarded")["TopicArn"]
    iam = server.client("iam")
    iam.create_user(UserName="publisher")
    key = iam.create_access_key(UserName="publisher")["AccessKey"]
    theirs = server.client(
        "sns", aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"]
    )
    status, code, message = refusal(theirs.publish, TopicArn=topic, Message="m")
    assert (code, status) == ("AuthorizationError", 403)
    assert f"is not authorized to perform: SNS:Publish on resource: {topic}" in message
    arn = iam.get_user(UserName="publisher")["User"]["Arn"]
    statement = {"Effect": "Allow", "Principal": {"AWS": arn}, "Action": "sns:Publish", "Resource": topic}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=policy)
    assert theirs.publish(TopicArn=topic, Message="m")["MessageId"]
