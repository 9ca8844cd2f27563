"""Errors that a person can act on.

    AievError                 exit code 1: something failed
    ├── UsageError            exit code 2: the command or its input is wrong
    │   ├── ConfigError       a configuration file, key or value
    │   └── SeedError         a seed source that cannot be read or holds nothing
    ├── StoreError            the database cannot be opened or written any more, or is from a newer aiev
    ├── LeaseError            another process is at work on the same run
    ├── SetupError            a part that must be present is not (sandbox, model, endpoint)
    └── WorkerError           a worker process was killed

Every message is one line: what was wrong, where, and what to do next. `aiev.cli` alone turns them into exit codes.
"""

from __future__ import annotations


class AievError(Exception):
    """Base of every error that aiev raises on purpose."""

    exit_code = 1


class UsageError(AievError):
    """The command line or its input is wrong."""

    exit_code = 2


class ConfigError(UsageError):
    """A configuration file, key or value is wrong."""


class SeedError(UsageError):
    """A seed source cannot be read, or holds no seeds."""


class StoreError(AievError):
    """The database cannot be opened or written any more, or was written by a newer aiev."""


class LeaseError(AievError):
    """Another process is at work on the same run."""


class SetupError(AievError):
    """A part that must be present is missing: a sandbox, a model, an endpoint."""


class WorkerError(AievError):
    """A worker process was killed, most likely for want of memory."""
