"""Similarity: which texts are near-duplicates of each other, and which resemble a benchmark's items.

Works on plain texts with the name of their language, so that seeds and dialogues are judged by the same code. Knows
nothing of either, nor of the store.
"""
