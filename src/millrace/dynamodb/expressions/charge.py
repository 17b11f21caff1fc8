"""What UpdateItem counts for an update expression itself, whatever the item becomes.

The figures were measured on AWS to the byte (paritysuite/dynamodb-conformance, October 2026); no document has them. The
key, and what the expression leaves alone, count nothing.
"""

from millrace.core import limits
from millrace.dynamodb.expressions.scope import Scope, Steps
from millrace.dynamodb.expressions.syntax import Action, Arithmetic, Call, Operand, Path, Value

_FUNCTIONS = {
    "+": limits.update_sum_bytes,
    "-": limits.update_difference_bytes,
    "if_not_exists": limits.update_default_bytes,
    "list_append": limits.update_append_bytes,
}


def charge_of(actions: tuple[Action, ...], scope: Scope) -> int:
    """Bytes of all actions of an update."""
    return limits.update_bytes + sum(_action(action, scope) for action in actions)


def _action(action: Action, scope: Scope) -> int:
    target = _target(scope.steps(action.path))
    if action.value is None or action.section == "DELETE":
        return limits.update_clear_bytes + target
    return limits.update_write_bytes + target + _operand(action.value, scope)


def _target(steps: Steps) -> int:
    return sum(map(_step, steps)) + limits.update_target_step_bytes * (len(steps) - 1)


def _operand(operand: Operand, scope: Scope) -> int:
    match operand:
        case Path():
            steps = scope.steps(operand)
            of_steps = limits.update_operand_step_bytes * len(steps)
            return limits.update_operand_bytes + of_steps + sum(map(_step, steps))
        case Value():
            return scope.size(operand)
        case Arithmetic():
            return (
                _FUNCTIONS[operand.operator] + _operand(operand.left, scope) + _operand(operand.right, scope)
            )
        case Call():
            return _FUNCTIONS[operand.name] + sum(_operand(inner, scope) for inner in operand.operands)


def _step(step: str | int) -> int:
    return len(str(step).encode())
