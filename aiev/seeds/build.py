"""Builds a set of seeds: sources through filters into a file or a database, with a report of what became of it all.

The teaching stage takes its seeds through the same steps (`plan_of`, `late_filters`). Invariant: without a limit,
memory does not depend on the size of the sources; a model is asked through the journal, so a judgement that was paid
for is never paid for again.
"""

from __future__ import annotations

import json
import time
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aiev.errors import SeedError, UsageError
from aiev.seeds.asking import Asking
from aiev.seeds.distinct import DecontaminationFilter, NearDuplicateFilter
from aiev.seeds.evolve import Evolution
from aiev.seeds.filters import EARLY, early_filters, split_names
from aiev.seeds.filters.docstring_judge import DocstringJudge
from aiev.seeds.funnel import Funnel
from aiev.seeds.load import sample, shipped_seeds
from aiev.seeds.pipeline import ExceptKnown, OnlyOnce, seed_ids, select
from aiev.seeds.settings import FilterSettings, Plan, SourceSettings
from aiev.seeds.sources.columns import parse_columns
from aiev.seeds.type_check import TypeCheck
from aiev.seeds.writing import DATABASES, check_ending, open_writer
from aiev.similarity.decontamination.decontaminator import Decontaminator
from aiev.similarity.near_duplicates.index import NearDuplicates
from aiev.store.reading.texts import TextReader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from aiev.config.layers import Config
    from aiev.config.settings import Settings
    from aiev.seeds.verdicts import Filter
    from aiev.store.records import SeedRecord
    from aiev_agents.clients.chat_model import ChatModel

_BATCH = 1000
_KIB = 1024
JOURNAL = Path("aiev.db")


def plan_of(settings: Settings, *, judge_rows: bool) -> Plan:
    """What the configuration says of seeds, as the workers take it.

    Raises:
        ConfigError: a filter or a column that there is not.
    """
    seeds, filters = settings.seeds, settings.filters
    names = tuple(name for name in seeds.filters if name != "self_contained" or seeds.self_contained)
    split_names(names)
    return Plan(
        source=SourceSettings(
            kind=seeds.kind,
            seed=settings.run.seed,
            languages=seeds.languages,
            columns=parse_columns(seeds.columns),
            rows=seeds.rows,
            subset=seeds.subset,
            split=seeds.split,
            max_file_bytes=seeds.max_file_kib * _KIB,
            max_row_bytes=seeds.max_row_kib * _KIB,
        ),
        limits=FilterSettings(
            min_lines=filters.min_lines,
            max_lines=filters.max_lines,
            max_chars=filters.max_chars,
            unfinished_words=filters.unfinished_words,
            bad_imports=filters.bad_imports,
            licences=filters.licences,
            unknown_licence=filters.unknown_licence,
        ),
        filters=names,
        judge_rows=judge_rows,
        workers=seeds.workers,
    )


def late_filters(plan: Plan, settings: Settings, asking: Asking, db: Path) -> list[Filter]:
    """The filters from the first one on that workers cannot apply, in order.

    Args:
        plan: names them.
        settings: their bounds.
        asking: asks the model, where one is asked.
        db: what its seeds are repeats is dropped; it need not be there.

    Raises:
        UsageError: a benchmark cannot be read.
        SetupError: something that one of them needs is not installed.
        StoreError: the database cannot be read.
    """
    makers: dict[str, Callable[[], Filter]] = {
        "exact_duplicates": OnlyOnce,
        "type_check": lambda: TypeCheck(settings.filters.type_checker, settings.filters.type_check_seconds),
        "near_duplicates": lambda: _near_duplicates(settings, db),
        "decontamination": lambda: DecontaminationFilter(Decontaminator.from_settings(settings.decontamination)),
        "docstring_judge": lambda: DocstringJudge(asking, tokens=settings.filters.judge_tokens, seed=settings.run.seed),
    }
    _, names = split_names(plan.filters)
    built = list["Filter"]()
    for name in names:
        if name in EARLY:
            built += early_filters([name], plan.limits)
        else:
            built.append(makers[name]())
    return built


def _near_duplicates(settings: Settings, db: Path) -> Filter:
    """Compares with what came before, and with the seeds of a database; these themselves pass, so a run can go on."""
    index = NearDuplicates(settings.near_duplicates.threshold)
    if not db.is_file():
        return NearDuplicateFilter(index)
    with TextReader.open(db) as reader:
        index.remember((f"seed {name} of {db.name}", text, language) for name, text, language in reader.texts("seeds"))
    return ExceptKnown(NearDuplicateFilter(index), seed_ids(db))


def build_seeds(
    config: Config,
    sources: Sequence[str],
    out: Path,
    *,
    report: Path | None = None,
    db: Path = JOURNAL,
    model: ChatModel | None = None,
) -> dict[str, Any]:
    """Build and write; returns the report.

    Args:
        config: all of it; `run.limit` and `run.seed` draw the sample.
        sources: what the user named; none takes the snippets that ship with aiev.
        out: where the seeds go; its ending says how.
        report: where the report goes as JSON, besides being returned.
        db: the journal of what a model is asked, by the judge and the evolver; nothing else is written there.
        model: answers in the place of the configured one.

    Raises:
        AievError: a source or a part is missing, or nothing is left.
    """
    started = time.monotonic()
    settings = config.settings
    check_ending(out)
    plan = plan_of(settings, judge_rows=True)
    funnel = Funnel(order=plan.filters)
    named = list(sources) or [str(shipped_seeds())]
    with Asking(settings, db, model) as asking:
        late = late_filters(plan, settings, asking, out if out.suffix in DATABASES else Path())
        found = select(named, plan, late, funnel)
        seeds = iter(sample(found, settings.run.limit, settings.run.seed)) if settings.run.limit else found
        evolution = Evolution(asking, settings.evolve, seed=settings.run.seed, filters=late)
        written = _write(out, evolution.apply(seeds) if settings.evolve.rounds else seeds)
    if not written:
        raise SeedError(f"no seeds in {', '.join(named)}: {funnel.summary()}")
    made = funnel.as_dict() | {
        "sources": named,
        "out": str(out),
        "written": written,
        "seconds": round(time.monotonic() - started, 2),
    }
    made |= {"evolution": evolution.report()} if settings.evolve.rounds else {}
    if report:
        _write_report(report, made)
    return made


def _write(out: Path, seeds: Iterator[SeedRecord]) -> int:
    """Write seeds as they come; how many. Without any, no file is left."""
    first = list(islice(seeds, _BATCH))
    if not first:
        return 0
    written = 0
    with open_writer(out) as writer:
        for batch in chain([first], iter(lambda: list(islice(seeds, _BATCH)), [])):
            writer.add(batch)
            written += len(batch)
    return written


def _write_report(path: Path, report: dict[str, Any]) -> None:
    try:
        path.write_text(json.dumps(report, indent=2, ensure_ascii=True) + "\n", encoding="utf-8")
    except OSError as error:
        raise UsageError(f"--report {path}: cannot write there: {error.strerror}") from None
