"""Names of the languages that agents speak, as a type for settings and files."""

from __future__ import annotations

from typing import Literal

LanguageName = Literal["python", "javascript", "typescript", "java", "cpp", "rust", "go", "bash"]
