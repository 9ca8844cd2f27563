"""Evidence with a real sandbox, and a scripted model in the place of those who write from the problem alone."""

import pytest
from support import backends
from support.triple import GOOD, OTHER, PROBLEM, WRONG

from aiev.errors import AievError
from aiev.evidence.claim import Claim
from aiev.evidence.contract import Contract
from aiev.evidence.gathering import Gatherer
from aiev.evidence.settings import AcceptSettings
from aiev.evidence.witnesses import Hearing, Witnesses
from aiev_agents.clients.scripted import ScriptedChatModel
from aiev_agents.messages import Sampling
from aiev_agents.roles.agent import Agent
from aiev_interpreter import Limits, MatrixResult, Verdict
from aiev_interpreter.backends.scripted import ScriptedInterpreter

TESTS = "assert triple(1) == 3\nassert triple(0) == 0\nassert triple(-2) == -6\n"
SUITE = "assert triple(5) == 15\nassert triple(10) == 30\n"


@pytest.fixture(scope="module")
def sandbox():
    with backends.opened("bubblewrap", run_id="evidence") as interpreter:
        yield interpreter


class Talk:
    """Who writes from the problem alone, scripted by purpose; what was asked is kept."""

    def __init__(self, *solutions, suites=(SUITE,), answers=("Answer: undetermined",)):
        self.left = {
            "programmer/alternative": list(solutions),
            "questioner/examine": list(suites),
            "questioner/arbitrate": list(answers),
        }
        self.model = ScriptedChatModel(self.answer)

    def answer(self, request):
        left = self.left[request.purpose]
        text = left.pop(0) if len(left) > 1 else left[0]
        return text if request.purpose == "questioner/arbitrate" else f"```python\n{text}\n```"

    def asked(self, purpose):
        return [request for request in self.model.requests if request.purpose == purpose]


@pytest.fixture
def gather(sandbox):
    """Gather evidence for a program; returns the record and the talk."""

    async def run(
        program=GOOD, tests=TESTS, *, talk=None, problem=PROBLEM, contract=None, interpreter=sandbox, **knobs
    ):
        talk = talk or Talk(GOOD, OTHER, OTHER, OTHER)
        agent = Agent(talk.model, Sampling())
        settings = AcceptSettings(**{"suites": 1, "seconds": 30, **knobs})
        hearing = Hearing(
            programmer=agent,
            questioner=agent,
            problem=problem,
            language="python",
            settings=settings,
            seed=lambda purpose, number: hash((purpose, number)) & 0xFFFF,
        )
        suite, contract = (contract or Contract.of(problem, "python")).amended(tests)
        claim = Claim(problem, program, suite, contract, round=1)
        gatherer = Gatherer(hearing, interpreter, Limits(wall_seconds=2, cpu_seconds=2), settings)
        evidence, _ = await gatherer.gather(claim, Witnesses())
        return evidence, talk

    return run


async def test_a_right_program_with_telling_tests_is_verified(gather):
    evidence, talk = await gather()
    assert evidence.status == "verified"
    assert evidence.agreement == "confirmed"
    assert evidence.mutants_killed == evidence.mutants > 0
    assert (evidence.lines_run, evidence.lines) == (evidence.lines, evidence.lines)
    assert (evidence.alternatives_agreeing, evidence.alternatives) == (3, 3)
    assert evidence.stable
    assert "no test changed" in evidence.sentence
    assert len(talk.asked("programmer/alternative")) == 3  # the fourth could not change the outcome


async def test_no_request_shows_the_program_or_its_tests(gather):
    _, talk = await gather(program=GOOD.replace("x * 3", "x * 3  # own-mark"), talk=Talk(WRONG, WRONG, OTHER, GOOD))
    texts = "".join(text for request in talk.model.requests for _, text in request.turns)
    assert "own-mark" not in texts
    assert "-6" not in texts


async def test_all_solutions_are_asked_for_while_the_outcome_is_open(gather):
    evidence, talk = await gather(talk=Talk(GOOD, OTHER, WRONG, OTHER))
    assert (evidence.alternatives_agreeing, evidence.alternatives) == (3, 4)
    assert len(talk.asked("programmer/alternative")) == 4
    assert evidence.agreement == "confirmed"


async def test_a_program_that_only_its_own_bent_tests_like_is_contradicted(gather):
    bent = "assert triple(1) == 3\nassert triple(0) == 2\nassert triple(4) == 6\n"
    talk = Talk(GOOD, OTHER, OTHER, OTHER, answers=["Three times 0 is 0.\nAnswer: 0"])
    evidence, _ = await gather(program=WRONG, tests=bent, talk=talk)
    assert evidence.status == evidence.agreement == "contradicted"
    assert evidence.detail["counterexample"] == {"call": "triple(0)", "value": "2", "others": "0", "agreeing": 3}
    assert "triple(0) gives 2 where others give 0" in evidence.sentence


async def test_solutions_are_not_believed_without_the_arbiter(gather):
    talk = Talk(WRONG, WRONG, WRONG, WRONG, answers=["Answer: 0"])
    evidence, _ = await gather(talk=talk)
    assert evidence.status == "unverified"
    assert evidence.agreement == "undetermined"
    assert "counterexample" not in evidence.detail


