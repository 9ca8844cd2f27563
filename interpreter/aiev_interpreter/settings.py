"""Settings of the interpreter: the sandbox with its limits, and the installation of packages."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

AUTO = "auto"
PYTHON_IMAGE = "python:3.12-slim-bookworm"
"""What `auto` builds the image of the interpreter from, where it can."""
_ASIDE: dict[str, Any] = {"shapes_dialogue": False}


class InterpreterSettings(BaseModel):
    """The sandbox and its limits."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    backend: Literal["auto", "docker", "bubblewrap"] = Field(
        "auto", description="docker | bubblewrap | auto: docker when its daemon answers, else bubblewrap"
    )
    base_image: str = Field(
        AUTO,
        description="docker: what the image of the interpreter is built from; auto: Python's own image, else one that "
        "is made here from the distribution's packages or this machine's Python",
        json_schema_extra={"before": PYTHON_IMAGE},
    )
    languages: tuple[str, ...] = Field(
        (),
        description='docker: languages besides Python whose tools the image holds, or ["all"]',
        json_schema_extra=_ASIDE,
    )
    runtime: str = Field(
        "",
        description='docker: OCI runtime such as "runsc" (gVisor); "" takes the daemon\'s own',
        json_schema_extra=_ASIDE,
    )
    ready: int = Field(
        2,
        ge=0,
        description="sandboxes kept ready for conversations that begin",
        json_schema_extra=_ASIDE,
    )
    kept: int = Field(
        64,
        ge=1,
        description="conversations whose sandbox waits for their next program; more start anew",
        json_schema_extra=_ASIDE,
    )
    preload: tuple[str, ...] = Field(
        (),
        description='packages that every sandbox has imported before its first program: ["numpy", "pandas"]',
        json_schema_extra=_ASIDE,
    )
    wall_seconds: float = Field(10.0, gt=0, description="limit of one run, in seconds")
    cpu_seconds: float = Field(10.0, gt=0, description="limit of one run, in seconds of CPU time")
    memory_mib: int = Field(512, ge=64, description="limit of one run, in mebibytes")
    processes: int = Field(64, ge=4, description="limit of one run")
    output_kib: int = Field(
        64, ge=1, description="kept of each output stream, in kibibytes; eight times as much ends the run"
    )
    disk_mib: int = Field(64, ge=1, description="size of the writable work directory, in mebibytes")


class InstallSettings(BaseModel):
    """Installation of the packages that a reply asks for."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    enabled: bool = Field(default=True, description="install the packages that a reply asks for")
    seconds: float = Field(180.0, gt=0, description="limit of one installation, in seconds")
    mib: int = Field(1024, ge=1, description="limit of its size, in mebibytes")
    index_url: str = Field("", description='package index; "" takes pip\'s own setting')
    extra_index_url: str = Field("", description='further package indexes; "" takes pip\'s own setting')
    npm_registry: str = Field(
        "", description='registry of npm packages; "" takes npm\'s own setting', json_schema_extra=_ASIDE
    )
    ca_bundle: str = Field("", description='file of certificate authorities; "" takes pip\'s own setting')
    proxy: str = Field("", description='proxy; "" takes pip\'s own setting')
    from_imports: bool = Field(
        default=True, description="also install well-known packages that a program imports without asking for them"
    )
    allow_source: bool = Field(
        default=False,
        description="true builds packages without wheels, which runs their code while there is a network",
    )
    allow: tuple[str, ...] = Field((), description="packages that may be installed, and no others; [] lets all through")
    deny: tuple[str, ...] = Field((), description="packages that may not be installed")
