"""Similarity: which texts are near-duplicates of each other, and which resemble the problems of benchmarks.

Works on plain texts with the name of their language, so that seeds and dialogues are judged by the same code. What both
packages share is here: texts become tokens (`lexing`), and tokens become shingles.
"""
