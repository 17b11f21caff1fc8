"""The table shows what was measured, and ratios that are above one where the base is better."""

from benchmarks.measure import Failure, Measure, Unit
from benchmarks.statistics import Spread
from benchmarks.table import cell, markdown

TITLES = {"start": "start", "put": "PutItem", "memory": "memory", "unmeasured": "unmeasured"}
KEEPS = {"ours": "on disk", "theirs": "in memory"}


def test_a_rate_is_shown_with_its_latencies():
    measure = Measure(12_345.6, Unit.RATE, Spread(9, 0.0012, 0.0123, 0.2))

    assert cell(measure) == "12,346 /s (1.20 / 12.3 ms)"


def test_a_latency_is_shown_as_p50_p99_and_maximum():
    assert cell(Measure(0.0012, Unit.SECONDS, Spread(9, -0.0002, 0.0123, 0.2))) == "-0.20 / 12.3 / 200 ms"


def test_memory_is_shown_in_mebibytes():
    assert cell(Measure(50 * 1024 * 1024, Unit.BYTES)) == "50 MiB"


def test_what_was_not_measured_or_failed_is_told_apart():
    assert cell(None) == "-"
    assert cell(Failure("refused")) == "failed"


def test_ratios_say_how_many_times_better_the_base_is_whatever_the_unit():
    results = {
        "ours": {
            "start": Measure(0.1, Unit.SECONDS),
            "put": Measure(3000, Unit.RATE),
            "memory": Measure(10, Unit.BYTES),
        },
        "theirs": {
            "start": Measure(0.4, Unit.SECONDS),
            "put": Measure(1000, Unit.RATE),
            "memory": Measure(5, Unit.BYTES),
        },
    }

    text = markdown(results, TITLES, KEEPS, "ours")

    assert "| start | 4.00x |" in text
    assert "| PutItem | 3.00x |" in text
    assert "| memory | 0.50x |" in text


def test_there_is_no_ratio_to_what_failed_or_came_before_its_answer():
    results = {
        "ours": {"start": Failure("ended"), "put": Measure(-0.001, Unit.SECONDS, Spread(1, -0.001, 0, 0))},
        "theirs": {
            "start": Measure(0.4, Unit.SECONDS),
            "put": Measure(0.001, Unit.SECONDS, Spread(1, 0.001, 0, 0)),
        },
    }

    text = markdown(results, TITLES, KEEPS, "ours")

    assert "| start | - |" in text
    assert "| PutItem | - |" in text
    assert "- ours, start: ended" in text


def test_rows_nobody_measured_and_ratios_without_a_base_are_left_out():
    text = markdown({"theirs": {"start": Measure(0.4, Unit.SECONDS)}}, TITLES, KEEPS, "ours")

    assert "unmeasured" not in text
    assert "How many times" not in text
