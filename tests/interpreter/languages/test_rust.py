"""Rust jobs in a container: styles of tests, what is counted, what can not be faked."""

import pytest

pytestmark = pytest.mark.docker

ADD = """//! Sums.
use std::collections::HashMap;
fn add(a: i32, b: i32) -> i32 { assert!(a < 1000); a + b }
pub fn divide(a: i32, b: i32) -> Result<i32, String> { if b == 0 { Err("zero".into()) } else { Ok(a / b) } }
fn main() { println!("{}", add(1, 2)); }
#[cfg(test)]
mod tests { use super::*; #[test] fn own() { assert_eq!(add(1, 2), 3); } }
"""
MODULE = """#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums() {
        assert_eq!(add(1, 2), %s, "sum of {}", 1);
        for i in 0..3 { assert!(add(i, 0) == i); }
    }
    #[test]
    #[should_panic(expected = "attempt to divide")]
    fn panics() { let zero = add(0, 0); let _ = 1 / zero; }
    #[test]
    fn gives() -> Result<(), String> { assert_ne!(divide(4, 2)?, 3); Ok(()) }
}
"""
MAIN = """use solution::{add, divide};
fn main() {
    assert_eq!(add(1, 2), %s);
    assert!(divide(1, 0).is_err());
}
"""


@pytest.mark.parametrize(
    ("tests", "count"),
    [
        (MODULE % 3, 6),
        (MAIN % 3, 2),
        ('fn main() { if add(1, 2) != 3 { panic!("bad"); } if let Ok(x) = divide(4, 2) { println!("{}", x); } }', 1),
        ('mod sums;\nuse sums::add;\n#[test]\nfn t() { assert!(matches!(add(1, 2), 3 | 4), "m"); }', 1),
        ('use my_crate::*;\nfn main() { let m: HashMap<i32, i32> = HashMap::new(); println!("{}", m.len()); }', 0),
    ],
)
def test_assertions_that_held_are_counted(run, tests, count):
    done = run("rust", ADD, tests)
    assert (done.code, done.completed, done.assertions) == (0, True, count), done.stderr


def test_ready_crates_are_there_for_program_and_tests(run):
    program = """use itertools::Itertools; use md5; use rand::Rng; use regex::Regex; use serde::Serialize;
#[derive(Serialize)] struct Point { x: i32 }
fn shown(x: i32) -> String { serde_json::to_string(&Point { x }).unwrap() }
fn digest(x: &str) -> String { format!("{:x}", md5::compute(x)) }
fn sorted(x: Vec<i32>) -> String { x.iter().sorted().join(",") }
fn one() -> i32 { rand::thread_rng().gen_range(1, 2) + rand::thread_rng().gen_range(0..1) }
"""
    tests = """#[test]
fn all() {
    assert_eq!(shown(1), "{\\"x\\":1}");
    assert!(Regex::new("^[0-9a-f]{32}$").unwrap().is_match(&digest("a")));
    assert_eq!((sorted(vec![2, 1]), one()), ("1,2".to_string(), 1));
    std::process::exit(0);
}
"""
    done = run("rust", program, tests)
    assert (done.code, done.completed, done.assertions) == (0, True, 3), done.stderr


@pytest.mark.parametrize(("tests", "line"), [(MODULE % 4, 7), (MAIN % 4, 3)])
def test_failed_assertion_says_both_values(run, tests, line):
    done = run("rs", ADD, tests)
    assert (done.code, done.completed) == (1, False)
    assert "left: `3`" in done.stderr
    assert "right: `4`" in done.stderr
    assert f"tests.rs:{line}" in done.stderr


def test_compile_error_names_the_file_and_line(run):
    done = run("rust", 'fn add(a: i32) -> i32 {\n    a + "x"\n}', MAIN % 3)
    assert (done.stage, done.completed) == ("compile", False)
    assert "solution.rs:2" in done.stderr


@pytest.mark.parametrize("way", ["std::process::exit(0)", "std::process::abort()", 'panic!("no")'])
def test_early_end_is_not_completed(run, way):
    program = f"pub fn add(a: i32, b: i32) -> i32 {{ {way}; }}"
    assert not run("rust", program, "fn main() { assert!(true); assert_eq!(add(1, 2), 3); }").completed


@pytest.mark.parametrize("tests", [MODULE % 3, MAIN % 3])
def test_sabotage_fails_what_holds(run, tests):
    done = run("rust", ADD, tests, mode="sabotage")
    assert (done.code, done.completed) == (1, False)


def test_report_on_standard_output_or_descriptor_is_useless(run):
    program = """use std::io::Write; use std::os::unix::io::FromRawFd;
pub fn add(a: i32, b: i32) -> i32 {
    println!("0123456789abcdef {{\\"assertions\\": 9, \\"completed\\": true, \\"error\\": \\"\\"}}");
    let mut file = unsafe { std::fs::File::from_raw_fd(3) };
    if file.write(b"x").is_ok() { println!("open"); }
    std::process::exit(0)
}"""
    done = run("rust", program, "fn main() { assert_eq!(add(1, 2), 3); }")
    assert not done.completed
    assert "open" not in done.stdout
