"""What an endpoint's refusal says about the shape of bodies: a parameter to rename or leave out, roles, streaming.

Invariants: a lesson changes the shape by one thing, in words that can be shown; nothing is learnt from a refusal that
is about one request's text, and nothing that the user set himself is taken away. Not covered: when a refused request is
sent again (`learning.py`).

Source: the words of OpenAI, Azure, Anthropic, Mistral, DeepSeek, DashScope, Google, xAI, Groq, Moonshot and Fireworks,
and of the chat templates behind vLLM, SGLang and llama.cpp.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from aiev_agents.clients.settings import OURS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiev_agents.clients.body import Shape

STATUSES: Final = frozenset({400, 405, 415, 422, 500, 501})
"""With which endpoints refuse a body's shape; llama.cpp says with 500 what a chat template does not take."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """What an endpoint said."""

    said: str
    """Its words in one line, fit to be shown."""
    parameters: tuple[str, ...] = ()
    """Names that it gives in a field of their own, as Mistral and OpenAI do."""
    nested: str = ""
    """The words of whoever stands behind it, as OpenRouter passes them on."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """What was learnt."""

    shape: Shape
    words: str
    """For the user: what changes from now on."""
    setting: str
    """How to say so in the configuration."""


_NOT = r"(?:not|\w+n't|no longer|invalid|un(?:supported|known|expected|available|recogni.ed)|dis(?:abled|allowed))\b"
_QUOTE = r"['\"`]?"
_ABOUT_TEXT = re.compile(
    r"context.{0,3}(length|window|size)|maximum context|prompt is too long|input token|content.?filter|moderat"
)
_TOO_LARGE = re.compile(rf"max\w*tokens{_QUOTE}.{{0,60}}too (large|high|big)")
_SYSTEM = re.compile(
    rf"(system|developer)[\s_]*(role|message|prompt|instruction)s?\b.{{0,60}}\b{_NOT}|"
    rf"role:?\s*{_QUOTE}(system|developer)\b.{{0,40}}\b{_NOT}|"
    rf"\b{_NOT}.{{0,40}}\b(role|support)\w*\b.{{0,20}}{_QUOTE}(system|developer)\b|"
    rf"only (the )?{_QUOTE}user{_QUOTE}( role)?,? (and|or) {_QUOTE}(assistant|model)"
)
_ROLES = re.compile(r"alternat|successive|consecutive|interleav|\bin a row\b|same role")
_STREAM = re.compile(
    r"\b(only|must|requires?|please|enable|set)\b.{0,40}\bstream|stream\w*\s+(mode\s+)?only|"
    rf"\bstream\w*{_QUOTE}\s+(\w+\s+){{0,2}}(must|should|has to|needs? to|is required|to be)|"
    rf"non.?stream\w*\b.{{0,60}}\b{_NOT}|\b{_NOT}\s.{{0,30}}non.?stream|"
    rf"stream\w*{_QUOTE}\s*(does not (support|accept)\s|=|:)\s*false|[只仅]支持流"
)
_NO_STREAM = re.compile(rf"\bstream\w*\b.{{0,40}}\b{_NOT}\b|\b{_NOT}\b.{{0,40}}\bstream")
_MUST_BE = re.compile(
    rf"\b([a-z]\w*_\w+){_QUOTE}\s+(?:must|should|has to|needs? to|can only)\s+be\s+(?:set\s+to\s+)?"
    rf"{_QUOTE}(true|false)\b"
)
_INSTEAD = re.compile(
    r"(?:use|try|did you mean|replaced by|renamed to|in favou?r of)[:\s]+(?:the\s+)?(?:parameter\s+)?"
    rf"{_QUOTE}([a-z]+(?:_[a-z]+)+)\b"
)
_UNWANTED = re.compile(
    r"support|unknown|unrecogni|unexpected|not permitted|not allowed|extra|cannot|can't|can not|may (only|not)|must|"
    r"should|\bonly\b|invalid|range|too (large|high|big)|(less|greater|more) than|at most|maximum|exceed|deprecat|"
    r"not (accept|available|a valid|valid|recogni|exist)|disallow|incompatible|unset"
)
_ONE_OF_BOTH = re.compile(r"\bboth\b|together|at the same time|only one|simultaneous|either|mutually")
_CONDITION = re.compile(r"\s(?:when|if|unless|while)\s")
_ENGLISH = frozenset({"stop", "seed", "grammar"})
"""Names that are also words, and count only where they stand as a name."""
_CALLED = (
    r"(?:(?:parameters?|arguments?|propert(?:y|ies)|fields?|name|supplied|inputs?|and)[:.]?|(?:model|body)[:.]|,)\s*"
)


def lesson_of(refusal: Refusal, shape: Shape, body: Mapping[str, Any]) -> Lesson | None:
    """What a refusal of `body`, which was written in `shape`, teaches; None when nothing."""
    said = f"{refusal.said} {refusal.nested}".lower()
    if _ABOUT_TEXT.search(said) and not _TOO_LARGE.search(said):
        return None
    return (
        _of_value(said, shape, body)
        or _of_streaming(said, refusal, shape)
        or _of_roles(said, shape, body)
        or _of_parameters(said, refusal, shape, body)
    )


def _of_value(said: str, shape: Shape, body: Mapping[str, Any]) -> Lesson | None:
    """A switch of the endpoint's own that it wants on or off, such as `enable_thinking`."""
    found = _MUST_BE.search(said)
    if not found or found[1].startswith("stream") or found[1] in OURS:
        return None
    name, value = found[1], found[2] == "true"
    if name in shape.owned:
        return _streamed(shape) if "stream" in said and not shape.stream else None
    if body.get(name) == value:
        return None
    changed = replace(shape, extra_body={**shape.extra_body, name: value})
    toml = str(value).lower()
    return Lesson(changed, f"{name} is sent as {toml}", f"model.extra_body = {{{name} = {toml}}}")


