"""Invocations of real processes: what they answer, and what AWS says when they cannot."""

from tests.unit.functions.stage import Stage, play

ECHO = "def handler(event, context):\n    return event\n"


def test_handler_gets_the_event_and_its_answer_comes_back():
    async def scene(stage: Stage) -> None:
        await stage.create(ECHO)
        answer = await stage.invoke({"a": [1, "ä"]})

        assert {
            "StatusCode": 200,
            "FunctionError": None,
            "LogResult": None,
            "ExecutedVersion": "$LATEST",
            "Payload": {"a": [1, "ä"]},
        } == answer

    play(scene)
