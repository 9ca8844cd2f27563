from aiev.seeds.filters.known_names import KNOWN, REACHING
from aiev_agents.languages import LANGUAGES


def test_every_language_but_python_has_its_two_lists():
    assert set(KNOWN) == set(REACHING) == set(LANGUAGES) - {"python"}