async def test_a_problem_with_several_right_answers_is_left_open(gather):
    problem = "Write a Python function `pick(words)` that returns any word of a list."
    programs = [
        f"def pick(words):\n    return {what}\n" for what in ("words[0]", "words[-1]", "min(words)", "max(words)")
    ]
    tests = 'assert pick(["b", "a", "c", "b"]) in ["a", "b", "c"]\nassert pick(["x"]) == "x"\n'
    suite = 'assert pick(["q", "a", "z", "c"]) == "q"\n'
    evidence, _ = await gather(programs[0], tests, problem=problem, talk=Talk(*programs[1:], suites=[suite]))
    assert evidence.agreement == "undetermined"


LEAST = "Write a Python function `least(values)` that returns the least of a list of numbers."
LEAST_TESTS = "".join(f"assert least([{n}, 1, {n + 3}]) == 1\n" for n in range(3, 8)) + "assert least([-2]) == -2\n"


def least(empty):
    return f"def least(values):\n    if not values:\n        {empty}\n    return min(values)\n"


@pytest.mark.parametrize(
    ("others", "answer", "agreement"),
    [
        (("return None", "return -1", "raise ValueError"), "undetermined", "confirmed"),
        (("return None", "return -1", "raise ValueError"), "0", "confirmed"),
        (("return None", "return -1", "raise ValueError"), "None", "undetermined"),
        (("return -1", "return -1", "raise ValueError"), "undetermined", "undetermined"),
    ],
    ids=["nobody knows", "the arbiter gives its value", "the arbiter gives another", "most others give another"],
)
async def test_an_input_on_which_the_solutions_split_decides_nothing_if_the_arbiter_knows_no_other_value(
    gather, others, answer, agreement
):
    talk = Talk(*map(least, others), suites=["assert least([4, 9]) == 4\n"], answers=[f"Answer: {answer}"])
    tests = f"{LEAST_TESTS}assert least([]) == 0\n"
    evidence, _ = await gather(least("return 0"), tests, problem=LEAST, talk=talk, alternatives=3)
    assert evidence.agreement == agreement
    assert evidence.detail.get("undetermined") == (["least([])"] if agreement == "confirmed" else None)


async def test_an_example_of_the_problem_is_never_left_out(gather):
    problem = f"{LEAST}\n\nassert least([]) == 0\n"
    talk = Talk(*map(least, ("return None", "return -1", "raise ValueError")), suites=["assert least([4, 9]) == 4\n"])
    evidence, _ = await gather(least("return 0"), LEAST_TESTS, problem=problem, talk=talk, alternatives=3)
    assert evidence.agreement != "confirmed"


async def test_inputs_that_take_for_ever_cost_neither_agreement_nor_stability(gather):
    program = "def count(n):\n    found = 0\n    while n != found:\n        found += 1\n    return found\n"
    other = "def count(n):\n    place = 0\n    while place != n:\n        place = place + 1\n    return place\n"
    tests = "assert count(1) == 1\nassert count(5) == 5\nassert count(7) == 7\n"
    problem = "Write a Python function `count(n)` that counts up to n and returns it."
    talk = Talk(other, other + "\n# b\n", program, suites=["assert count(3) == 3\n"])
    evidence, _ = await gather(program, tests, problem=problem, talk=talk)
    assert (evidence.agreement, evidence.stable) == ("confirmed", True)


async def test_weak_tests_leave_a_right_program_unverified(gather):
    evidence, _ = await gather(tests="assert triple(0) == 0\n")
    assert evidence.status == "unverified"
    assert evidence.agreement == "confirmed"
    assert any("mutants" in reason for reason in evidence.detail["reasons"])


async def test_a_wrong_test_of_an_independent_suite_disturbs_nothing(gather):
    evidence, _ = await gather(
        talk=Talk(GOOD, OTHER, OTHER, OTHER, suites=["assert triple(5) == 15\nassert triple(2) == 7"])
    )
    assert evidence.status == "verified"
    assert (evidence.suites_passed, evidence.suites) == (1, 1)
    wrong = next(test for test in evidence.tests if "7" in test.source)
    assert (wrong.origin, wrong.fate, wrong.passed) == ("independent", "failed", 0)


async def test_an_unstable_program_is_unverified(gather):
    unstable = "import time\n\ndef triple(x):\n    return x * 3 if abs(x) < 5 else time.time_ns()\n"
    evidence, _ = await gather(program=unstable)
    assert not evidence.stable
    assert evidence.status != "verified"


async def test_a_model_that_repeats_itself_confirms_nothing(gather):
    evidence, _ = await gather(talk=Talk(GOOD, suites=[SUITE]), suites=2)
    assert evidence.agreement == "undetermined"
    assert evidence.status == "unverified"


async def test_solutions_under_another_name_or_that_do_not_load_are_not_counted(gather):
    other_name = OTHER.replace("triple", "thrice")
    evidence, _ = await gather(talk=Talk(GOOD, OTHER, other_name, "def triple(x) return"))
    assert (evidence.alternatives_agreeing, evidence.alternatives) == (2, 2)


