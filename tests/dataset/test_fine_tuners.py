"""What the docs tell axolotl and LLaMA-Factory to read is what an export writes; their own code reads it where it is.

Source of the fields: axolotl 0.19, `axolotl/utils/schemas/datasets.py` (SFTDataset); LLaMA-Factory 0.9.5,
`data/README.md` and `llamafactory/data/parser.py` (DatasetAttr).
"""

import importlib.machinery
import importlib.util
import json
import sys
import types

import pytest
from support.dialogues import Talk, write
from support.fine_tuner_docs import axolotl_datasets, llama_factory_info, llama_factory_settings
from support.pairs import prefer

TALKS = (Talk(1), Talk(2, ("error", "ok")), Talk(3, ("error", "timeout", "ok")))
DEFAULT_FIELDS = {"role": "role", "content": "content"}
"""axolotl's, where `message_property_mappings` says nothing."""
FLAGGED = ("messages", "sharegpt")
CHATML = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>\n' }}"
    "{% endfor %}"
)


@pytest.fixture
def told(tmp_path, exported, rows):
    """Training rows of a format."""
    path = write(tmp_path / "f.db", TALKS)

    def read(name, sampled=()):
        prefer(path, sampled)
        exported(name, path=path, settings=["split.test_share=0", "plain_share=0"])
        return rows(f"{name}/train.jsonl")

    return read


def passed(talk):
    """What of a dialogue is to be learnt: the program that passed, and the closing turn."""
    return [f"Solution {len(talk.verdicts)}.", ""]


@pytest.mark.parametrize("name", FLAGGED)
def test_axolotl_finds_every_field_that_the_docs_name(told, tmp_path, name):
    entry = axolotl_datasets()[name]
    rows = told(name)
    assert (tmp_path / "out" / entry["path"].removeprefix("dataset/")).is_file()
    assert (entry["ds_type"], entry["type"], entry["roles_to_train"]) == ("json", "chat_template", [])
    fields = entry.get("message_property_mappings", DEFAULT_FIELDS)
    for row, talk in zip(rows, TALKS, strict=True):
        messages = row[entry["field_messages"]]
        assert {message[fields["role"]] for message in messages} in ({"user", "assistant"}, {"human", "gpt"})
        assert all(type(message[entry["message_field_training"]]) is bool for message in messages)
        learnt = [message[fields["content"]] for message in messages if message[entry["message_field_training"]]]
        assert len(learnt) == 2
        assert all(start in text for start, text in zip(passed(talk), learnt, strict=True))


def test_llama_factory_is_told_what_the_docs_say(told, tmp_path):
    rows = told("llama-factory")
    written = json.loads((tmp_path / "out/llama-factory/dataset_info.json").read_text())
    assert written == llama_factory_info()
    settings = llama_factory_settings()
    assert {settings["dataset"], settings["eval_dataset"]} == written.keys()
    assert settings["mask_history"] is True
    for entry in written.values():
        tags = entry["tags"]
        for row in rows:
            turns = row[entry["columns"]["messages"]]
            assert [turn[tags["role_tag"]] for turn in turns[-2:]] == [tags["user_tag"], tags["assistant_tag"]]
            assert all(turn[tags["content_tag"]] for turn in turns)


@pytest.mark.train
@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("name", FLAGGED)
def test_axolotl_learns_the_flagged_turns_and_nothing_else(told, name):
    pytest.importorskip("transformers", reason="needs the extra train; `make test-train` has it")
    chat_template = pytest.importorskip(
        "axolotl.prompt_strategies.chat_template", reason="axolotl is not here; `make test-train` has it"
    )
    from axolotl.utils.dict import DictDefault
    from support.tokenizer import tokenizer

    words = tokenizer(CHATML)
    words.eos_token = "<|im_end|>"
    entry = axolotl_datasets()[name]
    settings = DictDefault({"sequence_len": 8192, "train_on_inputs": False, "chat_template": "tokenizer_default"})
    strategy = chat_template.StrategyLoader()(words, settings, entry)
    fields = entry.get("message_property_mappings", DEFAULT_FIELDS)
    for row in told(name):
        found = strategy.tokenize_prompt(row)
        pairs = zip(found["input_ids"], found["labels"], strict=True)
        learnt = words.decode([token for token, label in pairs if label != -100])
        flagged = [turn[fields["content"]] for turn in row[entry["field_messages"]] if turn["train"]]
        assert learnt == "".join(f"{text}<|im_end|>" for text in flagged)


