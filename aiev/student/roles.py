"""Teacher and student as configurations.

Invariant: a trained student is called by the name of its adapter, which is unique to the weights; so journal,
evaluations and runs tell all students apart, and no server answers from the cache of an earlier one.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from aiev.config.layers import Config, layered

if TYPE_CHECKING:
    from aiev.store.student_records import TrainingRecord

RoleName = Literal["teacher", "student"]


def config_for_role(config: Config, role: RoleName, *, model: str = "") -> Config:
    """The configuration under which a role answers.

    Args:
        config: the teacher's.
        role: whose.
        model: name in place of the configured one.
    """
    student = config.settings.student
    if role == "student" and student.config:
        config = layered(config, Path(student.config))
    name = model or (student.name if role == "student" else "")
    return with_model_name(config, name) if name else config


def config_for_training(config: Config, training: TrainingRecord | None) -> Config:
    """The configuration of a trained student; None is the teacher's own."""
    return config_for_role(config, "student", model=training.adapter) if training else config


def with_model_name(config: Config, name: str) -> Config:
    """The same configuration with another model's name."""
    model = config.settings.model.model_copy(update={"name": name})
    settings = config.settings.model_copy(update={"model": model})
    return Config(settings=settings, origins=config.origins | {"model.name": "student.name"})
