"""Which packages a job needs, in which tree they are kept, and which are excluded."""

from datetime import date

from aiev_interpreter import Job
from aiev_interpreter.packages.installation import (
    forbidden,
    install_plan,
    installed_versions,
    pip_arguments,
    tree_of,
    wanted_requirements,
)
from aiev_interpreter.settings import InstallSettings

PLAIN = InstallSettings()
TODAY = date(2026, 11, 21)


def wanted(program, tests="", settings=PLAIN, **options):
    return wanted_requirements(Job(program, tests, **options), settings)


def test_tests_that_import_pytest_ask_for_it_once():
    assert wanted("", "import pytest") == ("pytest",)
    assert wanted("", "import pytest", requirements=("pytest==8.0",)) == ("pytest==8.0",)
    assert wanted("", "syntax error (") == ()


def test_well_known_imports_are_installed_under_their_packages_names():
    assert wanted("import numpy as np\nfrom sklearn.svm import SVC\nimport os") == ("numpy", "scikit-learn")
    assert wanted("import yaml", requirements=("pyyaml<7",)) == ("pyyaml<7",)


def test_an_invented_import_is_left_to_fail():
    assert wanted("import superfastjson_pro") == ()


def test_imports_can_be_left_alone_and_other_languages_are():
    assert wanted("import numpy", settings=InstallSettings(from_imports=False)) == ()
    assert wanted("import numpy", settings=InstallSettings(enabled=False)) == ()
    assert wanted("import numpy", language="javascript") == ()


def test_a_tree_is_named_by_what_is_in_it_whatever_the_order():
    assert tree_of(("a", "b"), PLAIN, TODAY) == tree_of(("b", "a"), PLAIN, TODAY)
    assert tree_of((), PLAIN, TODAY) == ""
    assert tree_of(("a",), PLAIN, TODAY) != tree_of(("a",), InstallSettings(index_url="https://x"), TODAY)


def test_an_unpinned_tree_is_made_anew_after_a_while_and_a_pinned_one_is_not():
    later = date(2026, 12, 21)
    assert tree_of(("a",), PLAIN, TODAY) != tree_of(("a",), PLAIN, later)
    assert tree_of(("a==1.0",), PLAIN, TODAY) == tree_of(("a==1.0",), PLAIN, later)


def test_the_lists_decide_by_normalised_names():
    assert forbidden(("Requests>=2", "six"), InstallSettings(deny=("requests",))) == (
        "ERROR: requests may not be installed here; write the program without it",
    )
    assert forbidden(("NumPy", "six"), InstallSettings(allow=("numpy",))) == (
        "ERROR: six may not be installed here; write the program without it",
    )
    assert forbidden(("numpy",), PLAIN) == ()


def test_only_wheels_unless_sources_are_allowed():
    assert "--only-binary=:all:" in pip_arguments(("a",), PLAIN)
    assert "--only-binary=:all:" not in pip_arguments(("a",), InstallSettings(allow_source=True))


def test_versions_come_from_dist_info_names():
    folders = ["six-1.17.0.dist-info", "six.py", "python_dateutil-2.9.0.dist-info"]
    assert installed_versions(folders) == ("python_dateutil==2.9.0", "six==1.17.0")


def test_where_nothing_is_installed_each_command_of_an_install_block_is_refused():
    for language, settings in (("go", PLAIN), ("python", InstallSettings(enabled=False))):
        plan = install_plan("pip install six && go get x/y", language, settings)
        assert plan.requirements == ()
        assert [line.partition(":")[0] for line in plan.refused] == ["pip install six", "go get x/y"]
    assert install_plan("pip install six", "python", PLAIN).requirements == ("six",)
