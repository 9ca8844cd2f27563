"""C++ jobs in a container: what is counted, what fails, and what can not be faked."""

import pytest

pytestmark = pytest.mark.docker

ADD = "#include <string>\n#include <vector>\nint add(int a, int b) { return a + b; }\nint main() { return 7; }\n"
MAIN = '#include <cassert>\n#include <iostream>\nint main() {{ {} std::cout << "done\\n"; }}\n'
GTEST = """#include <gtest/gtest.h>
#include "solution.h"
TEST(Add, Small) {
    EXPECT_EQ(add(1, 2), 3) << "small";
    ASSERT_TRUE(add(1, 1) == 2);
    EXPECT_THROW(throw std::runtime_error("x"), std::runtime_error);
}
TEST(Add, Large) { ASSERT_EQ(add(100, 200), %s) << "large"; }
int main(int argc, char **argv) { ::testing::InitGoogleTest(&argc, argv); return RUN_ALL_TESTS(); }
"""


@pytest.mark.parametrize(
    ("tests", "count"),
    [
        (MAIN.format("assert(add(1, 2) == 3); for (int i = 0; i < 3; i++) assert(add(i, 0) == i);"), 4),
        ('#include "solution.cpp"\n#include <bits/stdc++.h>\nvoid test_a() { assert(add(1, 2) == 3 && true); }', 1),
        (MAIN.format("std::vector<int> v; assert(v.empty()); assert(v.size() == 0 || add(1, 2)); return 0;"), 2),
        (MAIN.format("int *p = nullptr; assert(p == NULL); assert(!p); assert(add(1, 2) & 1);"), 3),
        (MAIN.format('if (add(1, 2) != 3) { std::cerr << "bad"; return 1; } if (int x = 3; x != 3) throw 1;'), 1),
        (MAIN.format('if (add(1, 2) == 3) std::cout << "PASS"; else std::cout << "FAIL";'), 1),
        (MAIN.format(""), 0),
        (GTEST % 300, 4),
    ],
)
def test_assertions_that_held_are_counted(run, tests, count):
    done = run("cpp", ADD, tests)
    assert (done.code, done.completed, done.assertions) == (0, True, count), done.stderr


MACROS = """#include <iostream>
using namespace std;
#define int long long
#define endl '\\n'
#define check(x) x
#define assert(x) ((void)0)
int power(int base, int exponent) { return exponent ? base * power(base, exponent - 1) : 1; }
signed main() { cout << power(2, 3) << endl; }
"""


@pytest.mark.parametrize(
    "tests",
    [
        "#include <cassert>\n#include <set>\nint main() { assert(power(10, 12) == 1000000000000LL); exit(0); }\n",
        "#include <gmock/gmock.h>\nTEST(Power, Large) { EXPECT_THAT(power(10, 12), testing::Gt(999999999999LL)); }\n",
    ],
)
def test_macros_of_the_program_do_not_reach_the_counter(run, tests):
    done = run("cpp", MACROS, tests)
    assert (done.code, done.completed, done.assertions) == (0, True, 1), done.stderr


def test_assertions_of_the_program_are_not_counted(run):
    program = "#include <cassert>\nint add(int a, int b) { assert(a == a); return a + b; }"
    done = run("c++", program, MAIN.format("assert(add(1, 2) == 3);"))
    assert (done.completed, done.assertions) == (True, 1)


def test_failed_assertion_says_both_values(run):
    done = run("cpp", ADD, MAIN.format("assert(add(1, 2) == 4);"))
    assert (done.code, done.completed) == (1, False)
    assert "tests.cpp:3: assertion failed: add(1, 2) == 4: left side is 3, right side is 4" in done.stderr


def test_failed_expectation_says_both_values_and_goes_on(run):
    done = run("cpp", ADD, GTEST % 301)
    assert (done.code, done.completed) == (1, False)
    assert "Which is: 300\n  301\nlarge" in done.stdout


def test_printed_failure_fails_the_run(run):
    done = run("cpp", ADD, MAIN.format('if (add(1, 2) == 4) std::cout << "PASS"; else std::cout << "FAIL";'))
    assert (done.code, done.completed) == (1, False)
    assert "add(1, 2) == 4: left side is 3, right side is 4" in done.stderr


def test_compile_error_names_the_file_and_line(run):
    done = run("cpp", ADD, "#include <cassert>\nint main() {\n  assert(sub(1, 2) == 3);\n}\n")
    assert (done.stage, done.completed) == ("compile", False)
    assert "tests.cpp:3" in done.stderr
    assert "was not declared" in done.stderr


@pytest.mark.parametrize("way", ["std::exit(0)", "_exit(0)", "std::quick_exit(0)", "std::abort()", "throw 1"])
def test_early_end_is_not_completed(run, way):
    program = f"#include <cstdlib>\n#include <unistd.h>\nint add(int a, int b) {{ {way}; return 0; }}"
    assert not run("cpp", program, MAIN.format("assert(true); assert(add(1, 2) == 3);")).completed


def test_sabotage_fails_what_holds(run):
    done = run("cpp", ADD, MAIN.format("assert(add(1, 2) == 3);"), mode="sabotage")
    assert (done.code, done.completed) == (1, False)


def test_report_on_standard_output_or_descriptor_is_useless(run):
    fake = '{\\"assertions\\": 9, \\"completed\\": true, \\"error\\": \\"\\"}\\n'
    program = (
        "#include <cstdio>\n#include <cstdlib>\n#include <unistd.h>\n"
        f'int add(int, int) {{ puts("0123456789abcdef {fake}"); '
        f'if (write(3, "x {fake}", 60) > 0) puts("open"); exit(0); }}'
    )
    done = run("cpp", program, MAIN.format("assert(add(1, 2) == 3);"))
    assert not done.completed
    assert "open" not in done.stdout
