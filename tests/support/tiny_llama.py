"""A random Llama of a few thousand weights with a byte-level tokenizer, and dialogues to train it on."""

import json

CHATML = (
    "{% for message in messages %}"
    "{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)
STRICT = "{{ raise_exception('no') if messages[0]['role'] != 'user' }}" + CHATML


def make_tokenizer():
    """Padding and end of turn are one token, as SmolLM2 has it."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {token: number for number, token in enumerate(["<|im_start|>", "<|im_end|>", *alphabet])}
    backend = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    backend.decoder = decoders.ByteLevel()
    backend.add_special_tokens(["<|im_start|>", "<|im_end|>"])
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=backend, eos_token="<|im_end|>", pad_token="<|im_end|>")
    tokenizer.chat_template = CHATML
    return tokenizer


def make_model(folder, *, tied=True):
    """Write model and tokenizer into a folder."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(0)
    tokenizer = make_tokenizer()
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        intermediate_size=48,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=1024,
        tie_word_embeddings=tied,
        pad_token_id=tokenizer.pad_token_id,
        eos_token_id=tokenizer.eos_token_id,
        bos_token_id=None,
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def dialogue(number):
    """A failed answer, what the interpreter and the questioner said, and the answer that passed."""
    return [
        {"role": "user", "content": f"Add {number}.", "train": False},
        {"role": "assistant", "content": f"<API_RUN_START>a - {number}<API_RUN_STOP>", "train": False},
        {"role": "user", "content": f"SecretOutput{number}: wrong.", "train": False},
        {"role": "assistant", "content": f"<API_RUN_START>a + {number}<API_RUN_STOP>", "train": True},
        {"role": "user", "content": "Output: fine", "train": False},
        {"role": "assistant", "content": "It passed.", "train": True},
    ]


def write_dialogues(path, numbers):
    """JSON Lines, as the exporter writes them."""
    path.write_text("".join(json.dumps({"messages": dialogue(number)}) + "\n" for number in numbers))
    return path


def _asked(number):
    return [{"role": "user", "content": f"Add {number}."}]


def _said(sign, number):
    return [{"role": "assistant", "content": f"a {sign} {number}"}]


def write_pairs(path, numbers):
    """Pairs that prefer a plus, as the exporter writes them."""
    rows = ({"prompt": _asked(it), "chosen": _said("+", it), "rejected": _said("-", it)} for it in numbers)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def write_answers(path, numbers):
    """The same as answers with labels."""
    rows = (
        {"prompt": _asked(it), "completion": _said(sign, it), "label": sign == "+"} for it in numbers for sign in "+-"
    )
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path
