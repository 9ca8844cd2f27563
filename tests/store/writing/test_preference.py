import asyncio
import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest

from aiev.errors import StoreError
from aiev.store.preference_records import (
    CellRecord,
    GenerationRecord,
    MatrixRecord,
    PairRecord,
    ScoreRecord,
    UnitRecord,
)
from aiev.store.reading.preference import PreferenceReader, ScoredPair
from aiev.store.writing.store import Store

MATRIX = MatrixRecord(
    "c1",
    (
        GenerationRecord("program", 0, "m", {"temperature": 1.5}, "h1", "right"),
        GenerationRecord("program", 1, "m", {"temperature": 1.5}, "h2", "wrong"),
        GenerationRecord("tests", 0, "m", {"temperature": 1.5}, "h3", "assert f(1)\nassert True"),
    ),
    (UnitRecord(0, 0, "assert f(1)", weight=1.0, mutation_score=0.5), UnitRecord(1, 0, "assert True", "constant")),
    (
        CellRecord(0, 0, "passed", 0.1),
        CellRecord(0, 1, "passed"),
        CellRecord(1, 0, "failed", 0.2),
        CellRecord(1, 1, "infra"),
    ),
    (ScoreRecord("codedpo", {"damping": 0.85}, 0, 1.0), ScoreRecord("codedpo", {"damping": 0.85}, 1, 0.0)),
    (PairRecord(0, "correctness", 0, 1, 1.0, "passes 100% against 0% of the weight"),),
)


def _write(path, *records):
    with Store.open(path) as store:
        for record in records:
            asyncio.run(store.write_matrix(record))


def test_a_matrix_is_read_back_as_it_was_written(filled):
    _write(filled, MATRIX, MATRIX)
    with PreferenceReader.open(filled) as reader:
        assert reader.matrix("c1") == MATRIX
        pair = ScoredPair("correctness", 1.0, MATRIX.pairs[0].rule, "right", "wrong", "m", "m", 1.0, 0.0)
        assert reader.of_conversations(["c1", "c2"]) == {"c1": (pair,)}


def test_a_later_matrix_takes_the_place_of_what_was_known(filled):
    fewer = replace(MATRIX, generations=MATRIX.generations[:1], units=(), cells=(), scores=(), pairs=())
    _write(filled, MATRIX, fewer)
    with PreferenceReader.open(filled) as reader:
        assert reader.matrix("c1") == fewer


@pytest.mark.parametrize("pair", [replace(MATRIX.pairs[0], kind="beauty"), replace(MATRIX.pairs[0], rejected=0)])
def test_a_pair_that_cannot_be_is_refused_with_all_that_comes_with_it(filled, pair):
    with Store.open(filled) as store, pytest.raises(StoreError):
        asyncio.run(store.write_matrix(replace(MATRIX, pairs=(pair,))))
    with PreferenceReader.open(filled) as reader:
        assert reader.matrix("c1") is None


def test_a_file_of_an_earlier_aiev_has_no_matrix(filled):
    with closing(sqlite3.connect(filled)) as db:
        for table in ("generations", "pairs"):
            db.execute(f"drop table {table}")
        db.commit()
    with PreferenceReader.open(filled) as reader:
        assert reader.matrix("c1") is None
        assert reader.of_conversations(["c1"]) == {}
