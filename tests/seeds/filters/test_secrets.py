import socket

import pytest
from support.filtering import python, verdict

AWS = "AKIA" + "Z7Q4T2M9X1B6N3V8"

GITHUB = "ghp_" + "a8Dk2LmQ0zXw9RtY7uPs4VbN1cHj6GfE3oIq"


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        (f'key = "{AWS}"', "AWS Access Key"),
        (f"# {GITHUB}", "GitHub Token"),
        ('password = "correct-horse-battery"', "Secret Keyword"),
        ('url = "https://joe:hunter2pass@db.internal/x"', "Basic Auth Credentials"),
        ("-----BEGIN RSA PRIVATE KEY-----", "Private Key"),
    ],
)
def test_a_secret_is_counted_by_kind_and_its_value_never_shown(line, kind):
    reason, detail = verdict("secrets", python(f"def f(x):\n    {line}\n    return x"))
    assert reason == "secret"
    assert kind in detail
    assert all(value not in detail for value in (AWS, GITHUB, "horse", "hunter2"))


@pytest.mark.parametrize(
    "code",
    [
        "def f(password):\n    return hash(password)",
        "def a_very_long_name_of_a_function_that_is_no_secret(x):\n    return x",
        "x = '123e4567-e89b-12d3-a456-426614174000'",
        'token = "{{ token }}"',
        "=====================================================",
    ],
)
def test_names_placeholders_and_rules_are_no_secrets(code):
    assert verdict("secrets", python(code)) is None


def test_looking_for_secrets_never_uses_the_network(monkeypatch):
    def refuse(*arguments, **named):
        raise AssertionError("a secret was about to be tried out")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    secret = (
        "def f(x):\n    aws_secret_access_key = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYzzzzzzzKEY'\n    key = '" + AWS + "'"
    )
    assert verdict("secrets", python(secret))[0] == "secret"
