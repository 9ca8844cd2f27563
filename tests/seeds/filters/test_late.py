from pathlib import Path

import pytest

from aiev.config.layers import load_config
from aiev.errors import ConfigError
from aiev.seeds.filters.early import EARLY, early_names
from aiev.seeds.filters.late import LATE, late_filters
from aiev.seeds.model_queries import ModelQueries


def built(filters, *assignments):
    """Names of the filters that the main process applies, in order."""
    settings = load_config(assignments=[f"seeds.filters={filters}", *assignments]).settings
    return [one.name for one in late_filters(settings, ModelQueries(settings, Path("no.db")), Path("no.db"))]


def test_filters_from_the_first_late_one_on_are_applied_in_their_order_in_the_main_process():
    assert early_names(["size", "exact_duplicates", "parses"]) == ("size",)
    assert built(["size", "exact_duplicates", "parses"]) == ["exact_duplicates", "parses"]
    assert early_names(EARLY) == tuple(EARLY)
    assert built(list(EARLY)) == []
    assert early_names(LATE) == ()
    assert built(list(LATE), "decontamination.benchmarks=[]") == list(LATE)


@pytest.mark.parametrize(
    ("filters", "message"),
    [(["sise"], "no filter 'sise'; there are test_files, generated"), (["size", "size"], "'size' comes twice")],
)
def test_names_of_filters_are_checked(filters, message):
    with pytest.raises(ConfigError, match=message):
        built(filters)


def test_without_self_contained_that_filter_is_not_applied():
    settings = load_config(assignments=["seeds.self_contained=false"]).settings
    assert set(settings.seeds.filters) - set(settings.seeds.applied_filters) == {"self_contained"}
