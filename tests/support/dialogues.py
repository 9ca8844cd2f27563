"""Databases with dialogues in them, written through the store as a run writes them."""

import asyncio
import random
from dataclasses import dataclass, field, replace

from store.sample_records import REQUEST, ROUND, RUN, SEED

from aiev.store.records import ConversationRecord, MessageRecord
from aiev.store.writing.labels import save_label
from aiev.store.writing.store import Store

WORDS = [first + last for first in ("ba", "ke", "lo", "mi", "ru", "sa") for last in ("dor", "nel", "pim", "tus")]


def words(number, count=30):
    """Words that belong to a number: no two numbers share a run of three."""
    drawn = random.Random(number)
    return " ".join(drawn.choice(WORDS) + str(drawn.randrange(1000)) for _ in range(count))


@dataclass(frozen=True)
class Talk:
    """A dialogue to be written. `verdicts` of its rounds, one after the other."""

    number: int
    verdicts: tuple[str, ...] = ("ok",)
    language: str = "python"
    licence: str | None = "MIT"
    run: str = "r1"
    problem: str = ""
    seed: str = ""
    label: str = ""
    output: str = ""
    assertions: int = 2
    prose: str = ""
    thoughts: str = ""
    inline: bool = False
    """Thoughts stand in the reply, as files from before they were kept apart have them."""
    install: str = ""
    code: str = ""
    ended: str = ""
    extra: dict = field(default_factory=dict)

    @property
    def id(self):
        return f"c{self.number:03d}"

    @property
    def seed_id(self):
        return f"s-{self.seed or self.number}"

    @property
    def status(self):
        return self.ended or ("accepted" if self.verdicts[-1] == "ok" else "discarded")

    def program(self, number):
        return self.code or f"def f{self.number}(x):\n    return '{words(self.number * 100 + number)}'"

    def answer(self, number):
        install = f"```bash\n{self.install}\n```\n\n" if self.install else ""
        code = f"```{self.language}\n{self.program(number)}\n```\n\nUnit tests:\n```{self.language}\nassert f\n```"
        thoughts = f"<think>\n{self.thoughts}\n</think>\n\n" if self.inline else ""
        return f"{thoughts}{self.prose or 'Solution'} {number}.\n\n{install}{code}"

    def messages(self):
        texts = [("user", self.problem or f"Problem {self.number}: {words(self.number)}", 0, False)]
        for number, verdict in enumerate(self.verdicts, 1):
            passed = verdict == "ok"
            texts.append(("assistant", self.answer(number), number, passed))
            texts.append(("interpreter", self.output or f"OUTPUT-{self.number}-{number} {verdict}", number, False))
            if number < len(self.verdicts):
                texts.append(("user", f"It fails in round {number}.", number, False))
        return [
            MessageRecord(
                position,
                role,
                text,
                train=train,
                round=number,
                request_hash="" if role == "interpreter" else f"q{position}",
                reasoning=self.thoughts if role == "assistant" and not self.inline else "",
            )
            for position, (role, text, number, train) in enumerate(texts)
        ]


EVERY_KIND = (
    *(Talk(number) for number in range(8)),
    *(Talk(number, ("error", "ok")) for number in range(8, 14)),
    *(Talk(number, ("error", "timeout", "ok")) for number in range(14, 18)),
    *(Talk(number, ("error", "error")) for number in range(18, 20)),
    *(Talk(number, language="go", licence=None) for number in range(20, 30)),
)
"""Accepted in one, two and three rounds, discarded, in two languages, and without a licence."""


def write(path, talks, runs=(RUN,)):
    """Write dialogues in the order given."""

    async def fill(store):
        for run in runs:
            await store.add_run(run)
        for talk in talks:
            await _write_one(store, talk)
        await store.add_request(REQUEST)

    with Store.open(path) as store:
        asyncio.run(fill(store))
    for talk in talks:
        if talk.label:
            save_label(path, talk.id, talk.label, "")
    return path


async def _write_one(store, talk):
    content = f"def seed_{talk.seed or talk.number}(): pass"
    seed = replace(SEED, id=talk.seed_id, language=talk.language, licence=talk.licence, content=content)
    await store.add_seeds([seed])
    messages = talk.messages()
    begun = ConversationRecord(talk.id, talk.run, seed.id, "running", started_at="2026-01-01")
    await store.start_conversation(begun)
    for message in messages:
        await store.add_message(talk.id, replace(message, train=False))
    for number, verdict in enumerate(talk.verdicts, 1):
        assertions = talk.assertions if verdict == "ok" else 0
        stderr = "" if verdict == "ok" else "Traceback (most recent call last):\nValueError: wrong"
        entry = replace(
            ROUND, round=number, job_hash=f"{talk.id}-{number}", verdict=verdict, assertions=assertions, stderr=stderr
        )
        await store.add_execution(talk.id, entry)
    ended = replace(
        begun,
        status=talk.status,
        rounds=len(talk.verdicts),
        problem=messages[0].content,
        program=talk.program(len(talk.verdicts)),
        tests="assert f",
        **({"prompt_tokens": 10, "completion_tokens": 20, "seconds": 1.5} | talk.extra),
    )
    await store.finish_conversation(ended, [message.position for message in messages if message.train])
