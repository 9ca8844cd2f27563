// Counts the assertions of the tests that held, runs the tests, and reports when all have ended.
// It is a module of the program's crate; its macros shadow those of the standard library for the tests only.
// Not covered: a program that uses this module or reads its own memory, and an assertion that fails in a thread
// that is never joined.
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicUsize, Ordering};
use std::sync::Mutex;

extern "C" {
    fn read(descriptor: i32, buffer: *mut u8, size: usize) -> isize;
    fn write(descriptor: i32, buffer: *const u8, size: usize) -> isize;
    fn close(descriptor: i32) -> i32;
    fn fcntl(descriptor: i32, command: i32, argument: i32) -> i32;
}
const DUPLICATE_CLOSED_ON_EXEC: i32 = 1030;

pub struct Test {
    pub name: &'static str,
    pub expected: Option<&'static str>,
    pub body: fn() -> Result<(), String>,
}

static COUNT: AtomicUsize = AtomicUsize::new(0);
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
    SABOTAGE.store(words.next() == Some("sabotage"), Ordering::SeqCst);
}
#[used]
#[link_section = ".init_array.00101"]
static BEGIN: extern "C" fn() = begin;

/// Counts one assertion that held; under sabotage it fails.
#[track_caller]
pub fn held() {
    if SABOTAGE.load(Ordering::SeqCst) {
        panic!("this assertion was made to fail");
    }
    COUNT.fetch_add(1, Ordering::SeqCst);
}

/// A condition that decides about a failure. It counts if it has the value that the tests want. A failure that the
/// tests would only print is remembered here.
pub fn guard(wanted: bool, value: bool, printed: bool) -> bool {
    if value == wanted && !SABOTAGE.load(Ordering::SeqCst) {
        COUNT.fetch_add(1, Ordering::SeqCst);
        return value;
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

pub fn register(name: &'static str, expected: Option<&'static str>, body: fn() -> Result<(), String>) {
    TESTS.lock().unwrap().push(Test { name, expected, body });
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
            let said = words(&*error);
            if !said.contains(expected) {
                return Err(format!("it panicked with {:?}, expected {:?}", said, expected));
            }
            catch_unwind(held).map_err(|_| String::new())
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
    if failed || FAILED.load(Ordering::SeqCst) {
        return 1;
    }
    let line = format!(
        "{} {{\"assertions\": {}, \"completed\": true, \"error\": \"\"}}\n",
        TOKEN.lock().unwrap(),
        COUNT.load(Ordering::SeqCst)
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
    ($($given:tt)*) => {{ std::assert!($($given)*); crate::aiev_counting::held() }};
}
macro_rules! assert_eq {
    ($($given:tt)*) => {{ std::assert_eq!($($given)*); crate::aiev_counting::held() }};
}
macro_rules! assert_ne {
    ($($given:tt)*) => {{ std::assert_ne!($($given)*); crate::aiev_counting::held() }};
}
macro_rules! debug_assert { ($($given:tt)*) => { assert!($($given)*) }; }
macro_rules! debug_assert_eq { ($($given:tt)*) => { assert_eq!($($given)*) }; }
macro_rules! debug_assert_ne { ($($given:tt)*) => { assert_ne!($($given)*) }; }
