from hypothesis import given
from hypothesis import strategies as st

from millrace.deploy import ownership


def test_tags_say_what_they_were_made_of():
    tags = {
        "colour": "blue",
        **ownership.own_tags("game", "Table", "Retain"),
        ownership.part_key("game", "Url"): ownership.part_value("AWS::Lambda::Url", "url", "Delete"),
    }

    assert list(ownership.parts(tags)) == [ownership.Part("game", "Url", "AWS::Lambda::Url", "url", "Delete")]
    assert ownership.other(tags) == {"colour": "blue"}
    assert ownership.own(tags) == ownership.own_tags("game", "Table", "Retain")


@given(st.text(max_size=200))
def test_every_folder_gives_a_stack_a_name_that_aws_takes(folder: str):
    assert ownership.is_stack_name(ownership.stack_name(folder))


@given(st.from_regex(r"[A-Za-z0-9]{1,200}", fullmatch=True), st.integers(20, 64))
def test_a_name_that_is_given_fits_and_is_always_the_same(logical_id: str, length_max: int):
    name = ownership.physical_name("game", logical_id, length_max)

    assert len(name) <= length_max
    assert name == ownership.physical_name("game", logical_id, length_max)
    assert name.startswith("game-")


def test_names_that_are_cut_stay_different():
    names = {ownership.physical_name("game", "A" * 80 + last, 64) for last in "ab"}

    assert len(names) == 2
