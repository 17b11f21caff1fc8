"""millrace's own API, as docs/api.md describes it, and the commands that use it."""

import json
import subprocess
import sys
import urllib.request
from datetime import datetime, timedelta

import pytest
from botocore.exceptions import ClientError
from tests.api.millrace_process import ENVIRONMENT, Millrace
from tests.api.own_api import Mill, answer

from millrace import __version__
from millrace.cli import COMMANDS

# Where the clients that tests make are.
REGION = "eu-central-1"


@pytest.fixture
def mill(millrace: Millrace) -> Mill:
    return Mill(millrace)


RUNTIME = f"python3.{sys.version_info.minor}"


def test_health_names_the_version_the_region_the_runtime_and_whether_keys_are_needed(server: Millrace):
    known = {"status": "ok", "version": __version__, "region": "us-east-1", "auth": False, "runtime": RUNTIME}
    assert answer(server, "GET", "health") == (200, known)


def test_the_clock_moves_forward_only_and_not_beyond_dates(server: Millrace):
    before = answer(server, "GET", "clock")[1]["now"]
    status, moved = answer(server, "POST", "clock", b'{"advance": 90000}')

    assert (status, list(moved)) == (200, ["now"])
    assert 90_000 <= moved["now"] - before < 90_060
    for body in (b'{"advance": -1}', b'{"advance": "1"}', b'{"advance": true}', b"{}", b'{"advance": null}'):
        assert answer(server, "POST", "clock", body) == (
            400,
            {"message": "advance must be a number of seconds, zero or more"},
        )
    assert answer(server, "POST", "clock", b'{"advance": 1e300}')[0] == 400
    assert answer(server, "GET", "clock")[1]["now"] - moved["now"] < 60


BAD = [
    ("POST", "clock", b"{no", 400, "the body is not JSON"),
    ("POST", "clock", b"[]", 400, "the body must be a JSON object"),
    ("POST", "idle", b'{"timeout": "long"}', 400, "timeout must be a number of seconds, zero or more"),
    ("POST", "idle", b'{"timeout": 1e9}', 400, "timeout must be at most 86400 seconds"),
    ("GET", "tail?nmae=x", None, 400, "tail knows name, table, function and region, not nmae"),
    ("GET", "denials?identity=Ann", None, 400, "identity must be role/NAME or user/NAME"),
    ("GET", "denials?user=Ann", None, 400, "denials knows identity, not user"),
    ("GET", "deliveries?mapping=no-such", None, 404, "there is no mapping no-such"),
    ("GET", "nothing", None, 404, "there is no GET /_millrace/nothing"),
    ("GET", "", None, 404, "there is no GET /_millrace/"),
    ("GET", "idle", None, 404, "there is no GET /_millrace/idle"),
    ("POST", "health", b"{}", 404, "there is no POST /_millrace/health"),
    ("DELETE", "clock", None, 404, "there is no DELETE /_millrace/clock"),
]


@pytest.mark.parametrize(("method", "path", "body", "status", "message"), BAD)
def test_what_is_not_there_or_cannot_be_is_said(
    server: Millrace, method: str, path: str, body: bytes | None, status: int, message: str
):
    assert answer(server, method, path, body) == (status, {"message": message})


def test_a_browser_is_told_what_this_is(server: Millrace):
    with urllib.request.urlopen(server.url, timeout=30) as response:
        assert response.read().decode().startswith(f"millrace {__version__} is running.")


def test_an_idle_server_says_so_at_once(server: Millrace):
    assert answer(server, "POST", "idle", b"{}") == (200, {"idle": True, "mappings": []})


def test_status_counts_what_became_of_every_change(mill: Mill):
    for key in ("one", "two", "three"):
        mill.put(key)
    mill.delete("one")
    mill.server.idle()

    status, told = answer(mill.server, "GET", "status")
    (mapping,) = told.pop("mappings")

    assert status == 200
    assert set(told) == {"version", "now", "uptime_seconds", "tables", "functions"}
    expected = {
        "uuid": mill.mapping,
        "table": "Grain",
        "function": "Stone",
        "state": "Enabled",
        "delivered": 3,
        "filtered": 1,
        "pending": 0,
        "attempts": 0,
        "missing": None,
    }
    assert {name: mapping[name] for name in expected} == expected
    assert sum(mapping["discarded"].values()) == 0


def test_status_has_totals_that_a_page_makes_rates_of(mill: Mill):
    for key in ("one", "two", "three"):
        mill.put(key)
    mill.server.idle()
    for _ in range(2):
        mill.functions.invoke("Bystander")
    told = answer(mill.server, "GET", "status")[1]
    (table,) = told["tables"]
    bystander, stone = told["functions"]

    assert table["stream_arn"] == told["mappings"][0]["stream_arn"]
    assert (table["name"], table["changes"]) == ("Grain", 3)
    assert table["stream_arn"].startswith(f"{table['arn']}/stream/")
    assert bystander["arn"].endswith(":function:Bystander")
    counted = {"invocations": 2, "errors": 0, "throttles": 0, "running": 0, "environments": 1}
    assert {name: bystander[name] for name in counted} == counted
    assert bystander["duration_ms_total"] > 0
    assert (stone["name"], 1 <= stone["invocations"] <= 3) == ("Stone", True)


