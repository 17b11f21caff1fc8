"""What answers mean to a mapping with ReportBatchItemFailures: AWS's recordings, one by one."""

import pytest

from millrace.triggers.delivery import Record
from millrace.triggers.response import BatchFailedError, failed_index, window_state

BATCH = [Record(number, str(number), 0.0, b"") for number in (7, 8, 9)]


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"null",
        b"{}",
        b"[]",
        b'""',
        b'{"batchItemFailures":[]}',
        b'{"batchItemFailures":null}',
        b'{"a":1}',
    ],
)
def test_an_empty_answer_is_success(payload):
    assert failed_index(payload, BATCH) is None


@pytest.mark.parametrize(
    "payload",
    [
        b'{"batchItemFailures":[{"itemIdentifier":123}]}',
        b'{"batchItemFailures":[{"itemIdentifier":"123"}]}',
        b'{"batchItemFailures":[{"itemIdentifier":""}]}',
        b'{"batchItemFailures":[{"itemIdentifier":null}]}',
        b'{"batchItemFailures":[{"foo":123}]}',
        b'{"batchItemFailures":[{"foo":null}]}',
        b'{"batchItemFailures":[{"itemIdentifier":"8"},{"itemIdentifier":"1"}]}',
        b'{"batchItemFailures":["8"]}',
        b'{"batchItemFailures":{}}',
        b'"text"',
        b"7",
        b"false",
        b"not json",
    ],
)
def test_an_answer_that_makes_no_sense_fails_the_batch(payload):
    with pytest.raises(BatchFailedError):
        failed_index(payload, BATCH)


def test_the_lowest_failure_counts():
    payload = b'{"batchItemFailures":[{"itemIdentifier":"9"},{"itemIdentifier":"8"}]}'

    assert failed_index(payload, BATCH) == 1


@pytest.mark.parametrize("state", ['{"last":300000000000000499659}', '{"a":0.1,"b":[1e300,"é"]}'])
def test_a_window_gets_back_the_very_numbers_that_its_function_returned(state):
    assert window_state(f'{{"state": {state}}}'.encode()) == state.replace("1e300", "1e+300")


@pytest.mark.parametrize(
    "payload", [b'{"state": NaN}', b'{"state": 1e999}', b'{"state": "\\ud800"}', b"[" * 200_000]
)
def test_a_state_that_is_no_json_fails_the_batch(payload):
    with pytest.raises(BatchFailedError):
        window_state(payload)
