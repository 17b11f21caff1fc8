"""Policy documents and decisions."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from millrace.core.context import Access
from millrace.core.errors import AwsError
from millrace.iam.aws_managed import aws_policies
from millrace.iam.policy import RESOURCE_BASED, Caller, Decision, Policy, evaluate, join, parse

TABLE = "arn:aws:dynamodb:us-east-1:123456789012:table/orders"
USER = "arn:aws:iam::123456789012:user/ann"


def document(*statements, version="2012-10-17"):
    return json.dumps({"Version": version, "Statement": list(statements)})


def allow(action="*", resource="*", **more):
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action="*", resource="*", **more):
    return {"Effect": "Deny", "Action": action, "Resource": resource, **more}


def decide(*statements, action="dynamodb:PutItem", resource=TABLE, **conditions):
    access = Access(action, resource, conditions)
    return evaluate([Policy("p", parse(document(*statements)))], access)


def test_nothing_is_allowed_by_no_policy():
    decision = evaluate([], Access("dynamodb:PutItem", TABLE))

    assert (decision.allowed, decision.explicit_deny) == (False, False)


def test_one_allow_allows():
    assert decide(allow("dynamodb:*", TABLE)).allowed is True


def test_actions_ignore_case_and_resources_do_not():
    assert decide(allow("DYNAMODB:put*", TABLE)).allowed is True
    assert decide(allow("*", TABLE.replace("orders", "Orders"))).allowed is False


def test_a_deny_wins_wherever_it_stands():
    for statements in ((allow(), deny("dynamodb:PutItem")), (deny("dynamodb:PutItem"), allow())):
        decision = decide(*statements)

        assert (decision.allowed, decision.explicit_deny) == (False, True)


def test_not_action_and_not_resource_are_the_opposite():
    assert decide({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}).allowed is True
    assert decide({"Effect": "Allow", "NotAction": "dynamodb:*", "Resource": "*"}).allowed is False
    assert decide({"Effect": "Allow", "Action": "*", "NotResource": TABLE}).allowed is False
    assert decide({"Effect": "Allow", "Action": "*", "NotResource": TABLE + "2"}).allowed is True


def test_a_not_resource_with_an_unknown_variable_is_silent():
    assert decide({"Effect": "Allow", "Action": "*", "NotResource": "${aws:nothing}"}).allowed is False


def test_a_condition_narrows_a_statement():
    statement = allow(Condition={"StringEquals": {"dynamodb:Select": "COUNT"}})

    assert decide(statement, **{"dynamodb:select": "COUNT"}).allowed is True
    assert decide(statement).allowed is False


def test_a_variable_names_the_users_own_table():
    own = TABLE.replace("orders", "${aws:username}")
    policies = [Policy("p", parse(document(allow("*", own))))]

    assert evaluate(policies, Access("x:y", TABLE), {"aws:username": "orders"}).allowed is True
    assert evaluate(policies, Access("x:y", TABLE), {"aws:username": "ann"}).allowed is False
    assert evaluate(policies, Access("x:y", TABLE)).allowed is False


def test_the_old_version_knows_no_variables():
    text = document(
        {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "${aws:username}"},
        version="2008-10-17",
    )
    policies = [Policy("p", parse(text, "resource"))]

    assert (
        evaluate(policies, Access("x:y", "orders"), {"aws:username": "orders"}, caller=Caller()).allowed
        is False
    )


def test_the_client_is_told_what_no_policy_allows():
    message = evaluate([], Access("dynamodb:GetRecords", TABLE)).message(USER)

    assert message == (
        f"User: {USER} is not authorized to perform: dynamodb:GetRecords on resource: {TABLE} "
        "because no identity-based policy allows the dynamodb:GetRecords action"
    )


def test_the_client_is_told_of_an_explicit_deny():
    assert decide(deny()).message(USER) == (
        f"User: {USER} is not authorized to perform: dynamodb:PutItem on resource: {TABLE} "
        "with an explicit deny in an identity-based policy"
    )


def test_people_are_told_which_statement_decided_and_which_would_help():
    assert decide(deny()).reason.startswith('The identity-based policy p denies it: {"Effect":"Deny"')
    assert json.loads(decide(allow("s3:*")).remedy) == allow("dynamodb:PutItem", TABLE)


def test_the_remedy_allows_what_was_denied():
    denied = decide(allow("s3:*"))
    remedied = decide(json.loads(denied.remedy))

    assert remedied.allowed is True


TRUST = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}


@pytest.mark.parametrize(
    ("principal", "caller", "expected"),
    [
        ({"Service": "lambda.amazonaws.com"}, Caller(service="lambda.amazonaws.com"), True),
        ({"Service": ["ec2.amazonaws.com"]}, Caller(service="lambda.amazonaws.com"), False),
        ("*", Caller(frozenset([USER]), "123456789012"), True),
        ({"AWS": "123456789012"}, Caller(frozenset([USER]), "123456789012"), True),
        ({"AWS": "arn:aws:iam::123456789012:root"}, Caller(frozenset([USER]), "123456789012"), True),
        ({"AWS": "arn:aws:iam::999999999999:root"}, Caller(frozenset([USER]), "123456789012"), False),
        ({"AWS": USER}, Caller(frozenset([USER]), "123456789012"), True),
        ({"AWS": USER + "2"}, Caller(frozenset([USER]), "123456789012"), False),
    ],
)
def test_a_trust_policy_names_who_is_trusted(principal, caller, expected):
    trust = Policy("trust", parse(document({**TRUST, "Principal": principal}), "trust"))

    assert evaluate([trust], Access("sts:AssumeRole", "x"), caller=caller).allowed is expected


SYNTAX = "Syntax errors in policy."


@pytest.mark.parametrize(
    ("text", "kind", "message"),
    [
        ("{", "trust", "This policy contains invalid Json"),
        ("{", "identity", SYNTAX),
        ("[]", "identity", SYNTAX),
        ('{"Version":"2012-10-17"}', "identity", SYNTAX),
        (document(), "identity", SYNTAX),
        (document(), "trust", "Could not parse the policy: Statement is empty!"),
        (document(allow(), version="2012-10-18"), "identity", SYNTAX),
        (document({**allow(), "Effect": []}), "identity", SYNTAX),
        (document({**allow(), "Extra": 1}), "identity", SYNTAX),
        (document({"Effect": "Allow", "Resource": "*"}), "identity", "Policy statement must contain actions."),
        (document({"Effect": "Allow", "Action": "*"}), "identity", "Policy statement must contain resources."),
        (document(allow(resource=[])), "identity", "Policy statement must contain resources."),
        (document(allow("PutItem")), "identity", "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."),
        (document(allow(resource="orders")), "identity", 'Resource orders must be in ARN format or "*".'),
        (document(allow(Principal="*")), "identity", "Policy document should not specify a principal."),
        (document(allow(Sid="a"), allow(Sid="a")), "identity", "Statement IDs (SID) in a single policy must be unique."),
        (document(allow(Condition={"No": {"a:b": "c"}})), "identity", SYNTAX),
        (document({"Effect": "Allow", "Action": "sts:AssumeRole"}), "trust", "Missing required field Principal"),
        (document({**TRUST, "Principal": {}}), "trust", "Missing required field Principal cannot be empty!"),
        (document({**TRUST, "Resource": "*"}), "trust", "Has prohibited field Resource"),
        (document({**TRUST, "Action": "s3:GetObject"}), "trust", "AssumeRole policy may only specify STS AssumeRole actions."),
        (document({**TRUST, "Principal": {"AWS": "ann"}}), "trust", 'Invalid principal in policy: "AWS":"ann"'),
    ],
)  # fmt: skip
def test_a_malformed_document_is_refused_in_awss_words(text, kind, message):
    with pytest.raises(AwsError) as caught:
        parse(text, kind)

    assert (caught.value.code, caught.value.message) == ("MalformedPolicyDocument", message)


def test_the_policies_of_aws_are_well_formed():
    for policy in aws_policies().values():
        assert parse(policy.document).statements


def test_the_stream_role_of_aws_allows_reading_streams_and_writing_logs():
    policy = aws_policies()["arn:aws:iam::aws:policy/service-role/AWSLambdaDynamoDBExecutionRole"]

    assert json.loads(policy.document)["Statement"][0]["Action"] == [
        "dynamodb:DescribeStream",
        "dynamodb:GetRecords",
        "dynamodb:GetShardIterator",
        "dynamodb:ListStreams",
        "logs:CreateLogGroup",
        "logs:CreateLogStream",
        "logs:PutLogEvents",
    ]


words = st.sampled_from(
    ["Version", "2012-10-17", "Statement", "Effect", "Allow", "Deny", "Action", "Resource", "Principal", "AWS", "*",
     "Condition", "StringLike", "NumericEquals", "Null", "a:b", "Sid", "NotAction", "${a}", "arn:aws:iam::1:root", ""]
)  # fmt: skip
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=5),
    max_leaves=20,
)
statements = st.fixed_dictionaries(
    {"Effect": st.sampled_from(["Allow", "Deny"])},
    optional={"Action": values, "Resource": values, "Principal": values, "Condition": values, "Sid": values},
)
documents = values | st.fixed_dictionaries({"Statement": st.lists(statements, max_size=3)})


@given(st.text() | documents.map(json.dumps), st.sampled_from(["identity", "trust", "resource"]))
def test_any_text_gives_a_decision_or_an_aws_error(text, kind):
    try:
        policy = Policy("any", parse(text, kind))
    except AwsError:
        return

    assert evaluate([policy], Access("a:b", "arn:x"), caller=Caller()).message(USER)


# A caller's own policies and the policy of a resource.

ACCESS = Access("dynamodb:PutItem", TABLE)
OWN_SILENT = Decision(ACCESS, allowed=False)
OWN_ALLOWS = Decision(ACCESS, allowed=True)
OWN_DENIES = Decision(ACCESS, allowed=False, explicit_deny=True)
SILENT = Decision(ACCESS, allowed=False, basis=RESOURCE_BASED)
ALLOWS = Decision(ACCESS, allowed=True, basis=RESOURCE_BASED)
DENIES = Decision(ACCESS, allowed=False, explicit_deny=True, basis=RESOURCE_BASED)


@pytest.mark.parametrize(
    ("own", "resource", "same_account", "directly", "decides"),
    [
        (OWN_ALLOWS, SILENT, True, False, OWN_ALLOWS),
        (OWN_SILENT, ALLOWS, True, True, ALLOWS),
        (OWN_SILENT, ALLOWS, True, False, OWN_SILENT),
        (OWN_SILENT, SILENT, True, False, OWN_SILENT),
        (OWN_DENIES, ALLOWS, True, True, OWN_DENIES),
        (OWN_ALLOWS, DENIES, True, True, DENIES),
        (OWN_ALLOWS, ALLOWS, False, True, OWN_ALLOWS),
        (OWN_ALLOWS, SILENT, False, False, SILENT),
        (OWN_SILENT, ALLOWS, False, True, OWN_SILENT),
        (OWN_SILENT, SILENT, False, False, SILENT),
        (OWN_DENIES, ALLOWS, False, True, OWN_DENIES),
    ],
)
def test_own_policies_and_the_resources_are_joined(
    own: Decision, resource: Decision, same_account: bool, directly: bool, decides: Decision
):
    assert join(own, resource, same_account=same_account, directly=directly) is decides


def through_url(principal: Any, condition: Any, facts: dict[str, str], caller: Caller) -> bool:
    text = document(allow("lambda:InvokeFunctionUrl", Principal=principal, Condition=condition))
    access = Access("lambda:InvokeFunctionUrl", "arn:aws:lambda:eu-west-1:123456789012:function:fn", facts)
    return evaluate([Policy("default", parse(text, "resource"))], access, caller=caller).allowed


def test_anyone_is_whoever_a_star_names():
    public = {"StringEquals": {"lambda:FunctionUrlAuthType": "NONE"}}
    none, signed = {"lambda:FunctionUrlAuthType": "NONE"}, {"lambda:FunctionUrlAuthType": "AWS_IAM"}

    assert through_url("*", public, none, Caller())
    assert not through_url("*", public, signed, Caller())
    assert not through_url({"AWS": "123456789012"}, {}, none, Caller())
    assert not through_url({"AWS": "arn:aws:iam::123456789012:root"}, {}, none, Caller())
    assert not through_url({"Service": "s3.amazonaws.com"}, {}, none, Caller())
    assert through_url({"AWS": "arn:aws:iam::123456789012:root"}, {}, none, Caller(account="123456789012"))
