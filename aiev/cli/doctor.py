"""`aiev doctor`: what is present on this machine."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from aiev.cli.options import AS_JSON, configured
from aiev.cli.printing import print_json, say

if TYPE_CHECKING:
    from aiev.config.layers import Config


@click.command()
@configured
@AS_JSON
def doctor(config: Config, as_json: bool) -> None:
    """Check what this machine has, and advise on what it lacks."""
    from aiev.setup.doctor import examine

    findings = asyncio.run(examine(config.settings))
    if as_json:
        print_json([asdict(finding) for finding in findings])
    else:
        for finding in findings:
            mark = "ok     " if finding.present else "missing"
            say(f"{mark}  {finding.part}: {finding.detail}" + (f"; {finding.advice}" if finding.advice else ""))
    if any(finding.needed and not finding.present for finding in findings):
        sys.exit(1)
