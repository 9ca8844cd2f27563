from aiev.dataset.groups import Groups


def test_what_is_joined_belongs_together_in_whatever_order_it_was_joined():
    pairs = [(4, 2), (0, 3), (2, 3), (5, 6)]
    for order in (pairs, pairs[::-1]):
        groups = Groups(8)
        for pair in order:
            groups.join(*pair)
        assert [groups.of(position) for position in range(8)] == [0, 1, 0, 0, 0, 5, 5, 7]
