"""The modes in which the program's functions return constants: which assertions hold whatever the program does."""

import pytest

pytestmark = pytest.mark.docker

CPP = """#include <string>
#include <vector>
template <class T> T twice(T x) { return x + x; }
struct Stack {
    std::vector<int> held;
    Stack() { held.push_back(0); }
    Stack &push(int x) { held.push_back(x); return *this; }
    int top() const { return held.back(); }
    ~Stack() {}
};
std::string name(const std::vector<std::pair<int, int>> &of) { if (of.empty()) { return "none"; } return "some"; }
constexpr int four() { return 4; }
"""
CPP_TESTS = """#include <cassert>
int main() {
    assert(true);
    assert(name({}) == name({}));
    assert(four() == 4);
    assert(name({}) == "none");
    assert(name({}).empty() == false);
    assert(Stack().push(3).top() == 3);
    if (twice(2) != 4) throw 1;
}
"""
GTEST = """#include <gtest/gtest.h>
TEST(All, Of) {
    EXPECT_EQ(1 + 1, 2);
    EXPECT_EQ(name({}), "none");
    ASSERT_ANY_THROW(Stack().push(3).held.at(9));
    EXPECT_NO_THROW(Stack().top());
}
"""
JAVA = """import java.util.*;
public class Calc {
    private int held;
    public Calc(int x) { this.held = x; }
    public int get() { return held; }
    public static List<int[]> pairs(Map<String, List<Integer>> of) throws IllegalStateException { return List.of(); }
    static <T extends Comparable<T>> T larger(T a, T b) { return a.compareTo(b) > 0 ? a : b; }
    enum Kind { A { int of() { return 1; } }; int of() { return 2; } }
    record Point(int x) { Point { if (x < 0) { throw new IllegalArgumentException(); } } }
    static String[] words(String of) { switch (of) { default: return of.split(" "); } }
}
"""
JAVA_TESTS = """class T {
    public static void main(String[] x) {
        assert true;
        assert new Calc(3).get() == new Calc(3).get();
        assert new Calc(3).get() == 3;
        assert Calc.pairs(Map.of()).isEmpty();
        if (Calc.words("a b").length != 2) { throw new AssertionError("two"); }
        assert new Calc.Point(1).x() == 1;
    }
}
"""
JUNIT = """import static org.junit.jupiter.api.Assertions.*;
import org.junit.jupiter.api.Test;
class T {
    @Test void sums() {
        assertEquals(3, new Calc(3).get());
        assertNotNull(new Calc(3));
        assertThrows(Throwable.class, () -> Calc.larger(1, null));
    }
}
"""
GO = """package main

type Stack struct{ held []int }

func (s *Stack) Push(x int) *Stack { s.held = append(s.held, x); return s }
func (s *Stack) Pop() (x int, err error) { x = s.held[len(s.held)-1]; return x, nil }
func Add(a, b int) int { return a + b }
func Larger[T int | float64](a, b T) T { if a > b { return a }; return b }
func Any(x interface{}) interface{} {
	return x
}
func Two() (map[string]struct{}, []int) { return nil, []int{1} }
func Each(f func(int) (int, error)) {}
"""
GO_TESTS = """package main

import "testing"

func TestAdd(t *testing.T) {
	if Add(1, 2) != Add(1, 2) { t.Error("self") }
	if Add(1, 2) != 3 { t.Error("sum") }
	if _, list := Two(); len(list) != 1 { t.Error("two") }
	if Larger(1, 2) != 2 || Any(1) != 1 { t.Error("larger") }
	if x, err := (&Stack{}).Push(3).Pop(); x != 3 || err != nil { t.Error("stack") }
	if 1 != 1 { t.Error("never") }
}
"""
RUST = """use std::collections::HashMap;
pub struct Stack { held: Vec<i32> }
impl Stack {
    pub fn new() -> Self { Stack { held: vec![] } }
    pub const fn four() -> i32 { 4 }
}
fn add(a: i32, b: i32) -> i32 { a + b }
fn apply<F: Fn(i32) -> i32, T>(f: F, _of: T) -> (i32, Vec<String>) where T: Clone { (f(1), vec![]) }
fn letters(of: &str) -> HashMap<char, i32> { of.chars().map(|one| (one, 1)).collect() }
fn boxed() -> Box<dyn Fn(i32) -> i32> { Box::new(|x| x) }
"""
RUST_TESTS = """#[test]
fn sums() {
    assert_eq!(add(1, 2), add(1, 2));
    assert_eq!(add(1, 2), 3);
    assert!(letters("ab").len() == 2, "{}", 2);
    assert_ne!(apply(|x| x + 1, 3).0, 1);
    assert!(true);
    assert_eq!(boxed()(1), 1);
}
#[test]
#[should_panic]
fn panics() { boxed(); panic!("here") }
"""


@pytest.mark.parametrize(
    ("language", "program", "tests", "kept"),
    [
        ("cpp", CPP, CPP_TESTS, ({3, 4, 5}, {3, 4, 5, 7})),
        ("cpp", CPP, GTEST, ({3, 6}, {3, 6})),
        ("java", JAVA, JAVA_TESTS, ({3, 4, 6, 8}, {3, 4, 8})),
        ("java", JAVA, JUNIT, ({6}, {6})),
        ("go", GO, GO_TESTS, ({6, 11}, {6, 8, 11})),
        ("rust", RUST, RUST_TESTS, ({3, 6, 7}, {3, 6, 7})),
    ],
    ids=["cpp", "gtest", "java", "junit", "go", "rust"],
)
def test_only_assertions_that_ask_nothing_of_the_program_hold_with_both_constants(run, language, program, tests, kept):
    held = run(language, program, tests)
    assert held.completed, held.stderr
    assert len(held.sites) == held.assertions
    for mode, lines in zip(("zero", "other"), kept, strict=True):
        done = run(language, program, tests, mode=f"{mode} ")  # the supervisor writes empty notes behind it
        assert done.completed, done.stderr
        assert {line for line, _, _ in done.sites} == lines, done.sites


def test_site_is_the_line_as_it_was_written(run):
    done = run("java", JAVA, JAVA_TESTS)
    assert done.sites[1] == [4, "assert new Calc(3).get() == new Calc(3).get();", 1]
