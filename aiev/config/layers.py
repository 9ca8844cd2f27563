"""The layers of a configuration: merged, checked, and the origin of each value remembered.

Layers, each over the one before: the defaults of the settings, the files given, then `section.key=value` assignments.
Invariant: a section or key that the settings do not have is an error that names the nearest one that they have.
"""

from __future__ import annotations

import difflib
import tomllib
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from aiev.config import identity
from aiev.config.settings import Settings
from aiev.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable

Table = dict[str, Any]


@dataclass(frozen=True)
class Config:
    """Settings with the origin of each value."""

    settings: Settings
    origins: dict[str, str]
    """`section.key` to `default`, a file's path, or `--set`."""

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over everything that shapes a dialogue; a run resumes only under the same fingerprint."""
        return identity.fingerprint(self.settings)

    def public(self) -> Table:
        """All values as JSON-ready data, fit to be stored and shown: no address keeps its credentials."""
        return identity.public(self.settings)


@dataclass(frozen=True)
class Layer:
    """Values of one origin."""

    origin: str
    """A file's path, or `--set`."""
    table: Table


def configs_dir() -> Path:
    """Folder of the shipped configurations: in the wheel inside the package, in a checkout beside it."""
    inside = Path(__file__).parents[1] / "configs"
    return inside if inside.is_dir() else Path(__file__).parents[2] / "configs"


def load_config(files: Iterable[Path] = (), assignments: Iterable[str] = ()) -> Config:
    """Merge the layers and check the result.

    Args:
        files: TOML files, later ones over earlier ones. A bare name such as `openai` stands for a shipped one.
        assignments: `section.key=value`; the value is read as TOML, and as a plain string when it is none.

    Raises:
        ConfigError: a file cannot be read, a key is unknown, or a value does not fit.
    """
    settings = Settings()
    origins = {f"{name}.{key}": "default" for name, section in settings for key in type(section).model_fields}
    return _merged(Config(settings, origins), chain(map(_file, files), map(_assignment, assignments)))


def layered(config: Config, file: Path) -> Config:
    """A configuration with one more file over it.

    Raises:
        ConfigError: see `load_config`.
    """
    return _merged(config, [_file(file)])


def _file(file: Path) -> Layer:
    """A file as given, or the shipped one of that bare name."""
    shipped = configs_dir() / f"{file.name.removesuffix('.toml')}.toml"
    path = shipped if not file.exists() and file.parent == Path() and shipped.exists() else file
    try:
        return Layer(str(path), tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        names = ", ".join(sorted(file.stem for file in configs_dir().glob("*.toml")))
        raise ConfigError(
            f"cannot read configuration {path}: {error.strerror}; give an existing file or one of {names}"
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is not valid TOML: {error}") from None


def _assignment(text: str) -> Layer:
    """Parse `section.key=value`."""
    name, equals, value = text.partition("=")
    section, dot, key = name.strip().partition(".")
    if not (equals and dot and section and key):
        raise ConfigError(f"--set {text!r}: write it as section.key=value, for example run.workers=8")
    try:
        parsed = tomllib.loads(f"value = {value.strip()}")["value"]
    except tomllib.TOMLDecodeError:
        parsed = value.strip()
    return Layer("--set", {section: {key: parsed}})


def _merged(config: Config, layers: Iterable[Layer]) -> Config:
    """The configuration with the layers over it, checked."""
    table, origins = config.settings.model_dump(mode="json"), dict(config.origins)
    for layer in layers:
        for section, values in layer.table.items():
            if section not in table or not isinstance(values, dict):
                raise ConfigError(f"{layer.origin}: unknown section [{section}]{_nearest(section, table)}")
            for key, value in values.items():
                if key not in table[section]:
                    raise ConfigError(f"{layer.origin}: unknown key {section}.{key}{_nearest_key(section, key, table)}")
                table[section][key] = value
                origins[f"{section}.{key}"] = layer.origin
    return Config(_checked(table, origins), origins)


def _nearest_key(section: str, key: str, table: Table) -> str:
    return _nearest(f"{section}.{key}", [f"{section}.{name}" for name in table[section]])


def _nearest(name: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, list(known), n=1, cutoff=0.4)
    return f"; did you mean {close[0]}?" if close else "; `aiev config show` lists what there is"


def _checked(table: Table, origins: dict[str, str]) -> Settings:
    try:
        return Settings.model_validate(table)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"][:2])
        raise ConfigError(
            f"{origins.get(name, 'default')}: {name} = {first['input']!r}: {first['msg'].lower()}"
        ) from None
