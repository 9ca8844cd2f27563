"""The limits of a job come from the settings."""

from aiev_interpreter import Limits
from aiev_interpreter.settings import InstallSettings, InterpreterSettings


def test_the_limits_of_the_default_settings_are_the_default_limits():
    assert Limits.of(InterpreterSettings(), InstallSettings()) == Limits()


def test_limits_are_in_bytes_and_settings_in_mebibytes_and_kibibytes():
    limits = Limits.of(InterpreterSettings(memory_mib=64, output_kib=2, disk_mib=3), InstallSettings(mib=5))
    assert (limits.memory_bytes, limits.output_bytes, limits.disk_bytes, limits.install_bytes) == (
        64 << 20,
        2 << 10,
        3 << 20,
        5 << 20,
    )