async def test_replies_without_a_program_are_not_counted(gather):
    talk = Talk(GOOD, OTHER, OTHER, OTHER)
    talk.answer = lambda request: "I cannot."
    talk.model = ScriptedChatModel(talk.answer)
    evidence, _ = await gather(talk=talk)
    assert evidence.alternatives == 0
    assert evidence.agreement == "undetermined"


async def test_programs_that_print_or_read_are_compared_by_their_values(gather):
    noisy = "def triple(x):\n    print('working', x)\n    return x * 3\n"
    evidence, _ = await gather(program=noisy)
    assert evidence.agreement == "confirmed"


async def test_tests_of_floats_decide_by_their_own_tolerance(gather):
    program = "def third(x):\n    return x / 3\n"
    near = "def third(x):\n    return round(x / 3, 5)\n"
    tests = "assert abs(third(1) - 0.3333) < 0.001\nassert third(9) == 3.0\nassert third(-3) == -1.0\n"
    talk = Talk(near, program, program, program, suites=["assert third(6) == 2.0\n"])
    problem = "Write a Python function `third(x)` that returns a third of x."
    evidence, _ = await gather(program, tests, problem=problem, talk=talk, fuzzed=0)
    assert evidence.agreement == "confirmed"


async def test_an_example_of_the_problem_that_the_program_fails_contradicts_it(gather):
    problem = PROBLEM + " For example, `triple(7) == 21`."
    contract = Contract.of(problem, "python")
    evidence, _ = await gather(program=WRONG, tests="assert triple(1) == 3\n", problem=problem, contract=contract)
    assert evidence.status == "contradicted"
    assert evidence.detail["failed"]


async def test_classes_and_generators_can_be_confirmed(gather):
    head = "class Counter3:\n    def __init__(self, n):\n        self.n = n\n"
    program = f"{head}    def all(self):\n        yield from range(self.n)\n"
    other = program.replace("yield from range(self.n)", "for i in range(self.n):\n            yield i")
    tests = "assert list(Counter3(3).all()) == [0, 1, 2]\nassert list(Counter3(0).all()) == []\n"
    problem = "Write a Python class `Counter3(n)` whose method `all()` yields the numbers below n."
    talk = Talk(other, program, other, other, suites=["assert list(Counter3(1).all()) == [0]\n"])
    evidence, _ = await gather(program, tests, problem=problem, talk=talk)
    assert evidence.agreement == "confirmed"


async def test_a_slow_suite_of_mutants_keeps_to_its_time(gather):
    slow = "def triple(x):\n    import time\n    time.sleep(0.3)\n    return x * 3\n"
    evidence, _ = await gather(program=slow, seconds=2, fuzzed=0)
    assert evidence.mutants < 6
    assert evidence.status != "contradicted"


async def test_without_solutions_only_mutants_decide(gather):
    evidence, talk = await gather(alternatives=0, suites=0)
    assert (evidence.status, evidence.agreement) == ("verified", "")
    assert talk.model.requests == []


async def test_a_sandbox_that_fails_every_time_is_an_error(gather):
    broken = ScriptedInterpreter((), lambda _: MatrixResult(verdict=Verdict.INFRA, detail="no disk"))
    with pytest.raises(AievError, match="sandbox failure while evidence was gathered: no disk"):
        await gather(interpreter=broken)
    assert len(broken.matrices) == 3


async def test_further_tests_are_asked_for_where_those_that_are_there_tell_nothing(gather):
    suites = ["assert triple(1) == 3", "assert triple(4) == 12", "assert triple(0) == 0"]
    talk = Talk(GOOD, "def triple(n):\n    return n + 2\n", OTHER, suites=suites)
    evidence, _ = await gather(tests="assert triple(1) == 3\n", talk=talk)
    assert len(talk.asked("questioner/examine")) == 3
    assert evidence.suites_passed == 3
    assert not [reason for reason in evidence.detail["reasons"] if "one value" in reason]


async def test_one_test_is_enough_where_other_solutions_give_the_same_for_inputs_that_no_test_has(gather):
    evidence, _ = await gather(tests="assert triple(1) == 3\n", talk=Talk(GOOD, OTHER, OTHER, suites=["nothing"]))
    assert evidence.status == "verified"
    evidence, _ = await gather(
        "def triple(n):\n    return 3\n", "assert triple(1) == 3\n", talk=Talk(GOOD, OTHER, OTHER, suites=["nothing"])
    )
    assert evidence.status != "verified"


async def test_a_whole_float_is_no_other_value_than_the_integer(gather):
    program, other = "def part(n):\n    return n / 100\n", "def part(n):\n    return n // 100\n"
    tests = "assert part(100) == 1.0\nassert part(200) == 2.0\nassert part(0) == 0.0\n"
    talk = Talk(other, other, program, program, suites=["assert part(300) == 3\n"], answers=("Answer: 1",))
    evidence, talk = await gather(program, tests, talk=talk, problem="Write a function `part(n)` that gives n / 100.")
    assert evidence.status != "contradicted"
    assert evidence.agreement == "confirmed"
