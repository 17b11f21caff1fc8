"""The same files give the same package."""

import base64
import hashlib
import io
import os
import sys
import zipfile
from pathlib import Path

import pytest

from millrace.deploy.packages import Packages
from millrace.deploy.problem import DeployError, TemplateError

RUNTIME = f"python3.{sys.version_info.minor}"


def packages(folder: Path, notes: list[str] | None = None) -> Packages:
    return Packages(folder, (notes if notes is not None else []).append)


def names(data: bytes) -> list[str]:
    return zipfile.ZipFile(io.BytesIO(data)).namelist()


def test_a_folder_gives_the_same_package_whenever_it_is_zipped(tmp_path: Path):
    for place in ("one", "two"):
        (tmp_path / place / "deep").mkdir(parents=True)
        (tmp_path / place / "deep" / "b.py").write_text("b = 1\n")
        (tmp_path / place / "a.py").write_text("a = 1\n")
        (tmp_path / place / "__pycache__").mkdir()
        (tmp_path / place / "__pycache__" / "a.pyc").write_text(place)
    os.utime(tmp_path / "one" / "a.py", (1, 1))

    first, second = (packages(tmp_path).at(place, RUNTIME) for place in ("one", "two"))

    assert first == second
    assert names(first.data) == ["a.py", "deep/b.py"]
    assert first.sha256 == base64.b64encode(hashlib.sha256(first.data).digest()).decode()


@pytest.mark.parametrize(("runtime", "name"), [(RUNTIME, "index.py"), ("nodejs22.x", "index.js")])
def test_code_in_the_template_is_a_package_with_one_index_file(tmp_path: Path, runtime: str, name: str):
    data = packages(tmp_path).inline("x = 1\n", runtime).data

    assert names(data) == [name]


def test_files_of_a_layer_are_put_where_the_runtime_looks_for_them(tmp_path: Path):
    (tmp_path / "words").mkdir()
    (tmp_path / "words" / "words.py").write_text("SAID = 1\n")
    made = packages(tmp_path)

    assert names(made.layer("words", "", []).data) == ["words.py"]
    assert names(made.layer("words", "python", [RUNTIME]).data) == ["python/words.py"]
    assert names(made.layer("words", "nodejs", []).data) == ["nodejs/words.py"]


def test_packages_of_node_are_installed_beforehand(tmp_path: Path):
    (tmp_path / "package.json").write_text('{"dependencies": {"left-pad": "1.0.0"}}')
    (tmp_path / "requirements.txt").write_text("nothing-that-is-there\n")

    with pytest.raises(TemplateError, match="has no node_modules"):
        packages(tmp_path).check(".", "nodejs22.x")
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "node_modules" / "pad.js").write_text("")
    packages(tmp_path).check(".", "nodejs22.x")

    files = names(packages(tmp_path).at(".", "nodejs22.x").data)
    assert files == ["node_modules/pad.js", "package.json", "requirements.txt"]


def test_a_zip_file_is_taken_as_it_is(tmp_path: Path):
    with zipfile.ZipFile(tmp_path / "code.zip", "w") as archive:
        archive.writestr("a.py", "a = 1\n")

    assert packages(tmp_path).at("code.zip", RUNTIME).data == (tmp_path / "code.zip").read_bytes()


def test_requirements_are_installed_once_and_packed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    wheel = tmp_path / "tiny-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("tiny.py", "ANSWER = 42\n")
        archive.writestr("tiny-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n")
        archive.writestr(
            "tiny-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr("tiny-1.0.dist-info/RECORD", "")
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "app.py").write_text("import tiny\n")
    (tmp_path / "code" / "requirements.txt").write_text(f"# what it needs\n{wheel}\n")
    notes: list[str] = []

    first = packages(tmp_path, notes).at("code", RUNTIME)
    again = packages(tmp_path, notes).at("code", RUNTIME)

    assert {"app.py", "tiny.py"} <= set(names(first.data))
    assert again == first
    assert notes == [f"Installing {tmp_path}/code/requirements.txt for {RUNTIME}"]


def test_requirements_without_any_install_nothing(tmp_path: Path):
    (tmp_path / "requirements.txt").write_text("# none yet\n\n")
    notes: list[str] = []

    assert names(packages(tmp_path, notes).at(".", RUNTIME).data) == ["requirements.txt"]
    assert notes == []


def test_what_cannot_be_installed_is_said_with_pips_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "requirements.txt").write_text("./not-there.whl\n")

    with pytest.raises(DeployError, match=r"pip cannot install .*requirements\.txt:\n(.|\n)*not-there\.whl"):
        packages(tmp_path).at(".", RUNTIME)


def test_code_that_is_not_there_is_named(tmp_path: Path):
    with pytest.raises(TemplateError, match=r"there is no .*nowhere"):
        packages(tmp_path).at("nowhere", RUNTIME)


def test_requirements_that_are_no_text_are_said_in_a_sentence(tmp_path: Path):
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "requirements.txt").write_bytes(b"\xff\xfe")

    with pytest.raises(DeployError, match=r"no package can be made of .*app: 'utf-8' codec"):
        packages(tmp_path).at("app", RUNTIME)
