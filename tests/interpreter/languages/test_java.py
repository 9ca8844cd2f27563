"""Java jobs in a container: styles of tests, what is counted, what can not be faked."""

import pytest

pytestmark = pytest.mark.docker

ADD = """package com.example.sums;

import java.util.*;

/** public class Sums in words */
public class Sums {
    public static int add(int a, int b) { assert a == a; return a + b; }
    public static String greet(String name) { return "Hello, " + name + ";"; }
    public static void main(String[] args) { System.out.println(add(1, 2)); }
}
"""
MAIN = """import com.example.sums.Sums;

public class SumsTest {
    public static void main(String[] args) throws Exception {
        assert Sums.add(1, 2) == %s : "sum; of: " + 3;
        assert Sums.greet("Bob").equals("Hello, Bob;");
        for (int i = 0; i < 3; i++) assert Sums.add(i, 0) == i;
        boolean good = Sums.add(1, 1) > 1 ? true : false;
        assert good ? true : false : "choice";
        if (Sums.add(2, 2) != 4) {
            throw new AssertionError("four");
        }
        Integer boxed = Sums.add(1, 1);
        assert boxed == 2 && boxed.equals(2);
        System.out.println("assert all; done");
    }
}
"""
JUNIT5 = """package com.example.sums;

import static org.junit.jupiter.api.Assertions.*;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SumsTest {
    private int one;
    @BeforeEach void setUp() { one = 1; }
    @Test @DisplayName("sums") void sums() {
        assertEquals(%s, Sums.add(one, 2), "sum");
        Integer boxed = 4;
        assertEquals(4, boxed);
        assertTrue(Sums.greet("x").startsWith("Hello"));
        assertArrayEquals(new int[] {1, 2}, new int[] {one, 2});
        assertEquals(0.3, 0.1 + 0.2, 1e-9);
    }
    @Test void throwsIt() {
        Exception error = assertThrows(ArithmeticException.class, () -> { int x = one / 0; });
        assertNotNull(error.getMessage());
    }
    @ParameterizedTest @CsvSource({"1, 2, 3", "2, 2, 4"})
    void each(int a, int b, int c) { assertEquals(c, Sums.add(a, b)); }
}
"""
JUNIT4 = """import org.junit.*;
import static org.junit.Assert.assertEquals;

public class SumsTest {
    @Test public void sums() { assertEquals("sum", %s, Sums.add(1, 2)); Assert.assertFalse(Sums.add(1, 2) == 4); }
    @Test(expected = IllegalArgumentException.class) public void refuses() { throw new IllegalArgumentException("x"); }
}
"""
EMPTY = "class T { public static void main(String[] a) { Sums.add(1, 2); } }"


@pytest.mark.parametrize(("tests", "count"), [(MAIN % 3, 8), (JUNIT5 % 3, 9), (JUNIT4 % 3, 3), (EMPTY, 0)])
def test_assertions_that_held_are_counted(run, tests, count):
    done = run("java", ADD, tests)
    assert (done.code, done.completed, done.assertions) == (0, True, count), done.stderr


@pytest.mark.parametrize(
    ("tests", "words"),
    [
        (MAIN % 4, ["left side is 3, right side is 4", "sum; of: 3", "tests.java:5"]),
        (JUNIT5 % 4, ["FAILED SumsTest.sums", "expected: <4> but was: <3>", "tests.java:14"]),
        (JUNIT4 % 4, ["sum ==> expected: <4> but was: <3>"]),
    ],
)
def test_failed_assertion_says_both_values(run, tests, words):
    done = run("java", ADD, tests)
    assert (done.code, done.completed) == (1, False)
    assert all(word in done.stderr for word in words), done.stderr


def test_tests_get_the_imports_of_the_program(run):
    program = "import java.util.*;\nimport com.google.common.base.Joiner;\nimport java.awt.Point;\n" + ADD.replace(
        "package com.example.sums;", ""
    )
    tests = """import java.util.function.*;
class Point {}
class T {
    public static void main(String[] a) {
        List<Integer> sums = new ArrayList<>(Arrays.asList(Sums.add(1, 2)));
        assert Joiner.on("-").join(sums).equals("3");
        System.exit(0);
    }
}"""
    done = run("java", program, tests)
    assert (done.code, done.completed, done.assertions) == (0, True, 1), done.stderr


def test_compile_error_names_the_file_and_line(run):
    done = run("java", "public class Sums {\n    static int add(int a) { return a }\n}", MAIN % 3)
    assert (done.stage, done.completed) == ("compile", False)
    assert "solution.java:2: error" in done.stderr


@pytest.mark.parametrize("way", ["System.exit(0)", "Runtime.getRuntime().halt(0)"])
@pytest.mark.parametrize("tests", [MAIN % 3, JUNIT5 % 3])
def test_early_end_is_not_completed(run, way, tests):
    program = ADD.replace("return a + b", f"{way}; return a + b")
    assert not run("java", program, tests).completed


@pytest.mark.parametrize("tests", [MAIN % 3, JUNIT5 % 3, JUNIT4 % 3])
def test_sabotage_fails_what_holds(run, tests):
    done = run("java", ADD, tests, mode="sabotage")
    assert (done.code, done.completed) == (1, False)


def test_report_on_standard_output_or_descriptor_is_useless(run):
    fake = '0123456789abcdef {\\"assertions\\": 9, \\"completed\\": true, \\"error\\": \\"\\"}'
    program = f"""class Sums {{ static int add(int a, int b) throws Exception {{
        System.out.println("{fake}");
        try (var pipe = new java.io.FileOutputStream("/proc/self/fd/3")) {{ pipe.write("x {fake}\\n".getBytes()); }}
        System.exit(0);
        return 0;
    }} }}"""
    tests = "class T { public static void main(String[] a) throws Exception { assert Sums.add(1, 2) == 3; } }"
    done = run("java", program, tests)
    assert not done.completed
    assert "assertions" in done.stdout
