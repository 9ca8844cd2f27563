"""What counts as a credential, in source that was found and in what models wrote."""

import pytest
from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class

from aiev.credentials import OFF, Origin, holds_credential, kinds_in, suspicious_lines

AWS = "AKIA" + "Z7Q4T2M9X1B6N3V8"
GITHUB = "ghp_" + "a8Dk2LmQ0zXw9RtY7uPs4VbN1cHj6GfE3oIq"

EXAMPLES = {
    "AWS Access Key": AWS,
    "Artifactory Credentials": "artif AKCabcdef0123456789",
    "Azure Storage Account access key": "AccountKey=" + "a1B2" * 21 + "ab==",
    "Discord Bot Token": "MTk4NjIyNDgzNDcxOTI1MjQ4." + "Cl2FMQ." + "ZnCjm1XVW7vRze4b7Cq4se7kKWs",
    "GitHub Token": GITHUB,
    "GitLab Token": "glpat-" + "hellOworld380_testin",
    "JSON Web Token": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U",
    "Mailchimp Access Key": "342ea59f1dd7b7d9b0e9d2cbbea98a24-us8",
    "NPM tokens": "//registry.example.com/:_authToken=743b294a-cd03-11ec-9d64-0242ac120002",
    "OpenAI Token": "sk-" + "Xi8tcNiHV9awbCcvilTeT3BlbkFJ3UDnpdEwNNm6wVBpYM0o",
    "PyPI Token": "pypi-AgEIcHlwaS5vcmc" + "CAgIC" * 20,
    "SendGrid API Key": "SG." + "ngeVfQFYQlKU0ufo8x5d1A" + "." + "TwL2iGABf9DHoTf-09kqeF8tAmbihYzrnopKc-1s5cr",
    "Slack Token": "xoxb-" + "34532454-e039d02840a0b9379c",
    "Square OAuth Secret": "sq0csp-" + "ABCDEFGHIJK_LMNOPQRSTUVWXYZ-0123456789\\abcd"[:43],
    "Stripe Access Key": "sk_live_" + "ReTllpYQYfIZu2Jnf2lAPFjD",
    "Telegram Bot Token": "110201543:" + "AAHdqTcvCH1vGWJxfSe1ofSAs0K5PALDsaw",
    "Twilio API Key": "SK" + "1a2b3c4d" * 4,
}


@pytest.mark.parametrize("kind", EXAMPLES)
def test_the_quick_look_misses_nothing_that_a_detector_finds(kind):
    (plugin,) = [one() for name, one in get_mapping_from_secret_type_to_class().items() if name == kind]
    assert list(plugin.analyze_string(EXAMPLES[kind])), "the example is none"
    assert suspicious_lines(f"x = 1\n{EXAMPLES[kind]}\ny = 2") == [EXAMPLES[kind]]


@pytest.mark.parametrize("kind", EXAMPLES)
def test_credentials_of_a_known_form_count_whoever_wrote_them(kind):
    text = f'x = 1\nkey = "{EXAMPLES[kind]}"\ny = 2'
    assert all(kind in kinds_in(text, origin) for origin in Origin)
    assert all(holds_credential(text, origin) for origin in Origin)


@pytest.mark.parametrize(
    "line",
    [
        'password = "correct-horse-battery"',
        "digest = '9e107d9d372bb6826bd81d3542a419d6'",
        "data = 'c3VwZXIgbG9uZyBzdHJpbmcgc2hvdWxkIGNhdXNlIGVub3VnaCBlbnRyb3B5'",
    ],
)
def test_guesses_count_in_source_that_was_found_alone(line):
    assert kinds_in(line, Origin.FOUND)
    assert not kinds_in(line, Origin.MADE)


def test_a_key_handed_to_a_call_or_kept_under_an_identifier_counts():
    assert kinds_in(f"aws_access_key_id = '{AWS}'", Origin.MADE) == {"AWS Access Key": 1}
    assert kinds_in(f"client = Client('{AWS}')", Origin.MADE) == {"AWS Access Key": 1}


@pytest.mark.parametrize(
    "url", ["https://{user}:{password}@host/", "https://joe:$PASSWORD@host/", "https://joe:***@host/"]
)
def test_a_placeholder_is_no_credential(url):
    assert not any(holds_credential(f"url = '{url}'", origin) for origin in Origin)


def test_every_detector_that_is_off_is_one_that_there_is():
    names = {one.__name__ for one in get_mapping_from_secret_type_to_class().values()}
    assert OFF.keys() <= names
    assert all(origins and reason for origins, reason in OFF.values())


def test_an_address_is_no_credential():
    assert not holds_credential("host = '8.8.8.8'", Origin.FOUND)
