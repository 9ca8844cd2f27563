import subprocess
import sys

from aiev.store.schema.column_meanings import COLUMNS, TABLES, VIEW_OF, meaning
from aiev.store.schema.doc import render_schema, schema


def test_every_column_has_a_meaning():
    missing = []
    for table, columns in schema().items():
        assert TABLES[table]
        for column, _ in columns:
            try:
                assert meaning(table, column).endswith(".")
            except KeyError:
                missing.append((table, column))
    assert missing == []


def test_no_meaning_is_left_over():
    found = {table: {name for name, _ in columns} for table, columns in schema().items()}
    assert TABLES.keys() == COLUMNS.keys() == found.keys()
    assert VIEW_OF.keys() < found.keys()
    assert all(COLUMNS[table].keys() <= columns for table, columns in found.items())


def test_the_document_names_types_and_says_what_may_be_missing():
    text = render_schema()
    assert "| `exit_code` | integer or null | Of the program's process" in text
    assert "| `id` | text | Derived from recipe" in text
    assert text.count("### `") == len(TABLES)
    assert "_sqlite_migrations" not in text


def test_the_command_line_does_not_pay_for_sqlite_utils():
    modules = "aiev.store.writing.store, aiev.store.reading.conversations"
    code = f"import sys, {modules}; sys.exit('sqlite_utils' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