def _of_streaming(said: str, refusal: Refusal, shape: Shape) -> Lesson | None:
    if not shape.stream:
        return _streamed(shape) if _STREAM.search(said) else None
    if "stream_options" in said or "stream_options" in refusal.parameters:
        changed = replace(shape, leave_out=shape.leave_out | {"stream_options"})
        return Lesson(changed, "stream_options is left out", 'model.leave_out = ["stream_options"]')
    if "stream" in refusal.parameters or _NO_STREAM.search(said):
        return Lesson(replace(shape, stream=False), "replies are not streamed", "model.stream = false")
    return None


def _streamed(shape: Shape) -> Lesson:
    return Lesson(replace(shape, stream=True), "replies are streamed", "model.stream = true")


def _of_roles(said: str, shape: Shape, body: Mapping[str, Any]) -> Lesson | None:
    roles = [message["role"] for message in body["messages"]]
    if _ROLES.search(said):
        if not shape.alternate_roles and any(one == other for one, other in pairwise(roles)):
            return Lesson(
                replace(shape, alternate_roles=True), "turns of one role are joined", "model.alternate_roles = true"
            )
    elif not _SYSTEM.search(said):
        return None
    if shape.system_role in roles and shape.system_role != "user":
        changed = replace(shape, system_role="user", alternate_roles=True)
        return Lesson(changed, "the system text goes out with the first user turn", 'model.system_role = "user"')
    return None


def _of_parameters(said: str, refusal: Refusal, shape: Shape, body: Mapping[str, Any]) -> Lesson | None:
    """Parameters that are named as unwanted: renamed where the endpoint says how, else left out."""
    sent = {name for name in body if name not in OURS | shape.owned}
    named = [name for name in map(_last_part, refusal.parameters) if name in sent]
    if not named and _UNWANTED.search(said):
        first = _CONDITION.split(said)[0]
        named = [name for name in body if name in sent and _names(first, name)]
        named = named or [name for name in body if name in sent and _names(said, name)]
    if len(named) > 1 and _ONE_OF_BOTH.search(said):
        named = named[-1:]
    if not named:
        return None
    instead = _INSTEAD.search(said)
    if instead and len(named) == 1 and instead[1] not in {*body, *shape.rename}:
        plain = shape.plain_name(named[0])
        changed = replace(shape, rename={**shape.rename, plain: instead[1]})
        return Lesson(changed, f"{named[0]} is sent as {instead[1]}", f'model.rename = {{{plain} = "{instead[1]}"}}')
    out = sorted(map(shape.plain_name, named))
    extra = {name: value for name, value in shape.extra_body.items() if name not in named}
    changed = replace(shape, leave_out=shape.leave_out.union(out), extra_body=extra)
    listed = ", ".join(f'"{name}"' for name in out)
    words = f"{' and '.join(named)} {'is' if len(named) == 1 else 'are'} left out"
    return Lesson(changed, words, f"model.leave_out = [{listed}]")


def _last_part(name: str) -> str:
    """`seed` of `body.seed`, `parameters/seed` and the like."""
    return re.split(r"[./]", name)[-1]


def _names(said: str, name: str) -> bool:
    """Whether a text names a parameter, spelt as it is, in camel case, or with spaces."""
    spelt = r"[\s_-]?".join(map(re.escape, name.lower().split("_")))
    if name in _ENGLISH:
        spelt = rf"['\"`]{spelt}['\"`]|{_CALLED}{spelt}|^{spelt}(?=:| is\b| must\b| cannot\b| parameter)"
    return re.search(rf"(?<![a-z0-9_])(?:{spelt})(?![a-z0-9_])", said) is not None
