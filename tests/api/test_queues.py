"""SQS over the wire: boto3 and the aws CLI against one server, which is stopped and killed in between."""

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from tests.api.millrace_process import Millrace
from tests.api.raw_http import Answer, Line, sign, written
from tests.api.refusals import refusal


@pytest.fixture
def sqs(server: Millrace) -> Any:
    return server.client("sqs")


@pytest.fixture
def queue(sqs: Any, request: pytest.FixtureRequest) -> Iterator[str]:
    url = sqs.create_queue(QueueName=f"q{abs(hash(request.node.nodeid))}")["QueueUrl"]
    yield url
    sqs.delete_queue(QueueUrl=url)


def test_a_message_goes_through_with_all_that_belongs_to_it(sqs: Any, queue: str):
    attributes = {
        "text": {"DataType": "String", "StringValue": "höher"},
        "number": {"DataType": "Number.int", "StringValue": "7"},
        "bytes": {"DataType": "Binary", "BinaryValue": b"\0\xff"},
    }
    trace = {
        "AWSTraceHeader": {"DataType": "String", "StringValue": "Root=1-5759e988-bd862e3fe1be46a994272793"}
    }
    sent = sqs.send_message(
        QueueUrl=queue, MessageBody="hi", MessageAttributes=attributes, MessageSystemAttributes=trace
    )
    arguments = {"MessageSystemAttributeNames": ["All"], "MessageAttributeNames": ["All"]}
    [got] = sqs.receive_message(QueueUrl=queue, **arguments)["Messages"]

    assert got["MessageId"] == sent["MessageId"]
    assert (got["Body"], got["MD5OfBody"]) == ("hi", sent["MD5OfMessageBody"])
    assert got["MessageAttributes"] == attributes
    assert got["MD5OfMessageAttributes"] == sent["MD5OfMessageAttributes"]
    assert got["Attributes"]["ApproximateReceiveCount"] == "1"
    assert got["Attributes"]["AWSTraceHeader"] == trace["AWSTraceHeader"]["StringValue"]
    assert set(got["Attributes"]) == {
        "SenderId", "SentTimestamp", "ApproximateReceiveCount", "ApproximateFirstReceiveTimestamp", "AWSTraceHeader",
    }  # fmt: skip
    sqs.delete_message(QueueUrl=queue, ReceiptHandle=got["ReceiptHandle"])
    assert "Messages" not in sqs.receive_message(QueueUrl=queue)


def test_what_is_not_asked_for_is_not_told(sqs: Any, queue: str):
    attributes = {name: {"DataType": "String", "StringValue": "x"} for name in ("a.one", "a.two", "b")}
    sqs.send_message(QueueUrl=queue, MessageBody="hi", MessageAttributes=attributes)
    [got] = sqs.receive_message(QueueUrl=queue, VisibilityTimeout=0)["Messages"]
    assert set(got) == {"MessageId", "ReceiptHandle", "MD5OfBody", "Body"}
    [got] = sqs.receive_message(QueueUrl=queue, MessageAttributeNames=["a.*"], AttributeNames=["SenderId"])[
        "Messages"
    ]
    assert set(got["MessageAttributes"]) == {"a.one", "a.two"}
    assert set(got["Attributes"]) == {"SenderId"}


def test_a_waiting_receiver_gets_a_message_that_is_sent_meanwhile(server: Millrace, sqs: Any, queue: str):
    started = threading.Event()

    def receive() -> Any:
        started.set()
        return server.client("sqs").receive_message(QueueUrl=queue, WaitTimeSeconds=20)

    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(receive)
        assert started.wait(10)
        sqs.send_message(QueueUrl=queue, MessageBody="hi")
        assert waiting.result(15)["Messages"][0]["Body"] == "hi"


