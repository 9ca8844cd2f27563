"""Which conversations may be learned from and tested on, by how they ended and what their evidence says.

Invariant: nothing else says so; splits, rounds of the gate, self-learning, trainings and exports all ask here. Not
covered: labels, licences and whatever else an export chooses by.
"""

from __future__ import annotations

from typing import Literal

Standing = Literal["usable", "verified", "any"]
"""Accepted conversations: those without evidence or with good evidence, the latter alone, or all."""
Choice = Literal["usable", "verified", "any", "none", "unverified", "contradicted"]
"""And beyond: accepted ones without evidence; any that passed their tests and whose evidence says this."""
NO_EVIDENCE = "none"
"""Stands for the status of the evidence where there is none."""

_VERIFIED, _UNVERIFIED, _CONTRADICTED = EVIDENCE = ("verified", "unverified", "contradicted")
_OF_ACCEPTED = {
    "usable": (_VERIFIED, NO_EVIDENCE),
    "verified": (_VERIFIED,),
    "any": (*EVIDENCE, NO_EVIDENCE),
    "none": (NO_EVIDENCE,),
}


def stands(choice: Choice, status: str, evidence: str, *, passed: bool = True) -> bool:
    """Whether a conversation is among those of a choice.

    Args:
        choice: what is asked for.
        status: of the conversation.
        evidence: status of its evidence, or `NO_EVIDENCE`.
        passed: whether its last round passed, in whatever way the conversation ended.
    """
    if choice in _OF_ACCEPTED:
        return status == "accepted" and evidence in _OF_ACCEPTED[choice]
    return passed and status in {"accepted", "discarded"} and evidence == choice
