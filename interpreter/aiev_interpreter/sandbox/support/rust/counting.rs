// Counts the assertions of the tests that held, runs the tests, and reports when all have ended.
// It is a module of the program's crate; its macros shadow those of the standard library for the tests only.
// Not covered: a program that uses this module or reads its own memory, and an assertion that fails in a thread
// that is never joined.
use std::collections::{HashMap, HashSet};
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::sync::Mutex;

extern "C" {
    fn read(descriptor: i32, buffer: *mut u8, size: usize) -> isize;
    fn write(descriptor: i32, buffer: *const u8, size: usize) -> isize;
    fn close(descriptor: i32) -> i32;
    fn fcntl(descriptor: i32, command: i32, argument: i32) -> i32;
}
const DUPLICATE_CLOSED_ON_EXEC: i32 = 1030;

pub struct Test {
    pub line: u32,
    pub name: &'static str,
    pub expected: Option<&'static str>,
    pub body: fn() -> Result<(), String>,
}

// An assertion: its line, its text, and how often it held.
struct Site(u32, String, usize);
static SITES: Mutex<Vec<Site>> = Mutex::new(Vec::new());
const LISTED: usize = 200;
const SHOWN: usize = 120;
static ZERO: AtomicBool = AtomicBool::new(false);
static OTHER: AtomicBool = AtomicBool::new(false);
static SABOTAGE: AtomicBool = AtomicBool::new(false);
static FAILED: AtomicBool = AtomicBool::new(false);
static REPORT: AtomicI32 = AtomicI32::new(-1);
static TOKEN: Mutex<String> = Mutex::new(String::new());
static TESTS: Mutex<Vec<Test>> = Mutex::new(Vec::new());

// Runs before `main` and before any initializer of the program.
extern "C" fn begin() {
    let mut line = [0u8; 96];
    let mut size = 0;
    unsafe {
        while size < line.len() && read(4, &mut line[size], 1) == 1 && line[size] != b'\n' {
            size += 1;
        }
        close(4);
        REPORT.store(fcntl(3, DUPLICATE_CLOSED_ON_EXEC, 100), Ordering::SeqCst);
        close(3);
    }
    let text = String::from_utf8_lossy(&line[..size]).into_owned();
    let mut words = text.split(' ');
    *TOKEN.lock().unwrap() = words.next().unwrap_or("").to_string();
    let mode = words.next().unwrap_or("");
    SABOTAGE.store(mode == "sabotage", Ordering::SeqCst);
    ZERO.store(mode == "zero", Ordering::SeqCst);
    OTHER.store(mode == "other", Ordering::SeqCst);
}
#[used]
#[link_section = ".init_array.00101"]
static BEGIN: extern "C" fn() = begin;

/// Whether the program's functions return constants, and no failing assertion ends the tests.
#[inline]
pub fn gutted() -> bool {
    ZERO.load(Ordering::Relaxed) || OTHER.load(Ordering::Relaxed)
}

/// What a function of a gutted program panics with that has no constant to return.
pub struct Gutted;

pub fn gone() -> ! {
    std::panic::panic_any(Gutted)
}

/// Types of which there are constants: one value in the mode `zero`, another in the mode `other`.
pub trait Constant {
    fn made(other: bool) -> Self;
}
macro_rules! numbers {
    ($($kind:ty)*) => { $(impl Constant for $kind { fn made(other: bool) -> Self { if other { 7 as $kind } else { 0 as $kind } } })* };
}
numbers! { i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize f32 f64 }
macro_rules! values {
    ($($kind:ty, $zero:expr, $other:expr;)*) => {
        $(impl Constant for $kind { fn made(other: bool) -> Self { if other { $other } else { $zero } } })*
    };
}
values! { bool, false, true; char, 'a', 'z'; String, String::new(), "aiev".to_string(); &str, "", "aiev"; (), (), (); }
impl<T: Constant> Constant for Vec<T> {
    fn made(other: bool) -> Self {
        if other { vec![T::made(other)] } else { Vec::new() }
    }
}
impl<T: Constant> Constant for Option<T> {
    fn made(other: bool) -> Self {
        if other { Some(T::made(other)) } else { None }
    }
}
impl<T: Constant + Eq + std::hash::Hash> Constant for HashSet<T> {
    fn made(other: bool) -> Self {
        Vec::made(other).into_iter().collect()
    }
}
impl<K: Constant + Eq + std::hash::Hash, V: Constant> Constant for HashMap<K, V> {
    fn made(other: bool) -> Self {
        Vec::made(other).into_iter().collect()
    }
}
impl<A: Constant, B: Constant> Constant for (A, B) {
    fn made(other: bool) -> Self {
        (A::made(other), B::made(other))
    }
}
impl<A: Constant, B: Constant, C: Constant> Constant for (A, B, C) {
    fn made(other: bool) -> Self {
        (A::made(other), B::made(other), C::made(other))
    }
}

pub fn constant<T: Constant>() -> T {
    T::made(OTHER.load(Ordering::SeqCst))
}

/// Counts one assertion that held, by its line; under sabotage it fails.
#[track_caller]
pub fn held(line: u32, text: &str) {
    if SABOTAGE.load(Ordering::SeqCst) {
        panic!("this assertion was made to fail");
    }
    let mut sites = SITES.lock().unwrap_or_else(|error| error.into_inner());
    match sites.iter_mut().find(|site| site.0 == line) {
        Some(site) => site.2 += 1,
        None => sites.push(Site(line, text.chars().take(SHOWN).collect(), 1)),
    }
}