def test_batches_succeed_and_fail_by_entry(sqs: Any, queue: str):
    entries = [
        {"Id": "good", "MessageBody": "1"},
        {"Id": "bad", "MessageBody": "\x01"},
        {"Id": "late", "MessageBody": "3", "DelaySeconds": 901},
    ]
    done = sqs.send_message_batch(QueueUrl=queue, Entries=entries)
    assert [each["Id"] for each in done["Successful"]] == ["good"]
    assert [(each["Id"], each["Code"], each["SenderFault"]) for each in done["Failed"]] == [
        ("bad", "InvalidMessageContents", True),
        ("late", "InvalidParameterValue", True),
    ]
    [got] = sqs.receive_message(QueueUrl=queue)["Messages"]
    changed = sqs.change_message_visibility_batch(
        QueueUrl=queue,
        Entries=[{"Id": "x", "ReceiptHandle": got["ReceiptHandle"], "VisibilityTimeout": 60}],
    )
    assert changed["Successful"] == [{"Id": "x"}]
    handles = [{"Id": "x", "ReceiptHandle": got["ReceiptHandle"]}, {"Id": "y", "ReceiptHandle": "garbage"}]
    deleted = sqs.delete_message_batch(QueueUrl=queue, Entries=handles)
    assert (deleted["Successful"], deleted["Failed"][0]["Code"]) == ([{"Id": "x"}], "ReceiptHandleIsInvalid")


def test_a_fifo_queue_hands_out_its_groups_one_after_the_other(sqs: Any):
    settings = {"FifoQueue": "true", "ContentBasedDeduplication": "true"}
    url = sqs.create_queue(QueueName="grouped.fifo", Attributes=settings)["QueueUrl"]
    for body in ("g1-m1", "g2-m1", "g1-m2", "g1-m3"):
        sqs.send_message(QueueUrl=url, MessageBody=body, MessageGroupId=body[:2], DelaySeconds=0)
    nobodys = [{"Id": "a", "MessageBody": "m", "MessageGroupId": "g"}, {"Id": "b", "MessageBody": "m"}]

    got = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    assert [each["Body"] for each in got] == ["g1-m1", "g1-m2", "g1-m3", "g2-m1"]
    assert refusal(sqs.send_message_batch, QueueUrl=url, Entries=nobodys)[1:] == (
        "InvalidParameterValue",
        "The request must contain the parameter MessageGroupId.",
    )
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"ContentBasedDeduplication": "false"})
    assert refusal(sqs.send_message_batch, QueueUrl=url, Entries=nobodys[:1])[1:] == (
        "InvalidParameterValue",
        "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly",
    )


def test_a_standard_queue_does_not_know_fifos_attributes(sqs: Any, queue: str):
    attributes = {"attr.1\u00f8": {"DataType": "String", "StringValue": "x"}}
    sqs.send_message(QueueUrl=queue, MessageBody="m", MessageAttributes=attributes)

    [got] = sqs.receive_message(QueueUrl=queue, MessageAttributeNames=["*"])["Messages"]
    assert got["MessageAttributes"] == attributes
    assert refusal(sqs.set_queue_attributes, QueueUrl=queue, Attributes={"FifoQueue": "true"})[1:] == (
        "InvalidAttributeName",
        "Unknown Attribute FifoQueue.",
    )


def test_attributes_have_awss_defaults_and_the_right_numbers(sqs: Any, queue: str):
    for delay in (0, 0, 900):
        sqs.send_message(QueueUrl=queue, MessageBody="x", DelaySeconds=delay)
    sqs.receive_message(QueueUrl=queue)
    told = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"]
    for name in ("CreatedTimestamp", "LastModifiedTimestamp", "QueueArn"):
        assert told.pop(name)
    assert told == {
        "ApproximateNumberOfMessages": "1",
        "ApproximateNumberOfMessagesNotVisible": "1",
        "ApproximateNumberOfMessagesDelayed": "1",
        "DelaySeconds": "0",
        "MaximumMessageSize": "1048576",
        "MessageRetentionPeriod": "345600",
        "ReceiveMessageWaitTimeSeconds": "0",
        "SqsManagedSseEnabled": "true",
        "VisibilityTimeout": "30",
    }
    sqs.purge_queue(QueueUrl=queue)
    told = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["ApproximateNumberOfMessages"])
    assert told["Attributes"] == {"ApproximateNumberOfMessages": "0"}
    assert "Attributes" not in sqs.get_queue_attributes(QueueUrl=queue)


