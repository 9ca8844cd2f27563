"""Which conversations to list: the filters, and the query they become.

Invariant: what a person typed is only ever bound as a value, and a search text is quoted word by word, so that no
character of it has a meaning of its own.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

_LIST = """
select c.id, c.status, c.reason, c.rounds, coalesce(s.name, s.source) as seed, r.model, c.completion_tokens, c.seconds,
  coalesce((select group_concat(verdict, ' ') from
    (select verdict from executions e where e.conversation_id = c.id order by round)), '') as verdicts,
  coalesce((select group_concat(error_class, ', ') from (select error_class from executions e
    where e.conversation_id = c.id and error_class != '' order by round)), '') as error_classes,
  c.language, r.recipe as stage, coalesce(p.split, '') as split, coalesce((select label from labels l
    where l.conversation_id = c.id order by l.id desc limit 1), '') as label,
  substr(c.problem, 1, 200) as problem, c.started_at, coalesce(v.status, 'none') as evidence,
  coalesce(v.sentence, '') as sentence
from conversations c join seeds s on s.id = c.seed_id join runs r on r.id = c.run_id
  left join splits p on p.seed_id = c.seed_id left join {evidence} v on v.conversation_id = c.id
where {where} order by c.started_at desc, c.id limit ? offset ?
"""

_CONDITIONS = {
    "status": "c.status = ?",
    "evidence": "coalesce(v.status, 'none') = ?",
    "verdict": "exists (select 1 from executions e where e.conversation_id = c.id and e.verdict = ?)",
    "run": "substr(c.run_id, 1, length(?)) = ?",
    "min_rounds": "c.rounds >= ?",
    "max_rounds": "c.rounds <= ?",
    "language": "c.language = ?",
    "model": "r.model = ?",
    "stage": "r.recipe = ?",
    "split": "p.split = ?",
    "error_class": "exists (select 1 from executions e where e.conversation_id = c.id and e.error_class = ?)",
    "package": "c.id in (select conversation_id from packages where package = ?)",
    "label": "(select label from labels l where l.conversation_id = c.id order by l.id desc limit 1) = ?",
    "text": """c.id in (select conversation_id from messages where id in
      (select rowid from messages_fts where messages_fts match ?))""",
}


@dataclass(frozen=True, slots=True)
class Filters:
    """Which conversations to list. Empty values do not filter."""

    status: str = ""
    verdict: str = ""
    run: str = ""
    """Beginning of a run's id."""
    min_rounds: int = 0
    text: str = ""
    """Words that a message must hold, all of them."""
    limit: int = 50
    offset: int = 0
    """Conversations to leave out before the first that is listed."""
    max_rounds: int = 0
    language: str = ""
    """Programming language of the programs."""
    model: str = ""
    stage: str = ""
    """Recipe of the run, such as `teach`."""
    split: str = ""
    error_class: str = ""
    """Class of the error of any round, such as `KeyError`."""
    package: str = ""
    """Normalized name of a package that a round asked for."""
    label: str = ""
    """What a person thought of it last."""
    evidence: str = ""
    """Status of its evidence; `none` for those without."""


@dataclass(frozen=True, slots=True)
class ListedConversation:
    """A line of the list."""

    id: str
    status: str
    reason: str
    rounds: int
    verdicts: str
    """One after another, by round."""
    seed: str
    model: str
    completion_tokens: int
    seconds: float
    error_classes: str
    """Of the rounds that did not pass, one after another, with commas between."""
    language: str
    stage: str
    split: str
    """Empty for a seed that no split was made for."""
    label: str
    """Empty where nobody labelled it."""
    problem: str
    """Its first 200 characters."""
    started_at: str
    evidence: str
    """Status of its evidence; `none` without any."""
    sentence: str
    """The evidence in one line."""


def rows_query(count: int, evidence: str) -> str:
    """The query for the `ListedConversation` rows of so many conversations, by their row numbers.

    Args:
        count: of conversations.
        evidence: of `evidence_source`.
    """
    query = _LIST.replace("{evidence}", evidence).replace("limit ? offset ?", "")
    return query.replace("{where}", f"c.rowid in ({', '.join('?' * count)})")


def list_query(filters: Filters, evidence: str) -> tuple[str, list[Any]]:
    """The query for `ListedConversation` rows, the newest first, and its values.

    Args:
        filters: which.
        evidence: of `evidence_source`.
    """
    wanted = asdict(filters) | {"text": search_words(filters.text)}
    used = [name for name in _CONDITIONS if wanted[name]]
    values = [wanted[name] for name in used for _ in range(_CONDITIONS[name].count("?"))]
    where = " and ".join(["1 = 1", *(_CONDITIONS[name] for name in used)])
    return _LIST.replace("{evidence}", evidence).replace("{where}", where), [*values, filters.limit, filters.offset]


def search_words(text: str) -> str:
    """A search text as an FTS5 query: each word quoted."""
    return " ".join('"' + word.replace('"', '""') + '"' for word in text.replace("\0", " ").split())
