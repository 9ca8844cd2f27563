"""Teacher and student as configurations, and as models that answer.

Invariant: a trained student answers under the name of its adapter, which is unique to the weights; so the journal, the
evaluations and the runs tell every student from every other.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from aiev.config import Config, layered
from aiev.recipes.parts import build_model

if TYPE_CHECKING:
    from aiev.store.student_records import TrainingRecord
    from aiev_agents.chat_model import ChatModel

RoleName = Literal["teacher", "student"]


def role_config(config: Config, role: RoleName, *, model: str = "") -> Config:
    """The configuration under which a role answers.

    Args:
        config: as the command was given it; the teacher's.
        role: whose.
        model: name in place of the configured one.
    """
    student = config.settings.student
    if role == "student" and student.config:
        config = layered(config, Path(student.config))
    name = model or (student.name if role == "student" else "")
    if not name:
        return config
    named = config.settings.model.model_copy(update={"name": name})
    settings = config.settings.model_copy(update={"model": named})
    return Config(settings=settings, origins=config.origins | {"model.name": "student.name"})


async def open_role(config: Config, training: TrainingRecord | None = None) -> ChatModel:
    """The model that answers for a role.

    Args:
        config: of the role.
        training: what came of training it; None takes it as it is.

    Raises:
        AievError: see `build_model`.
    """
    del training
    return await build_model(config.settings.model)


def answers_as(config: Config, training: TrainingRecord | None) -> str:
    """Name under which a role answers."""
    return training.adapter if training else config.settings.model.name