def test_queues_are_made_once_found_listed_tagged_and_deleted(sqs: Any):
    made = [sqs.create_queue(QueueName=f"life-{each}", tags={"k": "v"})["QueueUrl"] for each in "abc"]
    assert sqs.create_queue(QueueName="life-a", Attributes={"DelaySeconds": "0"})["QueueUrl"] == made[0]
    assert sqs.get_queue_url(QueueName="life-b")["QueueUrl"] == made[1]
    first = sqs.list_queues(QueueNamePrefix="life-", MaxResults=2)
    assert first["QueueUrls"] == made[:2]
    then = sqs.list_queues(QueueNamePrefix="life-", MaxResults=2, NextToken=first["NextToken"])
    assert (then["QueueUrls"], "NextToken" in then) == (made[2:], False)
    sqs.tag_queue(QueueUrl=made[0], Tags={"l": "w"})
    sqs.untag_queue(QueueUrl=made[0], TagKeys=["k"])
    assert sqs.list_queue_tags(QueueUrl=made[0])["Tags"] == {"l": "w"}
    for url in made:
        sqs.delete_queue(QueueUrl=url)
    assert "QueueUrls" not in sqs.list_queues(QueueNamePrefix="life-")
    with pytest.raises(sqs.exceptions.QueueDoesNotExist):
        sqs.get_queue_url(QueueName="life-a")


def test_any_host_in_a_queues_address_is_fine(sqs: Any, queue: str):
    path = queue.split("/", 3)[3]
    sqs.send_message(QueueUrl=f"https://sqs.eu-central-1.amazonaws.com/{path}", MessageBody="hi")
    assert sqs.receive_message(QueueUrl=queue)["Messages"][0]["Body"] == "hi"


def test_dead_letters_know_where_they_came_from(sqs: Any, queue: str):
    source = sqs.create_queue(QueueName="source")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    policy = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": "1"})
    sqs.set_queue_attributes(QueueUrl=source, Attributes={"RedrivePolicy": policy})
    assert sqs.list_dead_letter_source_queues(QueueUrl=queue)["queueUrls"] == [source]
    sqs.send_message(QueueUrl=source, MessageBody="poison")
    sqs.receive_message(QueueUrl=source, VisibilityTimeout=0)
    assert "Messages" not in sqs.receive_message(QueueUrl=source)
    [got] = sqs.receive_message(QueueUrl=queue, AttributeNames=["All"])["Messages"]
    assert got["Attributes"]["DeadLetterQueueSourceArn"].endswith(":source")
    sqs.change_message_visibility(QueueUrl=queue, ReceiptHandle=got["ReceiptHandle"], VisibilityTimeout=0)
    handle = sqs.start_message_move_task(SourceArn=arn)["TaskHandle"]
    [task] = sqs.list_message_move_tasks(SourceArn=arn)["Results"]
    assert (task["Status"], task["ApproximateNumberOfMessagesMoved"]) == ("COMPLETED", 1)
    assert refusal(sqs.cancel_message_move_task, TaskHandle=handle)[1].endswith("UnsupportedOperation")
    [home] = sqs.receive_message(QueueUrl=source)["Messages"]
    assert (home["Body"], home["MessageId"] == got["MessageId"]) == ("poison", False)
    wrong = policy.replace(arn, f"{arn}x")
    _, code, message = refusal(sqs.set_queue_attributes, QueueUrl=source, Attributes={"RedrivePolicy": wrong})
    assert (code, message.endswith("Reason: Dead letter target does not exist.")) == (
        "InvalidParameterValue",
        True,
    )


