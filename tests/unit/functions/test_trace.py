"""The trace header: how often a function has run in one chain of requests."""

import re

from millrace.functions.trace import begin, follow

ONE = "arn:aws:lambda:eu-west-1:123456789012:function:one"
TWO = "arn:aws:lambda:eu-west-1:123456789012:function:two"


def test_first_invocation_begins_a_trace_with_itself():
    header, runs = follow(None, ONE, 1_700_000_000.0)

    assert re.fullmatch(
        r"Root=1-6553f100-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0;Lineage=[0-9a-f]{8}:0", header
    )
    assert runs == 0


def test_runs_of_each_function_are_counted_through_a_chain():
    header, seen = None, []
    for arn in (ONE, TWO, ONE, TWO, ONE):
        header, runs = follow(header, arn, 0.0)
        seen.append(runs)

    assert seen == [0, 0, 1, 1, 2]


def test_chain_is_followed_through_the_form_that_botocore_sends():
    header, _ = follow(follow(None, ONE, 0.0)[0], TWO, 0.0)

    assert follow(header.replace("|", "%7C"), ONE, 0.0)[1] == 1


def test_root_and_sampling_go_on_and_the_parent_changes():
    first = begin(0.0).replace("Sampled=0", "Sampled=1")

    header, _ = follow(first, ONE, 5.0)

    assert header.split(";")[0] == first.split(";")[0]
    assert "Sampled=1" in header
    assert header.split(";")[1] != first.split(";")[1]


def test_header_that_is_none_is_left_out():
    for wrong in ("", "Root=\r\nX: 1", "x" * 10_000, "Lineage=zz:1|a:b;Root=1-2-3"):
        header, runs = follow(wrong, ONE, 0.0)
        assert runs == 0
        assert re.fullmatch(r"Root=1-00000000-[0-9a-f]{24};Parent=\w{16};Sampled=0;Lineage=\w{8}:0", header)


def test_header_of_a_long_chain_stays_short():
    header, _ = follow(None, ONE, 0.0)
    for number in range(100):
        header, _ = follow(header, f"{TWO}{number}", 0.0)

    assert header.count("|") == 31
