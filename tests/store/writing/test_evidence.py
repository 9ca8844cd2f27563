import asyncio
import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest
from store.sample_records import EVIDENCE

from aiev.errors import StoreError
from aiev.store.reading.evidence import EvidenceReader
from aiev.store.writing.store import Store


def _write(path, *records):
    with Store.open(path) as store:
        for record in records:
            asyncio.run(store.write_evidence(record))


def test_evidence_is_read_back_as_it_was_written(filled):
    _write(filled, EVIDENCE)
    with EvidenceReader.open(filled) as reader:
        assert reader.evidence("c1") == EVIDENCE


def test_deeper_evidence_takes_the_place_of_what_was_known(filled):
    deeper = replace(EVIDENCE, status="contradicted", tests=EVIDENCE.tests[:1], detail={})
    _write(filled, EVIDENCE, deeper)
    with EvidenceReader.open(filled) as reader:
        assert reader.evidence("c1") == deeper


def test_a_conversation_without_evidence_has_none(filled):
    with EvidenceReader.open(filled) as reader:
        assert reader.evidence("c1") is None
        assert not reader.gathered()


def test_a_file_of_an_earlier_aiev_has_no_evidence(filled):
    with closing(sqlite3.connect(filled)) as db:
        db.execute("drop table evidence")
        db.commit()
    with EvidenceReader.open(filled) as reader:
        assert reader.evidence("c1") is None


def test_an_unknown_status_is_refused(filled):
    with Store.open(filled) as store, pytest.raises(StoreError):
        asyncio.run(store.write_evidence(replace(EVIDENCE, status="sure")))
