from aiev.seeds.extract.languages import EXTENSIONS, RULES
from aiev_agents.languages import LANGUAGES


def test_extensions_and_rules_cover_the_languages_that_agents_speak():
    assert set(EXTENSIONS.values()) == set(LANGUAGES) == set(RULES) | {"python"}
