"""Every format is loaded by `datasets` and trained on, one step, by the trainer that it is meant for."""

import pytest

pytest.importorskip("trl", reason="needs the extra train; `make test-train` has it")
from support.pairs import prefer
from support.tokenizer import CHATML, tokenizer

from aiev.dataset.masking import flagged_template, mask

trl = pytest.importorskip("trl")
peft = pytest.importorskip("peft")
transformers = pytest.importorskip("transformers")
datasets = pytest.importorskip("datasets")

pytestmark = [
    pytest.mark.train,
    pytest.mark.filterwarnings("default"),  # the trainers' own warnings are their business
]
FLAGS = ["failures=true", "plain_share=0.3"]


@pytest.fixture(autouse=True)
def offline(monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("HF_DATASETS_DISABLE_PROGRESS_BARS", "1")


@pytest.fixture
def loaded(tmp_path, exported, database):
    """The training rows of a format, loaded by `datasets` from the dataset folder, card and all."""

    def load(text):
        exported(text, path=prefer(database, range(3)), settings=FLAGS)
        shape, _, kind = text.partition(":")
        if kind == "hf":
            return datasets.load_from_disk(tmp_path / "out" / shape / "train.hf")
        return datasets.load_dataset(str(tmp_path / "out"), shape, split="train", cache_dir=str(tmp_path / "cache"))

    return load


def model(vocabulary):
    """Two layers, drawn anew."""
    transformers.set_seed(1)
    sizes = {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2}
    config = transformers.LlamaConfig(vocab_size=vocabulary, max_position_embeddings=8192, **sizes)
    return transformers.LlamaForCausalLM(config)


def arguments(tmp_path, config, **more):
    plain = {"max_steps": 1, "per_device_train_batch_size": 2, "report_to": [], "use_cpu": True, "bf16": False}
    return config(output_dir=str(tmp_path / "trained"), save_strategy="no", disable_tqdm=True, **plain, **more)


def step(trainer):
    loss = trainer.train().training_loss
    assert loss == pytest.approx(loss)
    assert 0 < loss < 20
    return trainer


def sft(tmp_path, rows, made, **more):

    args = arguments(tmp_path, trl.SFTConfig, max_length=None, **more)
    return step(trl.SFTTrainer(model(len(made)), args, train_dataset=rows, processing_class=made))


@pytest.mark.parametrize("text", ["messages", "messages:parquet", "messages:hf"])
def test_sft_learns_what_the_flags_say_from_messages(tmp_path, loaded, text):
    rows, made = loaded(text), tokenizer(flagged_template(CHATML))
    trainer = sft(tmp_path, rows, made, assistant_only_loss=True, shuffle_dataset=False)
    for row, seen in zip(rows, trainer.train_dataset, strict=True):
        flags = [message["train"] for message in row["messages"]]
        wanted = mask(tokenizer(), row["messages"], flags)
        learnt = made.decode([label for label in seen["labels"] if label != -100])
        assert learnt == made.decode([label for label in wanted.labels if label != -100]).replace(
            "<|im_end|>\n", "<|im_end|>"
        )
        assert "OUTPUT" not in learnt


@pytest.mark.parametrize("text", ["prompt-completion", "prompt-completion:parquet", "prompt-completion:hf"])
def test_sft_learns_completions_alone(tmp_path, loaded, text):
    rows, made = loaded(text), tokenizer()
    trainer = sft(tmp_path, rows, made, shuffle_dataset=False)
    for row, seen in zip(rows, trainer.train_dataset, strict=True):
        learnt = made.decode([label for label in seen["labels"] if label != -100])
        assert learnt == row["completion"][0]["content"] + "<|im_end|>\n"


def test_sft_takes_openai_rows(tmp_path, loaded):
    sft(tmp_path, loaded("openai"), tokenizer(), assistant_only_loss=True)


@pytest.mark.parametrize("text", ["sharegpt", "llama-factory"])
def test_sft_takes_sharegpt_in_its_own_words(tmp_path, loaded, text):

    rows = loaded(text).map(trl.maybe_convert_to_chatml, remove_columns="conversations")
    roles = flagged_template(CHATML).replace("message['role'] == 'assistant'", "message['role'] == 'gpt'")
    made = tokenizer(roles)
    trainer = sft(tmp_path, rows, made, assistant_only_loss=True, shuffle_dataset=False)
    for row, seen in zip(rows, trainer.train_dataset, strict=True):
        learnt = made.decode([label for label in seen["labels"] if label != -100])
        assert learnt == "".join(turn["content"] + "<|im_end|>" for turn in row["messages"] if turn["train"])


@pytest.mark.parametrize("text", ["dpo", "dpo:parquet", "dpo:hf"])
def test_dpo_takes_pairs(tmp_path, loaded, text):

    made = tokenizer()
    args = arguments(tmp_path, trl.DPOConfig, max_length=None)
    step(trl.DPOTrainer(model(len(made)), model(len(made)), args, train_dataset=loaded(text), processing_class=made))


@pytest.mark.parametrize("text", ["kto", "kto:parquet", "kto:hf"])
def test_kto_takes_labels(tmp_path, loaded, text):

    made, rows = tokenizer(), loaded(text)
    assert {True, False} == set(rows["label"])
    args = arguments(tmp_path, trl.KTOConfig, max_length=None)
    step(trl.KTOTrainer(model(len(made)), model(len(made)), args, train_dataset=rows, processing_class=made))


def test_a_lora_adapter_takes_a_step_as_well(tmp_path, loaded):

    made, rows = tokenizer(), loaded("prompt-completion")
    args = arguments(tmp_path, trl.SFTConfig, max_length=None)
    lora = peft.LoraConfig(r=2, target_modules=["q_proj", "v_proj"], task_type="CAUSAL_LM")
    step(trl.SFTTrainer(model(len(made)), args, train_dataset=rows, processing_class=made, peft_config=lora))
