from differential.answers import Answer, plain
from differential.requests import Request, Requests
from differential.rounds import Tally


def test_the_same_seed_makes_the_same_requests():
    first, second, other = Requests(7), Requests(7), Requests(8)

    made = [first.next() for _ in range(200)]

    assert made == [second.next() for _ in range(200)]
    assert made != [other.next() for _ in range(200)]


def test_every_kind_of_request_is_made():
    requests = Requests(1)

    made = {requests.next().operation for _ in range(400)}

    assert made >= {"PutItem", "UpdateItem", "Query", "Scan", "TransactWriteItems", "BatchWriteItem"}
    assert made >= {"ExecuteStatement", "BatchExecuteStatement", "BatchGetItem", "TransactGetItems"}


def test_sets_numbers_and_rows_without_order_are_compared_by_what_they_mean():
    one = {
        "Items": [{"p": {"S": "b"}}, {"p": {"S": "a"}, "n": {"NS": ["1e3", "2.0"]}}],
        "LastEvaluatedKey": {},
    }
    other = {"Items": [{"p": {"S": "a"}, "n": {"NS": ["2", "1000"]}}, {"p": {"S": "b"}}]}
    scan = Request("Scan", {})

    assert plain(scan, one) == plain(scan, other)


def test_numbers_of_many_digits_are_not_rounded_before_they_are_compared():
    get = Request("GetItem", {})
    one, other = ({"Item": {"n": {"N": "1" * 37 + last}}} for last in "12")

    assert plain(get, one) != plain(get, other)


def test_a_difference_that_is_not_listed_is_found_and_can_be_replayed():
    tally = Tally()
    request = Request("GetItem", {"TableName": "simple"})

    assert not tally.compare(7, request, Answer(200), Answer(400, "SomeException", "no"))
    assert tally.compare(7, request, Answer(200), Answer(200))

    assert tally.requests == 2
    (found,) = tally.found
    assert str(found).startswith("round 7: GetItem")
