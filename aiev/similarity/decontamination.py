"""Decontamination: whether a text resembles an item of a benchmark, and the evidence.

Five tests, on the item's prompt and on its solution where they apply: `substring` (all words of one of them, in a
row), `ngram` (ten words in a row that are more than boilerplate), `levenshtein` (similarity of the whole documentation
or the whole code above 0.90), `renamed` (most of the solution's code, whatever its names), `entry_point` (a function
of that name, described in mostly the same words).

Invariant: the candidates of each test are all pairs that could pass it; pruning costs no hit. Not covered: the same
problem in other words with another solution, and translations.

Source: substring and 10-grams as in StarCoder (arXiv 2305.06161) and DeepSeek-Coder (arXiv 2401.14196); 0.90 as in
AutoCoder (arXiv 2405.14906).
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from aiev.similarity.blocks import Blocks
from aiev.similarity.lexing import TEXT
from aiev.similarity.parts_of_code import Parts, parts_of
from aiev.similarity.pieces import (
    Piece,
    entry_point_of,
    forms_of_prompt,
    forms_of_solution,
    runs_of,
    sources_of,
    strings_of,
    telling_words,
)
from aiev.similarity.postings import Postings
from aiev.similarity.shingles import owners, shingle
from aiev.similarity.word_runs import WORDS, is_telling, telling, word_runs, words_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from aiev.similarity.benchmarks import BenchmarkItem
    from aiev.similarity.lexing import Positions

Test = Literal["substring", "ngram", "levenshtein", "renamed", "entry_point"]
SIMILARITY = 0.90
"""Levenshtein similarity from which a text counts as a copy."""
RENAMED_SHARE = 0.8
"""Share of a solution's shingles from which a text counts as holding its code."""
DESCRIBED_SHARE = 0.7
"""Share of a description's different words from which a function of the same name counts as the same problem."""
_SHINGLE = 5
_FEWEST_SHINGLES = 12
_EVIDENCE_CHARS = 160
_DEFINED = re.compile(r"\b(?:def|function|func|fn)\s+(\w+)|\b(\w++)\([^()\n]*\)\s?\{")
_DEFINED_BY_WORD = re.compile("|".join(rf"{word}(?<!\w{word})\s+(\w+)" for word in ("def", "function", "func", "fn")))
_OPENS_BODY = re.compile(r"\)\s?\{")
"""Where it is nowhere, functions are defined by a word alone, which is found in a fifth of the time."""
_MENTIONED = re.compile(r"\b(\w++)(?=\s?[(`])|\b([^\W_]++_\w+)")
"""What may be the name of the function in question, in code and in prose."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One resemblance, with its evidence."""

    benchmark: str
    item: str
    test: Test
    of: str
    """`prompt` or `solution`."""
    similarity: float
    """0 to 1: Levenshtein similarity, or the share of the piece that was found."""
    piece: str
    """What was found, normalised as it was compared, cut to 160 characters."""

    def __str__(self) -> str:
        return f"{self.benchmark} {self.item}: {self.test} of {self.of}, {self.similarity:.2f}: {self.piece}"


@dataclass(frozen=True, slots=True)
class Contaminated:
    """Why a text is dropped."""

    hits: tuple[Hit, ...]
    """The strongest first; at most one for each item and test."""
    reason: str = "contaminated"
    """The word that such texts are counted under."""

    def __str__(self) -> str:
        return str(self.hits[0])


