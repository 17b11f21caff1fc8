"""Answers of operations, held to AWS's models."""


def without_none(value):
    if isinstance(value, dict):
        return {key: without_none(each) for key, each in value.items() if each is not None}
    return [without_none(each) for each in value] if isinstance(value, list) else value


def check_members(shape, value):
    if shape.type_name == "structure":
        for name, each in value.items():
            check_members(shape.members[name], each)
    elif shape.type_name == "list":
        for each in value:
            check_members(shape.member, each)