def test_permissions_are_statements_of_the_policy(sqs: Any, queue: str):
    added = {
        "QueueUrl": queue,
        "Label": "them",
        "AWSAccountIds": ["111122223333"],
        "Actions": ["SendMessage"],
    }
    sqs.add_permission(**added)
    told = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["Policy"])["Attributes"]
    [statement] = json.loads(told["Policy"])["Statement"]
    assert statement["Principal"] == {"AWS": "arn:aws:iam::111122223333:root"}
    assert statement["Action"] == "SQS:SendMessage"
    assert refusal(sqs.add_permission, **added)[2].endswith("Reason: Already exists.")
    for name in ("Actions", "AWSAccountIds"):  # a policy with such a statement could never be read again
        assert refusal(sqs.add_permission, **{**added, "Label": "x", name: []})[1] == "MissingParameter"
    sqs.remove_permission(QueueUrl=queue, Label="them")
    assert "Attributes" not in sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["Policy"])


def test_a_dead_letter_queue_says_whose_letters_it_takes(sqs: Any, queue: str):
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    redrive = {"RedrivePolicy": json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 1})}
    friend = arn.rpartition(":")[0] + ":friend"
    allow = {"redrivePermission": "byQueue", "sourceQueueArns": [friend]}
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"RedriveAllowPolicy": json.dumps(allow)})
    _, code, message = refusal(sqs.create_queue, QueueName="stranger", Attributes=redrive)
    assert (code, "redrive allow policy" in message) == ("InvalidParameterValue", True)
    sqs.create_queue(QueueName="friend", Attributes=redrive)
    odd = {"RedriveAllowPolicy": '{"redrivePermission": "byQueue"}'}
    assert refusal(sqs.set_queue_attributes, QueueUrl=queue, Attributes=odd)[1] == "InvalidParameterValue"


