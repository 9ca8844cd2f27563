"""What a model thought, in exports: left out, or before the turn that is learnt, marked as a family of models marks it.

Invariant: thoughts stand in no prompt, and in rows only when they are asked for.

Source: chat templates of DeepSeek-R1, Qwen3, Magistral, Kimi, Seed-OSS and OpenThinker.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from aiev_agents.thoughts import separated

if TYPE_CHECKING:
    from aiev.store.reading.dialogues import DialogueRecord
    from aiev.store.records import MessageRecord

OFF = "off"
_FAMILIES = {
    "think": "<think>\n{}\n</think>\n\n",
    "magistral": "[THINK]{}[/THINK]",
    "kimi": "◁think▷{}◁/think▷",
    "seed": "<seed:think>{}</seed:think>",
    "openthinker": "<|begin_of_thought|>\n\n{}\n\n<|end_of_thought|>\n\n",
}


def marked(thoughts: str, family: str) -> str:
    """Thoughts between the marks of a family; empty where there are none, or none are wanted."""
    return _FAMILIES[family].format(thoughts) if thoughts and family != OFF else ""


def apart(record: DialogueRecord, family: str) -> DialogueRecord:
    """A dialogue whose texts hold no thoughts, as those of older files may; beside them only where they are wanted."""
    messages = tuple(_apart(message, family) for message in record.messages)
    return replace(record, problem=separated(record.problem).answer.strip(), messages=messages)


def _apart(message: MessageRecord, family: str) -> MessageRecord:
    if not message.request_hash:  # what a person or the interpreter wrote
        return message
    said = separated(message.content)
    thoughts = message.reasoning or said.thoughts
    return replace(message, content=said.answer.strip(), reasoning="" if family == OFF else thoughts)