def test_status_counts_errors_and_throttles_and_shows_only_what_is_there(mill: Mill):
    functions = mill.functions.lambda_
    mill.functions.make("Broken", "def handle(event, context):\n    raise ValueError('no')\n")
    assert mill.functions.invoke("Broken").error == "Unhandled"
    functions.put_function_concurrency(FunctionName="Broken", ReservedConcurrentExecutions=0)
    with pytest.raises(functions.exceptions.TooManyRequestsException):
        mill.functions.invoke("Broken")
    named = {one["name"]: one for one in answer(mill.server, "GET", "status")[1]["functions"]}
    functions.delete_function(FunctionName="Broken")
    mill.dynamodb.update_table(TableName="Grain", StreamSpecification={"StreamEnabled": False})
    after = answer(mill.server, "GET", "status")[1]

    broken = named["Broken"]
    assert (broken["invocations"], broken["errors"], broken["throttles"]) == (1, 1, 1)
    assert [one["name"] for one in after["functions"]] == ["Bystander", "Stone"]
    assert after["tables"] == []


def test_denials_name_who_was_denied_what_and_the_statement_that_would_allow_it(mill: Mill):
    iam = mill.server.client("iam")
    keys: dict[str, dict[str, str]] = {}
    for name in ("Ann", "Bob"):
        iam.create_user(UserName=name)
        made = iam.create_access_key(UserName=name)["AccessKey"]
        keys[name] = {
            "aws_access_key_id": made["AccessKeyId"],
            "aws_secret_access_key": made["SecretAccessKey"],
        }
    for name in ("Ann", "Ann", "Bob"):
        with pytest.raises(ClientError, match="not authorized"):
            mill.server.client("dynamodb", **keys[name]).describe_table(TableName="Grain")

    everyone = answer(mill.server, "GET", "denials")[1]["denials"]
    ann = answer(mill.server, "GET", "denials?identity=user/Ann")[1]["denials"]

    assert [one["identity"] for one in everyone] == ["user/Bob", "user/Ann"]
    (denial,) = ann
    assert (denial["action"], denial["count"]) == ("dynamodb:DescribeTable", 2)
    assert denial["resource"].endswith(":table/Grain")
    assert json.loads(denial["remedy"])["Action"] == "dynamodb:DescribeTable"
    assert denial["first"] <= denial["last"]
    assert denial["reason"]
    assert answer(mill.server, "GET", "denials?identity=role/Nobody") == (200, {"denials": []})


def test_idle_that_takes_too_long_says_what_is_pending_and_ends_when_it_is_discarded(mill: Mill):
    with mill.server.tail("function=Stone") as tail:
        mill.put("poison")
        tail.wait(lambda event: event.get("event") == "attempt_failed")

        status, told = answer(mill.server, "POST", "idle", b'{"timeout": 0.05}')
        (mapping,) = told["mappings"]
        assert (status, told["idle"], mapping["pending"]) == (408, False, 1)
        assert (told["busy"], told["message"]) == (["triggers"], "still busy after 0.05 seconds: triggers")
        assert mapping["attempts"] >= 1
        assert "poisoned" in mapping["last_error"]
        mill.functions.lambda_.update_event_source_mapping(UUID=mill.mapping, MaximumRetryAttempts=0)
        tail.wait(lambda event: event.get("event") == "discarded")

    (mapping,) = mill.server.idle()["mappings"]
    assert (mapping["pending"], mapping["discarded"]) == (
        0,
        {**mapping["discarded"], "RetryAttemptsExhausted": 1},
    )


def test_tail_tells_of_a_tables_changes_their_deliveries_and_what_its_functions_say(mill: Mill):
    with mill.server.tail("name=Grain") as tail, mill.server.tail("function=Stone") as of_function:
        mill.functions.invoke("Bystander")
        mill.put("one")
        tail.wait(lambda event: event.get("event") == "batch_succeeded")
        (said,) = tail.wait(lambda event: event.get("message", "").startswith("heard"))
        of_function.wait(lambda event: event.get("message", "").startswith("REPORT"))
    (change,) = [event for event in tail.events if event["kind"] == "change"]
    (started,) = [event for event in tail.events if event.get("event") == "batch_started"]

    assert abs(change.pop("time") - started["time"]) < 60
    assert change == {
        "kind": "change",
        "region": REGION,
        "table": "Grain",
        "event": "INSERT",
        "keys": {"a": {"S": "one"}},
        "sequence_number": started["first"],
    }
    assert (
        started["kind"],
        started["function"],
        started["mapping"],
        started["records"],
        started["attempt"],
    ) == (
        "delivery",
        "Stone",
        mill.mapping,
        1,
        1,
    )
    assert (said["function"], said["group"], said["message"]) == ("Stone", "/aws/lambda/Stone", "heard 1\n")
    assert not [event for event in tail.events if event.get("function") == "Bystander"]
    assert {event["kind"] for event in of_function.events} == {"delivery", "log"}