/// A condition that decides about a failure. It counts if it has the value that the tests want. A failure that the
/// tests would only print is remembered here.
pub fn guard(line: u32, text: &str, wanted: bool, value: bool, printed: bool) -> bool {
    if value == wanted && !SABOTAGE.load(Ordering::SeqCst) {
        held(line, text);
        return value;
    }
    if gutted() {
        return wanted;
    }
    if printed {
        FAILED.store(true, Ordering::SeqCst);
    }
    !wanted
}

/// The types that a test function can return.
pub trait Outcome {
    fn outcome(self) -> Result<(), String>;
}
impl Outcome for () {
    fn outcome(self) -> Result<(), String> {
        Ok(())
    }
}
impl<T, E: std::fmt::Debug> Outcome for Result<T, E> {
    fn outcome(self) -> Result<(), String> {
        self.map(|_| ()).map_err(|error| format!("Error: {:?}", error))
    }
}

pub fn register(line: u32, name: &'static str, expected: Option<&'static str>, body: fn() -> Result<(), String>) {
    TESTS.lock().unwrap().push(Test { line, name, expected, body });
}

/// The tests' `process::exit`: they have ended as they wanted to.
pub fn exit(code: i32) -> ! {
    std::process::exit(if code == 0 { finish(false) } else { finish(true) })
}

fn words(error: &(dyn std::any::Any + Send)) -> String {
    if let Some(text) = error.downcast_ref::<&str>() {
        text.to_string()
    } else {
        error.downcast_ref::<String>().cloned().unwrap_or_default()
    }
}

// Whether a test passed. A test that should panic must do so with the expected text, which counts as an assertion.
fn passed(test: &Test) -> Result<(), String> {
    let ended = catch_unwind(AssertUnwindSafe(test.body));
    match (ended, test.expected) {
        (Ok(outcome), None) => outcome,
        (Ok(_), Some(_)) => Err("it did not panic as expected".to_string()),
        (Err(_), None) => Err(String::new()),
        (Err(error), Some(expected)) => {
            if error.is::<Gutted>() {
                return Err(String::new());
            }
            let said = words(&*error);
            if !said.contains(expected) {
                return Err(format!("it panicked with {:?}, expected {:?}", said, expected));
            }
            catch_unwind(|| held(test.line, "#[should_panic]")).map_err(|_| String::new())
        }
    }
}

pub fn run() -> i32 {
    let tests = std::mem::take(&mut *TESTS.lock().unwrap());
    let mut failed = false;
    for test in &tests {
        if let Err(reason) = passed(test) {
            failed = true;
            eprintln!("FAILED {}{}{}", test.name, if reason.is_empty() { "" } else { ": " }, reason);
        }
    }
    finish(failed)
}

fn quoted(text: &str) -> String {
    let kept = text.chars().map(|one| if one == '"' || one == '\\' || one.is_control() { '\'' } else { one });
    format!("\"{}\"", kept.collect::<String>())
}

// Reports unless the tests failed; returns the exit code.
fn finish(failed: bool) -> i32 {
    if (failed || FAILED.load(Ordering::SeqCst)) && !gutted() {
        return 1;
    }
    let sites = SITES.lock().unwrap_or_else(|error| error.into_inner());
    let held: usize = sites.iter().map(|site| site.2).sum();
    let listed = sites.iter().take(LISTED).map(|Site(line, text, held)| format!("[{}, {}, {}]", line, quoted(text), held));
    let line = format!(
        "{} {{\"assertions\": {}, \"completed\": true, \"error\": \"\", \"sites\": [{}]}}\n",
        TOKEN.lock().unwrap(),
        held,
        listed.collect::<Vec<_>>().join(", ")
    );
    let _ = std::io::Write::flush(&mut std::io::stdout());
    let written = unsafe { write(REPORT.load(Ordering::SeqCst), line.as_ptr(), line.len()) };
    (written != line.len() as isize) as i32
}

#[no_mangle]
pub extern "C" fn main() -> i32 {
    run()
}

macro_rules! assert {
    ($condition:expr $(, $($words:tt)*)?) => {{
        if !crate::aiev_counting::gutted() {
            std::assert!($condition $(, $($words)*)?);
            crate::aiev_counting::held(line!(), stringify!($condition));
        } else if $condition {
            crate::aiev_counting::held(line!(), stringify!($condition));
        }
    }};
}
macro_rules! aiev_compared {
    ($assertion:ident, $operator:tt, $left:expr, $right:expr $(, $($words:tt)*)?) => {{
        let text = concat!(stringify!($left), " ", stringify!($operator), " ", stringify!($right));
        if !crate::aiev_counting::gutted() {
            std::$assertion!($left, $right $(, $($words)*)?);
            crate::aiev_counting::held(line!(), text);
        } else if match (&$left, &$right) { (left, right) => *left $operator *right } {
            crate::aiev_counting::held(line!(), text);
        }
    }};
}
macro_rules! assert_eq { ($($given:tt)*) => { aiev_compared!(assert_eq, ==, $($given)*) }; }
macro_rules! assert_ne { ($($given:tt)*) => { aiev_compared!(assert_ne, !=, $($given)*) }; }
macro_rules! debug_assert { ($($given:tt)*) => { assert!($($given)*) }; }
macro_rules! debug_assert_eq { ($($given:tt)*) => { assert_eq!($($given)*) }; }
macro_rules! debug_assert_ne { ($($given:tt)*) => { assert_ne!($($given)*) }; }
