import pytest
from support.filtering import python, verdict


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("# TODO: more", "todo"),
        ("fixMe", "fixme"),
        ("def todo_list(): ...", "todo"),
        ("mastodon", None),
        ("done", None),
    ],
)
def test_unfinished_code_is_known_by_its_words(text, found):
    assert verdict("unfinished", python(text)) == (("unfinished", found) if found else None)


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("write to jane.doe@megacorp.io", "1 email"),
        ("call (212) 736-5000", "1 phone"),
        ("host = '93.184.216.34'", "1 ip"),
        ("ssn 536-90-4399", "1 ssn"),
        ("card 4539 1488 0343 6467", "1 card"),
        ("iban DE89 3704 0044 0532 0130 00", "1 iban"),
        ("jane@example.com, root@localhost, 10.0.0.1, 127.0.0.1, 192.0.2.1, 555-123-4567", None),
        ("version 1.2.3.4, 0.1.2.3, 3.141592653589793, 1234567890123456, @decorator, a@b, x = 2 ** 31", None),
        ("4444444444444448 2001-02-03 12:34:56", None),
        ("8.8.8.8 is a resolver", None),
    ],
)
def test_personal_data_is_counted_by_kind_and_never_shown(text, kinds):
    assert verdict("personal_data", python(text)) == (("personal_data", kinds) if kinds else None)
