"""`aiev doctor`: what is present on this machine."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

import click

from aiev.cli.shared import AS_JSON, configured, merged_config, print_json

if TYPE_CHECKING:
    from pathlib import Path


@click.command()
@configured
@AS_JSON
def doctor(files: tuple[Path, ...], assignments: tuple[str, ...], as_json: bool) -> None:
    """Say what is present on this machine, and what to do about what is not."""
    from dataclasses import asdict

    from aiev.setup.doctor import examine

    findings = asyncio.run(examine(merged_config(files, assignments).settings))
    if as_json:
        print_json([asdict(finding) for finding in findings])
    else:
        for finding in findings:
            mark = "ok     " if finding.present else "missing"
            click.echo(f"{mark}  {finding.part}: {finding.detail}" + (f"; {finding.advice}" if finding.advice else ""))
    if any(finding.needed and not finding.present for finding in findings):
        sys.exit(1)