NO_FACTORY = "LLaMA-Factory is not here; `make test-train` has it"


def silence(monkeypatch):
    """In the place of torchaudio, which is imported for sound alone; no row of ours has any."""
    if importlib.util.find_spec("torchaudio") is None:
        silent = types.ModuleType("torchaudio")
        silent.__spec__ = importlib.machinery.ModuleSpec("torchaudio", None)
        monkeypatch.setitem(sys.modules, "torchaudio", silent)


@pytest.mark.train
@pytest.mark.filterwarnings("default")
def test_llama_factory_learns_the_last_turn_and_nothing_else(told, tmp_path, monkeypatch):
    pytest.importorskip("transformers", reason="needs the extra train; `make test-train` has it")
    silence(monkeypatch)
    supervised = pytest.importorskip("llamafactory.data.processor.supervised", reason=NO_FACTORY)
    from llamafactory.data.converter import SharegptDatasetConverter
    from llamafactory.data.parser import get_dataset_list
    from llamafactory.data.template import TEMPLATES
    from support.tokenizer import tokenizer

    rows = told("llama-factory")
    (attributes,) = get_dataset_list([llama_factory_settings()["dataset"]], str(tmp_path / "out/llama-factory"))
    chosen = {"mask_history": llama_factory_settings()["mask_history"], "train_on_prompt": False, "cutoff_len": 8192}
    settings, words = types.SimpleNamespace(media_dir="", **chosen), tokenizer()
    processor = supervised.SupervisedDatasetProcessor(TEMPLATES["chatml"], words, None, settings)
    for row in rows:
        said = SharegptDatasetConverter(attributes, settings)(row)
        parts = {"system": said["_system"], "tools": said["_tools"], "images": [], "videos": [], "audios": []}
        tokens, labels = processor._encode_data_example(prompt=said["_prompt"], response=said["_response"], **parts)
        learnt = words.decode([token for token, label in zip(tokens, labels, strict=True) if label != -100])
        assert learnt == f"{row['conversations'][-1]['value']}<|im_end|>\n"
        assert len(said["_prompt"]) == len(row["conversations"]) - 1


@pytest.mark.train
@pytest.mark.filterwarnings("default")
def test_axolotl_takes_the_pairs_of_both_kinds(told):
    pytest.importorskip("transformers", reason="needs the extra train; `make test-train` has it")
    strategies = pytest.importorskip(
        "axolotl.prompt_strategies.dpo.chat_template", reason="axolotl is not here; `make test-train` has it"
    )
    from axolotl.utils.dict import DictDefault
    from support.tokenizer import tokenizer

    entry = axolotl_datasets()["dpo"]
    convert, _ = strategies.default(DictDefault({"datasets": [entry], "chat_template": "tokenizer_default"}))
    rows = told("dpo", [7])
    assert {row["kind"] for row in rows} == {"repair", "correctness", "efficiency"}
    for row in rows:
        found = convert(row, tokenizer=tokenizer(CHATML))
        assert all(found[side] == f"{row[side][0]['content']}<|im_end|>" for side in ("chosen", "rejected"))
        assert all(message["content"] in found["prompt"] for message in row["prompt"])


@pytest.mark.train
@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("name", ["llama-factory-dpo", "llama-factory-kto"])
def test_llama_factory_takes_the_pairs_of_both_kinds(told, tmp_path, monkeypatch, name):
    pytest.importorskip("transformers", reason="needs the extra train; `make test-train` has it")
    silence(monkeypatch)
    converter = pytest.importorskip("llamafactory.data.converter", reason=NO_FACTORY).SharegptDatasetConverter
    from llamafactory.data.parser import get_dataset_list

    rows = told(name, [7])
    (attributes,) = get_dataset_list(["aiev_train"], str(tmp_path / "out" / name))
    assert {row["kind"] for row in rows} == {"repair", "correctness", "efficiency"}
    for row in rows:
        said = converter(attributes, types.SimpleNamespace(media_dir=""))(row)
        answers = [one["content"] for one in said["_response"]]
        if name.endswith("dpo"):
            assert answers == [row["chosen"]["value"], row["rejected"]["value"]]
        else:
            text = row["conversations"][-1]["value"]
            assert answers == ([text, ""] if row["label"] else ["", text])
        assert said["_prompt"][-1]["role"] == "user"
