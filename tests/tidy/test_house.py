"""The source itself is held to the house rules: short functions, short files, plain names, no hidden state."""

import ast
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted((ROOT / "src").rglob("*.py"))
FUNCTION_LINES_MAX = 70
FILE_LINES_MAX = 500
BANNED_NAMES = re.compile(r"utils?|helpers?|managers?|common|misc")


def functions(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno is not None
            yield node.name, node.end_lineno - node.lineno + 1


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_functions_and_files_stay_short(path: Path):
    long = [(name, lines) for name, lines in functions(path) if lines > FUNCTION_LINES_MAX]

    assert long == []
    assert len(path.read_text().splitlines()) <= FILE_LINES_MAX


def test_no_file_is_a_drawer():
    drawers = [path for path in SOURCES if BANNED_NAMES.fullmatch(path.stem)]

    assert drawers == []


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_are_at_the_top(path: Path):
    hidden = [
        node.lineno
        for function in ast.walk(ast.parse(path.read_text()))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]

    assert hidden == []


def is_container(value: ast.expr | None) -> bool:
    """A dict, list or set written out, or made empty by a call."""
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Name):
        return value.func.id in {"dict", "list", "set", "deque", "defaultdict", "OrderedDict", "Counter"}
    return isinstance(value, ast.Dict | ast.List | ast.Set | ast.DictComp | ast.ListComp | ast.SetComp)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_state_hides_in_module_globals(path: Path):
    """`global` statements and lower-case containers are state; what is written in capitals is a table."""
    tree = ast.parse(path.read_text())
    state = [node.lineno for node in ast.walk(tree) if isinstance(node, ast.Global)]
    for node in tree.body:
        if isinstance(node, ast.Assign | ast.AnnAssign) and is_container(node.value):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = [target.id for target in targets if isinstance(target, ast.Name)]
            state += [node.lineno for name in names if not name.startswith("__") and not name.isupper()]

    assert state == []


def test_every_limit_is_set_once():
    """A name assigned twice has the last value, whoever reads the first."""
    tree = ast.parse((ROOT / "src/millrace/core/limits.py").read_text())
    names = Counter(
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    )

    assert [name for name, times in names.items() if times > 1] == []


def test_every_limit_is_somebodys():
    """What nothing reads limits nothing."""
    names = set(re.findall(r"^(\w+) = ", (ROOT / "src/millrace/core/limits.py").read_text(), re.MULTILINE))
    read = {
        word for path in SOURCES if path.name != "limits.py" for word in re.findall(r"\w+", path.read_text())
    }

    assert names - read - {"KIB", "MIB"} == set()


@pytest.mark.parametrize("folder", ["console", "tests/clients/javascript"])
def test_a_lock_file_of_npm_is_whole_and_names_no_registry(folder: str):
    """`npm ci` refuses a lock file without an optional package of another platform, and a registry may lack one."""
    locked = json.loads((ROOT / folder / "package-lock.json").read_text())["packages"]
    optional = {
        name: version
        for package in locked.values()
        for name, version in package.get("optionalDependencies", {}).items()
    }

    assert [name for name in optional if f"node_modules/{name}" not in locked] == []
    assert [name for name, package in locked.items() if "resolved" in package] == []