class Decontaminator:
    """The index over some benchmarks. Built once; then only read, so that it can be shared."""

    def __init__(self, items: Sequence[BenchmarkItem], similarity: float = SIMILARITY) -> None:
        """Index items.

        Args:
            items: of any number of benchmarks.
            similarity: for `levenshtein`, above 0 and below 1; only what is above it is a hit.
        """
        self._similarity = similarity
        self._index_runs([piece for item in items for piece in runs_of(item)])
        self._index_strings([piece for item in items for piece in strings_of(item)])
        self._index_code(items)
        self._described: dict[str, list[tuple[BenchmarkItem, frozenset[str]]]] = {}
        for item in items:
            for text, language in sources_of(item):
                described = telling_words(parts_of(text, language).documentation)
                if described and (name := entry_point_of(item)):
                    self._described.setdefault(name, []).append((item, described))

    def _index_runs(self, pieces: list[Piece]) -> None:
        self._runs = pieces
        hashes, starts = word_runs([piece.text for piece in pieces])
        of_each = [hashes[first:last] for first, last in itertools.pairwise(starts)]
        self._all_runs = Postings(of_each)
        tells = [telling(piece.text.split(" ")) for piece in pieces]
        self._telling_runs = Postings([own[tell] for own, tell in zip(of_each, tells, strict=True)])

    def _index_strings(self, pieces: list[Piece]) -> None:
        self._prompts = [piece for piece in pieces if piece.kind == "prompt"]
        self._solutions = [piece for piece in pieces if piece.kind == "solution"]
        self._blocks_of_prompts = Blocks([piece.text for piece in self._prompts], self._similarity)
        self._blocks_of_solutions = Blocks([piece.text for piece in self._solutions], self._similarity)

    def _index_code(self, items: Sequence[BenchmarkItem]) -> None:
        found = [(item, text, language) for item in items for text, language in sources_of(item) if language != TEXT]
        shingles = [shingle([text], language, _SHINGLE).hashes for _, text, language in found]
        enough = [len(np.unique(own)) >= _FEWEST_SHINGLES for own in shingles]
        self._code = [item for (item, _, _), kept in zip(found, enough, strict=True) if kept]
        self._code_shingles = Postings([own for own, kept in zip(shingles, enough, strict=True) if kept])

    name = "decontamination"

    def judge_texts(self, texts: Sequence[str], languages: Sequence[str]) -> list[Contaminated | None]:
        """Judge a batch of texts, hundreds at once being quickest; None keeps.

        Args:
            texts: snippets, programs, problems.
            languages: of each; prose is `text`.
        """
        if not texts:
            return []
        parts = [parts_of(text, language) for text, language in zip(texts, languages, strict=True)]
        best: list[dict[tuple[str, str, str], Hit]] = [{} for _ in texts]
        for found in (self._by_runs(texts), self._by_strings(parts), self._by_code(texts, languages)):
            for row, hit in found:
                _note(best[row], hit)
        for row, text in enumerate(texts):
            for hit in self._by_entry_point(text, languages[row], parts[row]):
                _note(best[row], hit)
        return [Contaminated(tuple(sorted(hits.values(), key=_strength))) if hits else None for hits in best]

    def judge_pairs(self, batch: Sequence[tuple[str, str]]) -> list[Contaminated | None]:
        """`judge_texts` for texts that come with their languages."""
        return self.judge_texts([text for text, _ in batch], [language for _, language in batch])

    def _by_runs(self, texts: Sequence[str]) -> Iterator[tuple[int, Hit]]:
        hashes, starts = word_runs(texts)
        of = owners(starts)
        joined: dict[int, list[str]] = {}
        for row, number, _ in _whole(self._all_runs.shared(hashes, of), self._all_runs.sizes, 1.0):
            piece, words = self._runs[number], joined.setdefault(row, words_of(texts[row]))
            if f" {piece.text} " in f" {' '.join(words)} ":
                yield row, _hit(piece, "substring", 1.0, piece.text)
        for row, number, shared in _triples(self._telling_runs.shared(hashes, of)):
            piece, words = self._runs[number], joined.setdefault(row, words_of(texts[row]))
            yield row, _hit(piece, "ngram", shared / self._all_runs.sizes[number], _common_run(words, piece.text))

    def _by_strings(self, parts: Sequence[Parts]) -> Iterator[tuple[int, Hit]]:
        from rapidfuzz.distance import Levenshtein
        from rapidfuzz.process import cpdist

        pairs = [*self._pairs_of_prompts(parts), *self._pairs_of_solutions(parts)]
        if not pairs:
            return
        similarities = cpdist(
            [text for _, text, _ in pairs],
            [piece.text for _, _, piece in pairs],
            scorer=Levenshtein.normalized_similarity,
            score_cutoff=self._similarity,
        )
        for (row, _, piece), similarity in zip(pairs, similarities.tolist(), strict=True):
            if similarity > self._similarity:
                yield row, _hit(piece, "levenshtein", similarity, piece.text)

    def _pairs_of_prompts(self, parts: Sequence[Parts]) -> Iterator[tuple[int, str, Piece]]:
        forms = [(row, text) for row, own in enumerate(parts) for text in forms_of_prompt(own)]
        for form, number in self._blocks_of_prompts.candidates([text for _, text in forms]):
            yield *forms[form], self._prompts[number]

    def _pairs_of_solutions(self, parts: Sequence[Parts]) -> Iterator[tuple[int, str, Piece]]:
        """The body is the end of the code, so that its blocks are looked for with the code's."""
        codes, bodies = [own.code for own in parts], [len(own.body) for own in parts]
        for row, number in self._blocks_of_solutions.candidates(codes, bodies):
            for text in forms_of_solution(parts[row]):
                yield row, text, self._solutions[number]

    def _by_code(self, texts: Sequence[str], languages: Sequence[str]) -> Iterator[tuple[int, Hit]]:
        for language in {*languages} - {TEXT}:
            rows = [row for row, own in enumerate(languages) if own == language]
            found = shingle([texts[row] for row in rows], language, _SHINGLE)
            shared = self._code_shingles.shared(found.hashes, owners(found.starts))
            for place, number, count in _whole(shared, self._code_shingles.sizes, RENAMED_SHARE):
                item, text = self._code[number], texts[rows[place]]
                share = count / self._code_shingles.sizes[number]
                yield rows[place], _hit(Piece(item, "solution", ""), "renamed", share, " ".join(text.split()))

    def _by_entry_point(self, text: str, language: str, parts: Parts) -> Iterator[Hit]:
        names = self._described.keys() & {name.replace("_", "") for name in _names(text.lower(), language)}
        if not names:
            return
        words = {*parts.documentation.split(" ")}
        for name in sorted(names):
            for item, described in self._described[name]:
                share = len(described & words) / len(described)
                if share >= DESCRIBED_SHARE:
                    yield _hit(Piece(item, "prompt", ""), "entry_point", share, f"{name}: {parts.documentation}")


