"""The install phase, the same on every backend: what pip is asked, and what its answer means.

Invariants: pip gets a list of validated requirement strings and takes wheels only, so no package's code
runs while there is a network; an index that does not answer is the machine's fault, never a program's.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from aiev_interpreter.errors import SandboxError
from aiev_interpreter.outcome import imported
from aiev_interpreter.packages.index import redacted
from aiev_interpreter.protocol import ExecutionResult, Job, Limits, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from aiev_interpreter.settings import InstallSettings

INSTALL_MEMORY_BYTES = 1 << 30
REFRESH_DAYS = 7
TREE_DIGITS = 24
_SAME_NAME = """
aiohttp attrs beartype boto3 cachetools click colorama cryptography faker fastapi flask gensim geopy httpx hypothesis
jinja2 joblib jsonschema lxml markdown matplotlib more_itertools msgpack multidict networkx nltk numba numpy openpyxl
orjson pandas parameterized patsy pendulum plotly polars psutil pyarrow pydantic pygments pyparsing pytest pytz regex
requests rich scipy seaborn shapely six sortedcontainers sqlalchemy statsmodels sympy tabulate toml tomli toolz tqdm
typer unidecode urllib3 werkzeug xlrd xmltodict yarl
"""
KNOWN = {name: name for name in _SAME_NAME.split()} | {
    "attr": "attrs",
    "bs4": "beautifulsoup4",
    "cv2": "opencv-python-headless",
    "dateutil": "python-dateutil",
    "docx": "python-docx",
    "dotenv": "python-dotenv",
    "pptx": "python-pptx",
    "PIL": "pillow",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "yaml": "PyYAML",
}
"""Names that a program may import without asking for their package: well-known ones alone, so that an invented name
stays an import error, and nobody gains by registering it."""
_UNREACHABLE = (
    "Temporary failure in name resolution",
    "Name or service not known",
    "Connection refused",
    "Network is unreachable",
    "Max retries exceeded",
    "NewConnectionError",
    "CERTIFICATE_VERIFY_FAILED",
)
_WORDS = {
    "timeout": "The installation took too long.",
    "cpu": "The installation took too long.",
    "disk": "The packages are larger than allowed.",
    "oom": "The installation took too much memory.",
    "output_limit": "The installer wrote too much.",
}


def pip_arguments(requirements: tuple[str, ...], settings: InstallSettings) -> list[str]:
    """Arguments of `pip install` into the folder that the supervisor names: asking nothing and caching nothing."""
    quiet = ("--quiet", "--no-input", "--disable-pip-version-check", "--no-cache-dir", "--root-user-action=ignore")
    wheels = () if settings.allow_source else ("--only-binary=:all:",)
    return ["install", *quiet, *wheels, "--target", "{tree}", "--", *requirements]


def tree_of(requirements: tuple[str, ...], settings: InstallSettings, today: date) -> str:
    """The name of the tree of packages for these requirements; empty when there are none.

    Requirements that do not pin their versions get a new tree every `REFRESH_DAYS`, so that a cache never keeps an old
    version for ever.
    """
    if not requirements:
        return ""
    pinned = all("==" in requirement for requirement in requirements)
    period = "" if pinned else str(today.toordinal() // REFRESH_DAYS)
    source = (period, settings.index_url or None, settings.extra_index_url or None, settings.allow_source)
    return hashlib.sha256(repr((sorted(requirements), source)).encode()).hexdigest()[:TREE_DIGITS]


def install_limits(limits: Limits) -> Limits:
    """The limits of the install phase."""
    return replace(
        limits,
        wall_seconds=limits.install_seconds,
        cpu_seconds=limits.install_seconds,
        memory_bytes=max(limits.memory_bytes, INSTALL_MEMORY_BYTES),
        disk_bytes=limits.install_bytes,
    )


def wanted_requirements(job: Job, settings: InstallSettings) -> tuple[str, ...]:
    """The job's requirements, and well-known packages that program and tests import without asking for them."""
    if job.language != "python":
        return ()
    named = {_name(one) for one in job.requirements}
    known = KNOWN if settings.enabled and settings.from_imports else {"pytest": "pytest"}
    more = sorted({known[name] for name in imported(job.program, job.tests) & known.keys()})
    return (*job.requirements, *(one for one in more if canonicalize_name(one) not in named))


def forbidden(requirements: tuple[str, ...], settings: InstallSettings) -> tuple[str, ...]:
    """One line for each requirement that the lists of the settings do not let through."""
    allow, deny = ({canonicalize_name(name) for name in names} for names in (settings.allow, settings.deny))
    lines = []
    for requirement in requirements:
        name = canonicalize_name(_name(requirement))
        if name in deny or (allow and name not in allow):
            lines.append(f"ERROR: {name} may not be installed here; write the program without it")
    return tuple(lines)


def forbidden_result(lines: tuple[str, ...], *, backend: str, image: str) -> ExecutionResult:
    """The result of a job whose packages are not let through."""
    words = "\n".join(lines)
    return ExecutionResult(
        verdict=Verdict.INSTALL_FAILED,
        exit_code=None,
        stderr=words,
        install_log=words,
        detail="a package may not be installed here",
        backend=backend,
        image=image,
    )


def refusal(
    document: dict[str, Any] | None, settings: InstallSettings, *, backend: str, image: str
) -> ExecutionResult | None:
    """The `install_failed` result, in the installer's words without credentials; None when all was installed.

    Raises:
        SandboxError: the installer's sandbox ended without a word, or the package index does not answer.
    """
    if document is None:
        raise SandboxError("the installation's sandbox ended without a word")
    if document["exit_code"] == 0 and not document["ended_by"]:
        return None
    words = "\n".join(part for part in (document["stderr"].strip(), _WORDS.get(document["ended_by"], "")) if part)
    stderr = redacted(words, settings)
    if any(sign in stderr for sign in _UNREACHABLE):
        raise SandboxError(f"the package index does not answer: {stderr[-200:]}")
    return ExecutionResult(
        verdict=Verdict.INSTALL_FAILED,
        exit_code=None,
        stderr=stderr,
        wall_seconds=document["wall_seconds"],
        install_log=stderr,
        detail="a package could not be installed",
        backend=backend,
        image=image,
    )


def installed_versions(folders: Sequence[str]) -> tuple[str, ...]:
    """`name==version` for each `.dist-info` folder name."""
    pairs = [folder.removesuffix(".dist-info").rpartition("-") for folder in folders if folder.endswith(".dist-info")]
    return tuple(sorted(f"{name}=={version}" for name, _, version in pairs))


def _name(requirement: str) -> str:
    try:
        return str(canonicalize_name(Requirement(requirement).name))
    except InvalidRequirement:
        return ""
