"""Turns a stored dialogue into training turns for a model that can call a code interpreter.

The request to execute goes into the user's turn and the answer to it into the assistant's; special tokens enclose the
blocks that are to be run; the interpreter's output follows in a turn of its own, with the questioner's description
where the run failed. A share of the dialogues that passed shows no execution, so that a model also learns when to run
code.

Invariants: turns alternate and begin with the user's; the loss covers no interpreter output, and of the programmer's
turns the one that passed last (on request all): what passed before it was contradicted since. Added sentences are
chosen by hash.

Source: AutoCoder, arXiv 2405.14906, on post-processing for the code interpreter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiev.dataset.phrasings import draw, phrasing
from aiev.dataset.sample import UNKNOWN_LICENCE, Sample, Turn
from aiev.dataset.thoughts import apart, marked
from aiev_agents.fences import fenced, fenced_blocks
from aiev_agents.languages import LANGUAGES
from aiev_agents.roles.dividing import counted
from aiev_agents.roles.installing import is_install, without_installs
from aiev_agents.roles.reply import code_blocks, with_tests

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiev.dataset.settings import ExportSettings
    from aiev.store.reading.dialogues import DialogueRecord
    from aiev.store.records import MessageRecord

_SHARE_STEPS = 1_000_000


def build_sample(record: DialogueRecord, settings: ExportSettings) -> Sample:
    """The training sample of a dialogue; without turns where nothing was answered."""
    record = apart(record, settings.reasoning)
    executed = bool(record.rounds) and not _is_plain(record, settings)
    turns = tuple(merged(_executed(record, settings))) if executed else _plain(record, settings)
    return Sample(
        id=record.id,
        split=record.split,
        turns=turns,
        executed=executed,
        language=record.language,
        licence=record.seed.licence or UNKNOWN_LICENCE,
        model=record.model,
        stage=record.recipe,
        rounds=len(record.rounds),
        verdicts=tuple(entry.verdict for entry in record.rounds),
        source=record.seed.source,
        seed_id=record.seed.id,
        evidence=record.evidence_status,
        evidence_sentence=record.evidence.sentence if record.evidence else "",
        concepts=record.made_from.concepts if record.made_from else (),
        category=record.made_from.category if record.made_from else "",
        difficulty=record.made_from.difficulty if record.made_from else "",
        seed=record.seed.content,
        run=record.run_id,
        problem=record.problem,
        pairs=record.pairs,
    )


def _is_plain(record: DialogueRecord, settings: ExportSettings) -> bool:
    drawn = draw(_SHARE_STEPS, "plain", record.id) / _SHARE_STEPS
    return record.passed_round > 0 and (record.made_from is not None or drawn < settings.plain_share)


def _plain(record: DialogueRecord, settings: ExportSettings) -> tuple[Turn, ...]:
    """The problem and the answer that passed; of sampled programs, which have no rounds of their own, the best one."""
    sampled = not record.rounds and record.status == "accepted"
    said = [one for one in record.messages if one.role == "assistant"]
    answers = [one for one in said if sampled or one.round == record.passed_round]
    if not answers:
        return ()
    thoughts, passed = marked(answers[-1].reasoning, settings.reasoning), None if sampled else True
    answer = Turn("assistant", _as_run(record, answers[-1]), train=True, passed=passed, thoughts=thoughts)
    return Turn("user", record.problem), answer


def _as_run(record: DialogueRecord, message: MessageRecord) -> str:
    """A reply; with the tests that ran where it is the last one, since the arbiter may have changed them."""
    if message.round != record.passed_round or message.round != record.rounds[-1].round:
        return message.content
    return with_tests(message.content, record.tests, record.language)


def _executed(record: DialogueRecord, settings: ExportSettings) -> Iterator[Turn]:
    verdicts = {entry.round: entry for entry in record.rounds}
    followed_by = [message.role for message in record.messages[1:]] + [""]
    for message, follower in zip(record.messages, followed_by, strict=True):
        entry = verdicts.get(message.round)
        passed = entry is not None and entry.round == record.passed_round
        match message.role:
            case "user" if message.round == 0:
                yield Turn("user", f"{message.content}\n\n{phrasing('request', record.id)}")
            case "user" if follower == "assistant":
                yield Turn("user", f"{message.content}\n\n{phrasing('again', record.id, message.round)}")
            case "user":  # the arbiter, who asks for nothing
                yield Turn("user", message.content)
            case "assistant":
                yield Turn(
                    "assistant",
                    _with_tokens(_as_run(record, message), record, message, settings),
                    train=passed or settings.train_failed,
                    passed=passed,
                    thoughts=marked(message.reasoning, settings.reasoning),
                )
            case "interpreter":
                yield _output(record, message, settings)
                if passed and settings.closing and entry is not None:
                    yield Turn("assistant", _closing(record, entry.assertions), train=True)


def _output(record: DialogueRecord, message: MessageRecord, settings: ExportSettings) -> Turn:
    words = phrasing("output", record.id, message.round)
    return Turn(settings.interpreter_role, f"{words}\n{fenced(message.content, 'text')}", output=True)


def _closing(record: DialogueRecord, assertions: int) -> str:
    count = f"{assertions} {'assertion' if assertions == 1 else 'assertions'}"
    return phrasing("closing", record.id).format(count=count)


def _with_tokens(text: str, record: DialogueRecord, message: MessageRecord, settings: ExportSettings) -> str:
    """A reply that announces its run, with special tokens around each block that is to be run."""
    speaking = LANGUAGES[record.language]
    blocks = fenced_blocks(text)
    code = counted(code_blocks(blocks, speaking), speaking)
    parts, end, announced = [], 0, False
    for block in blocks:
        pieces = list(without_installs(block, speaking))
        install = is_install(pieces[0], speaking) and not any(piece.body for piece in pieces[1:])
        if not install and block not in code:
            continue
        start, stop = (
            (settings.bash_start, settings.bash_stop) if install else (settings.code_start, settings.code_stop)
        )
        announcement = "" if announced else phrasing("announce", record.id, message.round) + "\n\n"
        parts += [text[end : block.start], f"{announcement}{start}\n{block.rendered}\n{stop}"]
        end, announced = block.end, True
    return "".join([*parts, text[end:]]).strip()


def merged(turns: Iterator[Turn]) -> Iterator[Turn]:
    """Neighbouring turns of one role become one turn, as most chat templates demand."""
    held: Turn | None = None
    for turn in turns:
        if held is None:
            held = turn
        elif held.role == turn.role:
            held = Turn(
                turn.role,
                f"{held.content}\n\n{turn.content}",
                train=held.train and turn.train,
                output=held.output or turn.output,
                passed=held.passed if turn.passed is None else turn.passed,
                thoughts=held.thoughts,
            )
        else:
            yield held
            held = turn
    if held is not None:
        yield held
