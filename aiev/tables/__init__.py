"""Rows of table files: JSON lines, JSON, CSV, TSV and Parquet, also compressed by gzip."""
