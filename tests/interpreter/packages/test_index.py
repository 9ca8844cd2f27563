"""Where packages come from; credentials are never shown."""

from aiev_interpreter.packages.index import environment, redacted, secrets
from aiev_interpreter.settings import InstallSettings

SETTINGS = InstallSettings(index_url="https://user:secret@index.example/simple", proxy="http://proxy.example:3128")


def test_settings_over_pips_own_are_passed_on():
    variables = environment(SETTINGS)
    assert variables["PIP_INDEX_URL"] == "https://user:secret@index.example/simple"
    assert variables["PIP_PROXY"] == "http://proxy.example:3128"


def test_no_credentials_of_an_address_are_shown():
    assert secrets(SETTINGS) == ("user:secret", "secret")
    assert redacted("https://user:secret@index.example: no such package", SETTINGS) == (
        "https://***@index.example: no such package"
    )
