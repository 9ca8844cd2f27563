"""Execution-verified fine-tuning data for code models (AIEV-Instruct, arXiv 2405.14906)."""

__version__ = "0.2.0"
