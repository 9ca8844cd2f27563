"""Who gets which sandbox, on scripted ones."""

import threading

import pytest

from aiev_interpreter.backends.pool import Answer, Pool, Sizes
from aiev_interpreter.errors import SandboxError

SMALL, LARGE = Sizes(1, 1, 1), Sizes(2, 1, 1)


class Sandbox:
    def __init__(self, sizes):
        self.sizes, self.open, self.asked = sizes, True, []

    def ask(self, request, seconds):
        self.asked.append(request)
        return Answer({})

    def close(self):
        self.open = False


@pytest.fixture
def made():
    return []


@pytest.fixture
def pool(made):
    def make(sizes):
        made.append(Sandbox(sizes))
        return made[-1]

    pool = Pool(make, ready=0, kept=2, warm={"warm": True})
    yield pool
    pool.close()
    assert not any(sandbox.open for sandbox in made)


def use(pool, owner, sizes=SMALL, *, clean=True):
    sandbox = pool.take(owner, sizes)
    pool.give_back(owner, sizes, sandbox, clean=clean)
    return sandbox


def test_an_owner_keeps_its_sandbox_and_nobody_else_gets_it(pool):
    first = use(pool, "a")
    assert use(pool, "b") is not first
    assert use(pool, "a") is first


def test_without_an_owner_a_sandbox_is_used_once(pool):
    assert use(pool, "") is not use(pool, "")


def test_one_that_is_not_clean_is_never_used_again(pool):
    assert use(pool, "a", clean=False) is not use(pool, "a")


def test_other_sizes_need_another_sandbox(pool):
    assert use(pool, "a") is not use(pool, "a", LARGE)


def test_of_too_many_the_one_unused_longest_is_closed(pool, made):
    first = use(pool, "a")
    use(pool, "b")
    use(pool, "c")
    assert use(pool, "a") is not first
    assert len(made) == 4


def test_a_released_owner_starts_anew(pool):
    first = use(pool, "a")
    pool.release("a")
    pool.release("a")
    assert use(pool, "a") is not first


def test_after_distrust_everything_is_new(pool):
    first = use(pool, "a")
    pool.distrust()
    assert use(pool, "a") is not first


def test_an_owner_with_two_jobs_at_once_gets_two_sandboxes(pool):
    first, second = pool.take("a", SMALL), pool.take("a", SMALL)
    assert first is not second
    pool.give_back("a", SMALL, first, clean=True)
    pool.give_back("a", SMALL, second, clean=True)
    assert pool.take("a", SMALL) is first
    pool.give_back("a", SMALL, first, clean=True)


def test_each_new_sandbox_is_warmed_before_its_first_job(pool):
    assert use(pool, "a").asked == [{"warm": True}]


def test_sandboxes_are_made_ahead():
    ahead = threading.Semaphore(0)

    def make(sizes):
        ahead.release()
        return Sandbox(sizes)

    pool = Pool(make, ready=2, kept=2)
    use(pool, "a")
    for _ in range(3):
        assert ahead.acquire(timeout=5)
    pool.close()


def test_what_cannot_be_made_is_said_to_who_needs_it():
    def make(_):
        raise SandboxError("no daemon")

    pool = Pool(make, ready=1, kept=1)
    with pytest.raises(SandboxError, match="no daemon"):
        pool.take("a", SMALL)
    pool.close()
