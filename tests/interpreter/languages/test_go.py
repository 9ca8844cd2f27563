"""Go jobs in a container: styles of tests, what is counted, what can not be faked."""

import pytest

pytestmark = pytest.mark.docker

ADD = """package sums

import "fmt"

func Add(a, b int) int {
	if a > 1000 {
		panic("large")
	}
	return a + b
}

func main() { fmt.Println(Add(1, 2)) }
"""
TESTING = """package sums_test

import (
	"reflect"
	"testing"

	"example.com/me/sums"
)

func TestAdd(t *testing.T) {
	cases := []struct{ a, b, want int }{{1, 2, %s}, {2, 2, 4}}
	for _, c := range cases {
		t.Run("one", func(t *testing.T) {
			if got := sums.Add(c.a, c.b); got != c.want {
				t.Errorf("Add(%%d, %%d) = %%d; want %%d", c.a, c.b, got, c.want)
			}
		})
	}
}

func TestPanics(t *testing.T) {
	defer func() {
		if r := recover(); r == nil {
			t.Fatal("no panic")
		}
	}()
	if !reflect.DeepEqual([]int{sums.Add(1, 1)}, []int{2}) { // if this fails: t.Fatal
		t.Fatalf("bad")
	}
	sums.Add(2000, 1)
}
"""
MAIN = """package main

import "fmt"

func main() {
	if Add(1, 2) != %s {
		panic(fmt.Sprintf("got %%d, want %%d", Add(1, 2), %s))
	}
	if Add(1, 1) == 2 {
		fmt.Println("PASS")
	} else {
		fmt.Println("FAIL")
	}
}
"""
TESTIFY = """package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestAdd(t *testing.T) {
	assert.Equal(t, 3, Add(1, 2), "sum")
	assert.True(t, Add(1, 1) == %s)
}
"""
ASSERTIONS = """package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAdd(t *testing.T) {
	assert := assert.New(t)
	assert.Equal(3, Add(1, 2))
	assert.InDeltaSlice([]float64{3}, []float64{float64(Add(1, 2))}, 0.1)
	assert.Equalf(3, Add(1, 2), "sum of %d", 1)
	require.NotEmpty(t, fmt.Sprint(Add(1, 2)))
}
"""
EMPTY = "package main\n\nfunc main() { Add(1, 2) }\n"


@pytest.mark.parametrize(
    ("tests", "count"), [(TESTING % 3, 4), (MAIN % (3, 3), 2), (TESTIFY % 2, 2), (ASSERTIONS, 4), (EMPTY, 0)]
)
def test_guards_that_were_passed_are_counted(run, tests, count):
    done = run("go", ADD, tests)
    assert (done.code, done.completed, done.assertions) == (0, True, count), done.stderr


@pytest.mark.parametrize(
    ("tests", "words"),
    [(TESTING % 4, "Add(1, 2) = 3; want 4"), (MAIN % (4, 4), "got 3, want 4"), (TESTIFY % 3, "Should be true")],
)
def test_failed_test_says_both_values(run, tests, words):
    done = run("golang", ADD, tests)
    assert done.code != 0
    assert not done.completed
    assert words in done.stderr


def test_tests_get_those_imports_of_the_program_that_they_use(run):
    tests = (
        'package main\nimport "sort"\nfunc main() {\nif fmt.Sprint(Add(1, 2)) != "3" { panic("sum") }; os.Exit(0) }\n'
    )
    done = run("go", ADD.replace('import "fmt"', 'import ("fmt"; "os"; "sort")\nvar _, _ = sort.Ints, os.Exit'), tests)
    assert (done.code, done.completed, done.assertions) == (0, True, 1), done.stderr


def test_printed_failure_fails_the_run(run):
    done = run("go", ADD.replace("a + b", "a - b"), (MAIN % (-1, -1)))
    assert (done.code, done.completed) == (1, False)
    assert "not as expected: Add(1, 1) == 2" in done.stderr


def test_compile_error_names_the_file_and_line(run):
    done = run("go", ADD, MAIN.replace("Add", "Sub") % (3, 3))
    assert (done.stage, done.completed) == ("compile", False)
    assert "tests.go:6" in done.stderr
    assert "Sub" in done.stderr


@pytest.mark.parametrize("way", ["os.Exit(0)", "runtime.Goexit()", "syscall.Exit(0)"])
@pytest.mark.parametrize("tests", [TESTING % 3, MAIN % (3, 3)])
def test_early_end_is_not_completed(run, way, tests):
    package = way.partition(".")[0]
    program = f'package main\n\nimport "{package}"\n\nfunc Add(a, b int) int {{ {way}; return 0 }}\n'
    assert not run("go", program, tests).completed


@pytest.mark.parametrize("tests", [TESTING % 3, MAIN % (3, 3), TESTIFY % 2, ASSERTIONS])
def test_sabotage_fails_what_holds(run, tests):
    done = run("go", ADD, tests, mode="sabotage")
    assert done.code != 0
    assert not done.completed


def test_report_on_standard_output_or_descriptor_is_useless(run):
    program = """package main

import ("fmt"; "os"; "syscall")

func Add(a, b int) int {
	fmt.Println(`0123456789abcdef {"assertions": 9, "completed": true, "error": ""}`)
	if _, err := syscall.Write(3, []byte("x")); err == nil { fmt.Println("open") }
	os.Exit(0)
	return 0
}
"""
    done = run("go", program, MAIN % (3, 3))
    assert not done.completed
    assert "open" not in done.stdout