def test_a_tail_of_one_region_leaves_out_the_others(mill: Mill):
    far, near = (mill.server.client("logs", region_name=name) for name in ("ap-southeast-2", REGION))
    for logs in (far, near):
        logs.create_log_group(logGroupName="/mill")
        logs.create_log_stream(logGroupName="/mill", logStreamName="wheel")
    now = answer(mill.server, "GET", "clock")[1]["now"]
    with mill.server.tail(f"region={REGION}") as tail:
        for logs, text in ((far, "far"), (near, "near")):
            event = {"timestamp": int(now * 1000), "message": text}
            logs.put_log_events(logGroupName="/mill", logStreamName="wheel", logEvents=[event])
        mill.put("one")
        tail.wait(lambda event: event.get("event") == "batch_succeeded")
        tail.wait(lambda event: event.get("message", "") == "near")

    assert {event["kind"] for event in tail.events[1:]} == {"change", "delivery", "log"}
    assert {event["region"] for event in tail.events[1:]} == {REGION}


def test_a_tail_that_is_left_open_does_not_keep_the_server_from_ending(millrace: Millrace):
    with millrace.tail("") as _:
        assert millrace.stop() == 0


# The commands.


def command(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "millrace", *words],
        capture_output=True,
        text=True,
        check=False,
        env={**ENVIRONMENT, "COLUMNS": "120"},
        timeout=60,
    )


def test_the_status_command_speaks_to_people_and_to_programs(mill: Mill):
    mill.put("one")
    mill.server.idle()

    people, programs = mill.server.millrace("status"), mill.server.millrace("status", "--json")

    assert (people.returncode, people.stderr, programs.returncode) == (0, "", 0)
    head, titles, row, *_ = people.stdout.splitlines()
    assert head.startswith(f"millrace {__version__} at {mill.server.url}, up ")
    assert titles.split() == [
        "Table",
        "Function",
        "State",
        "Delivered",
        "Filtered",
        "Discarded",
        "Pending",
        "Lag",
    ]
    assert row.split()[:7] == ["Grain", "Stone", "Enabled", "1", "0", "0", "0"]
    assert json.loads(programs.stdout)["mappings"][0]["delivered"] == 1


def test_the_tail_command_writes_one_json_object_a_line(mill: Mill):
    with subprocess.Popen(
        [sys.executable, "-m", "millrace", "tail", "Grain", "--json", "--endpoint", mill.server.url],
        stdout=subprocess.PIPE,
        text=True,
        env=ENVIRONMENT,
    ) as process:
        assert process.stdout is not None
        ready = json.loads(process.stdout.readline())
        mill.put("one")
        kinds = [ready["kind"]]
        while kinds[-1] != "log":
            kinds.append(json.loads(process.stdout.readline())["kind"])
        process.terminate()

    assert kinds[0] == "ready"
    assert {"change", "delivery", "log"} <= set(kinds)


@pytest.mark.parametrize("words", [[], *([name] for name in COMMANDS)])
def test_every_commands_help_has_examples(words: list[str]):
    done = command(*words, "--help")

    assert (done.returncode, done.stderr) == (0, "")
    assert "Examples:\n" in done.stdout
    assert f"  millrace {words[0] if words else 'serve'}" in done.stdout.partition("Examples:")[2]


def test_the_version_is_told():
    assert command("--version").stdout == f"millrace, version {__version__}\n"


def test_a_command_that_is_not_there_is_refused():
    done = command("sevre")

    assert (done.returncode, done.stdout) == (2, "")
    assert "No such command 'sevre'" in done.stderr


def test_a_script_waits_and_moves_the_clock_with_commands(server: Millrace):
    before = server.millrace("clock")
    waited = server.millrace("idle", "--timeout", "5")
    moved = server.millrace("clock", "--advance", "2d")

    assert (waited.returncode, waited.stdout) == (0, "Nothing is left to do.\n")
    first, second = (datetime.fromisoformat(done.stdout.strip()) for done in (before, moved))
    assert timedelta(days=2) <= second - first < timedelta(days=2, minutes=1)
    wrong = server.millrace("clock", "--advance", "-1h")
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert "write it as 90, 90s, 15m, 25h or 2d" in wrong.stderr


@pytest.mark.parametrize("words", [["status"], ["tail"]])
def test_without_a_server_the_commands_say_what_to_do(words: list[str]):
    done = command(*words, "--endpoint", "http://127.0.0.1:9")

    assert (done.returncode, done.stdout) == (1, "")
    assert "no server answers at http://127.0.0.1:9" in done.stderr
    assert "Start one with `millrace serve`" in done.stderr


def test_an_address_that_is_none_or_another_programs_is_refused_in_a_sentence(server: Millrace):
    none = command("status", "--endpoint", "localhost:8000")
    elsewhere = command("status", "--endpoint", f"{server.url}/elsewhere")

    assert (none.returncode, elsewhere.returncode) == (2, 1)
    assert "'localhost:8000' is no address of a server; write it as http://127.0.0.1:8000" in none.stderr
    assert f"{server.url}/elsewhere answered 404 Not Found. Is another program there" in elsewhere.stderr
