import pytest

pytest.importorskip("transformers", reason="needs the extra export")

from support.dialogues import Talk, write
from support.tokenizer import CHATML, tokenizer

from aiev.dataset.check import Check
from aiev.dataset.masking import MaskError, flagged_template, load_tokenizer, mask, prove
from aiev.errors import UsageError

CHAT = [
    {"role": "user", "content": "Problem ü 中"},
    {"role": "assistant", "content": "wrong"},
    {"role": "user", "content": "OUTPUT"},
    {"role": "assistant", "content": "right 中"},
]
TRAIN = [False, False, False, True]
RANKED = ("llama-factory-dpo", "llama-factory-kto")
ALL = ("messages", "openai", "sharegpt", "llama-factory", "prompt-completion", "dpo", "kto", *RANKED)


def learnt(masked):
    return "".join(
        masked.text[start:end] for (start, end), kept in zip(masked.offsets, masked.mask, strict=True) if kept
    )


def test_the_mask_covers_the_turns_to_be_learnt_with_their_end_and_nothing_else():
    masked = mask(tokenizer(), CHAT, TRAIN)
    ids = [token for token, kept in zip(masked.input_ids, masked.mask, strict=True) if kept]
    assert tokenizer().decode(ids) == "right 中<|im_end|>\n"
    assert masked.labels.count(-100) == len(masked.mask) - sum(masked.mask)
    prove(masked, CHAT, TRAIN, [False, False, True, False])


def test_trls_own_mask_agrees_through_the_flagged_template():
    flagged = tokenizer(flagged_template(CHATML))
    chat = [message | {"train": kept} for message, kept in zip(CHAT, TRAIN, strict=True)]
    theirs = flagged.apply_chat_template(chat, return_assistant_tokens_mask=True, return_dict=True)
    ours = mask(tokenizer(), CHAT, TRAIN)
    assert theirs["input_ids"] == ours.input_ids
    ids = [token for token, kept in zip(theirs["input_ids"], theirs["assistant_masks"], strict=True) if kept]
    assert flagged.decode(ids) == "right 中<|im_end|>"


def test_a_template_without_marks_cannot_be_flagged():
    with pytest.raises(UsageError, match="marks; TRL"):
        flagged_template("{{ messages }}")


@pytest.mark.parametrize(
    ("train", "output", "message"),
    [
        ([False, False, False, False], [False] * 4, "loss mask is empty"),
        ([False, True, False, True], [False, True, False, False], "covers interpreter output in turn 1"),
    ],
)
def test_a_wrong_mask_is_found(train, output, message):
    with pytest.raises(MaskError, match=message):
        prove(mask(tokenizer(), CHAT, train), CHAT, train, output)


def test_a_mask_of_another_turn_is_found():
    masked = mask(tokenizer(), CHAT, [False, True, False, True])
    with pytest.raises(MaskError, match="covers turn 1, which is not to be learnt"):
        prove(masked, CHAT, TRAIN, [False, False, True, False])
    with pytest.raises(MaskError, match="leaves out words of turn 1"):
        prove(mask(tokenizer(), CHAT, TRAIN), CHAT, [False, True, False, True], [False] * 4)


def test_a_template_that_rewrites_what_was_said_is_refused():
    last_only = "{% for message in messages %}{{ message['content'] if loop.last else '-' }}{% endfor %}"
    with pytest.raises(MaskError, match="rewrites what stands before turn 1"):
        mask(tokenizer(last_only), CHAT, TRAIN)


def test_what_a_template_refuses_is_one_line():
    strict = "{% for message in messages %}{{ raise_exception('no such role') }}{% endfor %}"
    with pytest.raises(MaskError, match="refuses the row: no such role"):
        mask(tokenizer(strict), CHAT, TRAIN)


@pytest.mark.parametrize("shape", ALL)
def test_every_row_of_every_format_passes_the_check(exported, shape):
    check = Check("tiny", tokenizer())
    result = exported(shape, check=check)
    counts = result.tokens[f"{shape}/train.jsonl"]
    times = 2 if shape.endswith("dpo") else 1
    assert counts["rows"] == result.rows[f"{shape}/train.jsonl"] * times > 0
    assert counts["tokens"] == counts["masked"] + counts["trained"]
    assert 0 < counts["trained"] < counts["tokens"]
    assert counts["longest"] < counts["tokens"]


def test_the_check_counts_what_it_should(tmp_path, exported, rows):
    path = write(tmp_path / "one.db", [Talk(1, ("error", "ok"))])
    exported(path=path, check=(check := Check("tiny", tokenizer())), settings=["plain_share=0"])
    (row,) = rows("messages/train.jsonl")
    trained = sum(len(message["content"].encode()) + 2 for message in row["messages"] if message["train"])
    assert check.counts["messages/train.jsonl"].trained == trained


SILENT = "{% for message in messages %}-{% endfor %}{% if add_generation_prompt %}{% endif %}"


def test_a_row_that_fails_the_check_stops_the_export(tmp_path, exported):
    path = write(tmp_path / "one.db", [Talk(1)])
    with pytest.raises(MaskError, match=r"messages/train\.jsonl, dialogue c001: .*nothing was written"):
        exported(path=path, check=Check("tiny", tokenizer(SILENT)))
    assert not (tmp_path / "out").exists()


def test_special_tokens_that_the_tokenizer_lacks_are_named(exported):
    result = exported(check=Check("tiny", tokenizer()))
    assert result.split_tokens == ["<API_RUN_START>", "<API_RUN_STOP>"]
    known = tokenizer()
    known.add_special_tokens({"additional_special_tokens": result.split_tokens})
    assert exported(check=Check("tiny", known)).split_tokens == []


def test_a_tokenizer_is_loaded_from_a_folder(tmp_path):
    tokenizer().save_pretrained(tmp_path / "tiny")
    assert load_tokenizer(str(tmp_path / "tiny")).chat_template == CHATML


def test_a_tokenizer_that_cannot_serve_is_one_line(tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    tokenizer("").save_pretrained(tmp_path / "silent")
    with pytest.raises(UsageError, match="no chat template"):
        load_tokenizer(str(tmp_path / "silent"))
    with pytest.raises(UsageError, match=r"cannot load tokenizer .*none") as caught:
        load_tokenizer(str(tmp_path / "none"))
    assert "\n" not in str(caught.value)
