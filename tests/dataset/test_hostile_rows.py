"""Hostile texts in rows of every format and kind of file: they arrive as they are, and break nothing around them."""

import json
import random
from dataclasses import replace

import pytest
from store.sample_records import RUN
from support.dialogues import Talk, write
from support.exports import ALL

TEXTS = {
    "markup": "</td><script>alert(1)</script><!-- ]]> {{ 7 * 7 }} {% raw %} [x](javascript:alert(1))",
    "a NUL": "before\0after",
    "lone surrogates": "high \ud83d low \ude00 end",
    "the end of a header": "x\n---\nlicense: mit\nconfigs: !!python/object/apply:os.system [id]\n---\n",
    "formulas": '=HYPERLINK("http://x","y")\n+1+1\n-2+3\n@SUM(A1)\n\t=cmd|\' /C calc\'!A0',
    "ends of lines": "a\x0bb\x0cc\x1cd\x85e\u2028f\u2029g\rh\r\ni",
    "control and bidi": "\x1b[2J\x1b]0;owned\x07 \u202egnp.exe\u202c \u2066x\u2069 \ufeff \x7f",
    "unseen tags": "go\U000e0041\U000e0042\u200b on",
}
KINDS = ("jsonl", "parquet", "hf")


def held(text):
    """A text as the store holds it."""
    return text.encode(errors="replace").decode()


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """A repaired dialogue and one that failed for each text, which stands wherever words of others do."""
    talks, runs = [], []
    for number, text in enumerate(TEXTS.values()):
        run = replace(RUN, id=f"r{number}", model=text, version=text, recipe="teach")
        runs.append(run)
        more = {"problem": f"{number} {text}", "prose": text, "output": text, "licence": text, "run": run.id}
        code = f"def f{number}():\n    return {held(text)!r}"
        seed = random.Random(number).randrange(10**9)
        talks.append(Talk(2 * number, ("error", "ok"), code=code, seed=str(seed), **more))
        talks.append(Talk(2 * number + 1, ("error", "error"), code=code, seed=f"{seed}x", **more))
    return write(tmp_path_factory.mktemp("hostile") / "h.db", talks, runs)


def read(folder, shape, kind):
    name = folder / shape / f"train.{kind}"
    if kind == "jsonl":
        raw = name.read_bytes()
        lines = raw.decode().splitlines()
        assert len(lines) == raw.count(b"\n")
        return [json.loads(line) for line in lines]
    if kind == "parquet":
        return pytest.importorskip("pyarrow.parquet").read_table(name).to_pylist()
    return pytest.importorskip("datasets").load_from_disk(name).to_list()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("shape", ALL)
def test_every_text_arrives_as_it_is(tmp_path, exported, hostile, shape, kind):
    if kind != "jsonl":
        pytest.importorskip("datasets", reason="needs the extra export")
    open_doors = ["failures=true", "near_duplicates=true", "secrets=false", "split.test_share=0"]
    if shape == "self-oss-instruct":  # takes pairs alone
        open_doors.append("plain_share=1")
    result = exported(f"{shape}:{kind}", settings=open_doors, path=hostile)
    rows = read(tmp_path / "out", shape, kind)
    assert len(rows) == result.rows[f"{shape}/train.{kind}"] > 0
    everything = json.dumps(rows, ensure_ascii=False)
    for text in TEXTS.values():
        shown = json.dumps(held(text), ensure_ascii=False)[1:-1]
        assert shown in everything, (shape, kind, text)


def test_the_card_and_the_manifest_are_read_as_if_the_words_were_harmless(tmp_path, exported, hostile):
    yaml = pytest.importorskip("yaml")
    exported(settings=["split.test_share=0", "failures=true"], path=hostile)
    raw = (tmp_path / "out/README.md").read_bytes()
    text = raw.decode()
    header = yaml.safe_load(text.split("---\n", 2)[1])
    assert header["license"] == ["other"]
    assert text.count("\n---\n") == 1
    assert "<script>" not in text
    assert not set(text) & set("\0\x1b\x07\x7f\x85\u2028\u2029\u202e\u2066\ufeff\U000e0041")
    assert json.loads((tmp_path / "out/manifest.json").read_bytes())["runs"]
