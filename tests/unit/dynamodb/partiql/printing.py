"""PartiQL's trees as texts, with parentheses around everything that has parts."""

from millrace.dynamodb.partiql import syntax
from millrace.dynamodb.partiql.syntax import Expression, Source, Statement


def text(content: str) -> str:
    return "'" + content.replace("'", "''") + "'"


def name(word: str) -> str:
    return '"' + word.replace('"', '""') + '"'


def path(node: syntax.Path) -> str:
    first, *steps = node.steps
    return name(str(first)) + "".join(
        f"[{step}]" if isinstance(step, int) else f".{name(step)}" for step in steps
    )


def listed(nodes: tuple[Expression, ...]) -> str:
    return ", ".join(map(expression, nodes))


def expression(node: Expression) -> str:
    match node:
        case syntax.Text():
            return text(node.content)
        case syntax.Number():
            return node.digits
        case syntax.Constant():
            return node.word.lower()
        case syntax.Parameter():
            return "?"
        case syntax.Path():
            return path(node)
        case syntax.Sequence():
            return f"<<{listed(node.elements)}>>" if node.bag else f"[{listed(node.elements)}]"
        case syntax.Struct():
            members = (f"{expression(key)}: {expression(value)}" for key, value in node.members)
            return "{" + ", ".join(members) + "}"
        case syntax.Call():
            return f"{node.name}({listed(node.operands)})"
        case syntax.Unary():
            return f"({node.operator} {expression(node.operand)})"
        case syntax.Binary():
            return f"({expression(node.left)} {node.operator} {expression(node.right)})"
        case syntax.Joined():
            return "(" + f" {node.operator} ".join(map(expression, node.parts)) + ")"
        case syntax.Between():
            return f"({expression(node.operand)} BETWEEN {expression(node.low)} AND {expression(node.high)})"
        case syntax.Is():
            return f"({expression(node.operand)} IS {node.kind})"
        case syntax.Select():
            return f"({statement(node)})"


def source(node: Source) -> str:
    return name(node.table) + ("" if node.index is None else "." + name(node.index))


def where(node: Expression | None) -> str:
    return "" if node is None else f" WHERE {expression(node)}"


def assignments(update: syntax.Update) -> str:
    return " ".join(
        f"REMOVE {path(one.path)}" if one.value is None else f"SET {path(one.path)} = {expression(one.value)}"
        for one in update.assignments
    )


def statement(node: Statement) -> str:
    match node:
        case syntax.Select():
            order = ", ".join(name(key.name) + (" DESC" if key.descending else " ASC") for key in node.order)
            shown = ", ".join(map(path, node.projection)) or "*"
            ordered = f" ORDER BY {order}" if order else ""
            return f"SELECT {shown} FROM {source(node.source)}{where(node.where)}{ordered}"
        case syntax.Insert():
            return f"INSERT INTO {source(node.source)} VALUE {expression(node.item)}"
        case syntax.Update():
            returning = f" {node.returning}" if node.returning else ""
            return f"UPDATE {source(node.source)} {assignments(node)}{where(node.where)}{returning}"
        case syntax.Delete():
            returning = f" {node.returning}" if node.returning else ""
            return f"DELETE FROM {source(node.source)}{where(node.where)}{returning}"
        case syntax.Exists():
            return f"EXISTS({statement(node.select)})"