def _names(lowered: str, language: str) -> Iterator[str]:
    """What may be the names of functions in question."""
    if language == TEXT or "```" in lowered:
        return (one or other for one, other in _MENTIONED.findall(lowered))
    if _OPENS_BODY.search(lowered):
        return (one or other for one, other in _DEFINED.findall(lowered))
    return (found[found.lastindex or 0] for found in _DEFINED_BY_WORD.finditer(lowered))


def _whole(
    arrays: tuple[Positions, Positions, Positions], sizes: Positions, share: float
) -> Iterator[tuple[int, int, int]]:
    """Texts and pieces of which a text has at least that share."""
    enough = arrays[2] >= share * sizes[arrays[1]]
    return _triples((arrays[0][enough], arrays[1][enough], arrays[2][enough]))


def _triples(arrays: tuple[Positions, Positions, Positions]) -> Iterator[tuple[int, int, int]]:
    return zip(*(array.tolist() for array in arrays), strict=True)


def _hit(piece: Piece, test: Test, similarity: float, found: str) -> Hit:
    cut = found if len(found) <= _EVIDENCE_CHARS else f"{found[: _EVIDENCE_CHARS - 3]}..."
    return Hit(piece.item.benchmark, piece.item.id, test, piece.kind, round(float(similarity), 4), cut)


def _note(best: dict[tuple[str, str, str], Hit], hit: Hit) -> None:
    key = (hit.benchmark, hit.item, hit.test)
    if key not in best or hit.similarity > best[key].similarity:
        best[key] = hit


_ORDER: tuple[Test, ...] = ("substring", "levenshtein", "renamed", "ngram", "entry_point")


def _strength(hit: Hit) -> tuple[int, float, str, str]:
    return _ORDER.index(hit.test), -hit.similarity, hit.benchmark, hit.item


def _common_run(words: Sequence[str], piece: str) -> str:
    """The first telling run of ten words that a text shares with a piece."""
    padded = f" {piece} "
    for first in range(len(words) - WORDS + 1):
        run = words[first : first + WORDS]
        if f" {' '.join(run)} " in padded and is_telling(run):
            return " ".join(run)
    return ""
