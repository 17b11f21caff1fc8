"""The services "iam" and "sts", and what each of their requests needs to be allowed."""

from collections.abc import Sequence

from millrace.core.arn import Scope
from millrace.core.context import Access, Params
from millrace.core.service import Service
from millrace.iam.identities import Identities
from millrace.iam.keys import key_operations
from millrace.iam.policies import policy_operations
from millrace.iam.roles import role_operations
from millrace.iam.simulation import simulation_operations
from millrace.iam.sts import sts_operations
from millrace.iam.users import user_operations

_LISTS = {"ListRoles": "role/", "ListUsers": "user/"}


def iam_service(identities: Identities) -> Service:
    operations = {
        **role_operations(identities),
        **user_operations(identities),
        **key_operations(identities),
        **policy_operations(identities),
        **simulation_operations(identities),
    }
    return Service("iam", operations, iam_accesses)


def sts_service(identities: Identities) -> Service:
    return Service("sts", sts_operations(identities), sts_accesses)


def iam_accesses(operation: str, scope: Scope, params: Params) -> Sequence[Access]:
    """The action of the same name, on the entity the request names."""
    return [Access(f"iam:{operation}", _resource(operation, scope, params), _conditions(params))]


def sts_accesses(operation: str, scope: Scope, params: Params) -> Sequence[Access]:
    """None here: AssumeRole weighs the role's trust and the caller's policies together, the others are free."""
    del operation, scope, params
    return ()


def _resource(operation: str, scope: Scope, params: Params) -> str:
    """A request names an entity without its path, so the path is not part of the resource, save in Create."""
    path: str = params.get("Path") or "/"
    if "RoleName" in params:
        return scope.iam_arn(f"role{path}{params['RoleName']}")
    if params.get("UserName"):
        return scope.iam_arn(f"user{path}{params['UserName']}")
    if "PolicyArn" in params:
        return str(params["PolicyArn"])
    if "PolicySourceArn" in params:
        return str(params["PolicySourceArn"])
    if "PolicyName" in params:
        return scope.iam_arn(f"policy{path}{params['PolicyName']}")
    return scope.iam_arn(_LISTS[operation]) if operation in _LISTS else "*"


def _conditions(params: Params) -> dict[str, str]:
    conditions: dict[str, str] = {}
    if "PolicyArn" in params:
        conditions["iam:PolicyARN"] = str(params["PolicyArn"])
    if params.get("PermissionsBoundary") is not None:
        conditions["iam:PermissionsBoundary"] = str(params["PermissionsBoundary"])
    return conditions