def test_a_task_with_a_pace_runs_alone_and_can_be_cancelled(sqs: Any, queue: str):
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    redrive = {"RedrivePolicy": json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 1})}
    home = sqs.create_queue(QueueName="paced-source", Attributes=redrive)["QueueUrl"]
    to = sqs.get_queue_attributes(QueueUrl=home, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    for body in "abc":
        sqs.send_message(QueueUrl=queue, MessageBody=body)
    start = {"SourceArn": arn, "DestinationArn": to, "MaxNumberOfMessagesPerSecond": 1}
    handle = sqs.start_message_move_task(**start)["TaskHandle"]
    assert refusal(sqs.start_message_move_task, **start)[2].startswith("There is already a task running.")
    assert sqs.receive_message(QueueUrl=home, WaitTimeSeconds=5)["Messages"], "the first goes at once"
    [task] = sqs.list_message_move_tasks(SourceArn=arn)["Results"]
    assert (task["Status"], task["TaskHandle"]) == ("RUNNING", handle)
    assert "ApproximateNumberOfMessagesMoved" in sqs.cancel_message_move_task(TaskHandle=handle)
    [task] = sqs.list_message_move_tasks(SourceArn=arn)["Results"]
    assert (task["Status"], "TaskHandle" in task) == ("CANCELLED", False)


def test_older_sdks_send_and_receive_in_the_query_protocol(server: Millrace, sqs: Any, queue: str):
    def ask(form: str) -> Answer:
        path, body = f"/{'/'.join(queue.split('/')[3:])}", f"{form}&Version=2012-11-05".encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded", "X-Amzn-Trace-Id": "Root=1-2-3"}
        with Line(server.port) as line:
            line.send(written("POST", path, sign("POST", path, body, headers, service="sqs"), body))
            answer = line.answer()
        assert answer is not None
        return answer

    sent = ask("Action=SendMessage&MessageBody=%3Chi%3E").body.decode()
    [got] = sqs.receive_message(QueueUrl=queue, AttributeNames=["All"], VisibilityTimeout=0)["Messages"]
    assert got["Body"] == "<hi>"
    assert f"<MessageId>{got['MessageId']}</MessageId>" in sent
    assert got["Attributes"]["AWSTraceHeader"] == "Root=1-2-3", "as the request's header said"
    assert "<Body>&lt;hi&gt;</Body>" in ask("Action=ReceiveMessage&AttributeName.1=All").body.decode()
    refused = ask("Action=DeleteMessage&ReceiptHandle=x")
    assert (refused.status, refused.code) == (400, "ReceiptHandleIsInvalid")
    assert ask("Action=DeleteMessage").code == "MissingParameter"


def test_what_cannot_be_is_refused_in_awss_words(server: Millrace, sqs: Any, queue: str):
    bad = server.unchecked_client("sqs")
    missing = "AWS.SimpleQueueService.NonExistentQueue"
    assert refusal(sqs.get_queue_url, QueueName="no") == (400, missing, "The specified queue does not exist.")
    assert refusal(bad.send_message, QueueUrl=queue) == (
        400,
        "MissingParameter",
        "The request must contain the parameter MessageBody.",
    )
    assert refusal(sqs.receive_message, QueueUrl=queue, MaxNumberOfMessages=11) == (
        400,
        "InvalidParameterValue",
        "Value 11 for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided.",
    )
    assert (
        refusal(sqs.create_queue, QueueName="x", Attributes={"FifoQueue": "true"})[1]
        == "InvalidParameterValue"
    )
    assert refusal(sqs.create_queue, QueueName="x", Attributes={"Nothing": "1"})[1:] == (
        "InvalidAttributeName",
        "Unknown Attribute Nothing.",
    )
    assert refusal(sqs.create_queue, QueueName="x", Attributes={"DelaySeconds": "901"})[1:] == (
        "InvalidAttributeValue",
        "Invalid value for the parameter DelaySeconds.",
    )
    same = [{"Id": "a", "MessageBody": "x"}] * 2
    assert refusal(sqs.send_message_batch, QueueUrl=queue, Entries=same)[1:] == (
        "AWS.SimpleQueueService.BatchEntryIdsNotDistinct",
        "Id a repeated.",
    )
    large = [{"Id": each, "MessageBody": "x" * (512 * 1024 + 1)} for each in "ab"]
    assert refusal(sqs.send_message_batch, QueueUrl=queue, Entries=large)[1:] == (
        "AWS.SimpleQueueService.BatchRequestTooLong",
        "Batch requests cannot be longer than 1048576 bytes. You have sent 1048578 bytes.",
    )
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    assert refusal(sqs.start_message_move_task, SourceArn=arn)[1:] == (
        "InvalidParameterValue",
        "Source queue must be configured as a Dead Letter Queue.",
    )
    assert refusal(sqs.list_message_move_tasks, SourceArn=f"{arn}x")[0] == 404
    assert (
        refusal(sqs.cancel_message_move_task, TaskHandle="x")[2]
        == "Value for parameter TaskHandle is invalid."
    )


@pytest.mark.parametrize(
    ("call", "arguments"),
    [
        ("send_message", {"QueueUrl": "http://[x", "MessageBody": "m"}),
        ("send_message", {"QueueUrl": "", "MessageBody": "m"}),
        ("send_message", {"QueueUrl": "/000000000000/\u0000", "MessageBody": "m"}),
        ("create_queue", {"QueueName": "x", "Attributes": {"RedrivePolicy": "[]"}}),
        (
            "create_queue",
            {
                "QueueName": "x",
                "Attributes": {"RedrivePolicy": '{"deadLetterTargetArn":5,"maxReceiveCount":1}'},
            },
        ),
        ("create_queue", {"QueueName": "x", "Attributes": {"Policy": '{"Statement": 3}'}}),
        ("create_queue", {"QueueName": "x", "Attributes": {"DelaySeconds": "1" * 5000}}),
        ("list_queues", {"NextToken": "!"}),
        ("list_queues", {"MaxResults": 0}),
        ("cancel_message_move_task", {"TaskHandle": "e30="}),
        ("start_message_move_task", {"SourceArn": "arn:aws:sqs:::"}),
        ("send_message_batch", {"QueueUrl": "/000000000000/q", "Entries": [{}]}),
    ],
)
def test_nonsense_is_the_callers_fault(server: Millrace, call: str, arguments: dict[str, Any]):
    assert refusal(getattr(server.unchecked_client("sqs"), call), **arguments)[0] in (400, 404)


def test_the_aws_cli_sends_and_receives(server: Millrace, queue: str):
    # The CLI's first version heeds AWS_ENDPOINT_URL for every service but this one.
    words = ("sqs", "--endpoint-url", server.url)
    sent = server.aws(*words, "send-message", "--queue-url", queue, "--message-body", "from the shell")
    got = server.aws(*words, "receive-message", "--queue-url", queue, "--attribute-names", "All")
    assert got["Messages"][0]["MessageId"] == sent["MessageId"]


def test_a_role_needs_the_action_or_the_queues_policy(server: Millrace, sqs: Any, queue: str):
    iam = server.client("iam")
    iam.create_user(UserName="sender")
    key = iam.create_access_key(UserName="sender")["AccessKey"]
    theirs = server.client(
        "sqs", aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"]
    )
    status, code, message = refusal(theirs.send_message, QueueUrl=queue, MessageBody="x")
    assert (code, status) == ("AccessDenied", 403)
    assert "is not authorized to perform: sqs:SendMessage on resource: arn:aws:sqs:" in message
    arn = iam.get_user(UserName="sender")["User"]["Arn"]
    statement = {"Effect": "Allow", "Principal": {"AWS": arn}, "Action": "sqs:SendMessage", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": policy})
    theirs.send_message(QueueUrl=queue, MessageBody="x")
    assert refusal(theirs.receive_message, QueueUrl=queue)[1] == "AccessDenied"


def test_messages_and_what_was_received_survive_a_restart_and_a_kill(tmp_path: Path):
    server = Millrace(tmp_path / "data").start()
    try:
        sqs = server.client("sqs")
        url = sqs.create_queue(QueueName="orders", Attributes={"VisibilityTimeout": "43200"})["QueueUrl"]
        sqs.send_message_batch(
            QueueUrl=url, Entries=[{"Id": str(each), "MessageBody": str(each)} for each in range(6)]
        )
        [first] = sqs.receive_message(QueueUrl=url)["Messages"]
        assert server.kill() != 0
        server.start()
        sqs = server.client("sqs")
        sqs.delete_message(QueueUrl=url, ReceiptHandle=first["ReceiptHandle"])
        seen = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
        assert [each["Body"] for each in seen] == ["1", "2", "3", "4", "5"]
        with ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(server.client("sqs").receive_message, QueueUrl=url, WaitTimeSeconds=20)
            server.client("sqs").get_queue_url(QueueName="orders")
            assert server.stop() == 0
            assert waiting.exception() is not None or "Messages" not in waiting.result()
        server.start()
        server.ask("clock", advance=43_200)
        again = server.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
        assert [each["Body"] for each in again] == ["1", "2", "3", "4", "5"]
    finally:
        server.close()


def test_a_client_that_went_away_swallows_no_message(server: Millrace):
    sqs = server.client("sqs")
    url = sqs.create_queue(QueueName="left")["QueueUrl"]
    body = json.dumps({"QueueUrl": url, "WaitTimeSeconds": 20}).encode()
    headers = {"host": f"127.0.0.1:{server.port}", "x-amz-target": "AmazonSQS.ReceiveMessage"}
    with Line(server.port, seconds=15) as line:
        line.send(written("POST", "/", sign("POST", "/", body, headers, service="sqs"), body)).end()
        answer = line.answer()
    assert answer is not None
    assert answer.data == {}

    sqs.send_message(QueueUrl=url, MessageBody="a")
    assert [each["Body"] for each in sqs.receive_message(QueueUrl=url)["Messages"]] == ["a"]
