// Counts the assertions of the tests that held, explains those that failed, and reports at the end.
// It is included before the program, so its constructor runs before any code of the program. It does not include
// <cstring>, whose `strlen` and the like would take the calls of a program that has its own. Not covered: a program
// that uses names of this namespace, or reads its own memory.
#pragma once
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <map>
#include <mutex>
#include <sstream>
#include <string>
#include <type_traits>
#include <utility>

namespace aiev_ {

inline char token[80], mode[16];
inline int report = -1;
inline pid_t process;
inline bool failed = false;
inline bool gutted = false;  // the program's functions return constants, and no failing assertion ends the tests

// An assertion: the line of the tests, its text, and how often it held.
struct Site {
  std::string text;
  long held = 0;
};
inline std::map<int, Site> sites;
inline std::mutex sites_lock;
constexpr std::size_t kSites = 200, kText = 120;  // what a report holds

__attribute__((constructor(101))) inline void begin() {
  char line[96] = {0};
  ssize_t size = 0, got;
  while (size < 95 && (got = read(4, line + size, 1)) == 1 && line[size] != '\n') size++;
  close(4);
  std::sscanf(line, "%79s %15s", token, mode);
  __builtin_memset(line, 0, sizeof line);
  report = fcntl(3, F_DUPFD_CLOEXEC, 100);
  close(3);
  process = getpid();
  gutted = __builtin_strcmp(mode, "zero") == 0 || __builtin_strcmp(mode, "other") == 0;
}

inline bool sabotaged() { return __builtin_strcmp(mode, "sabotage") == 0; }

[[noreturn]] inline void give_up() {
  std::cout.flush();
  std::cerr.flush();
  std::fflush(nullptr);
  _exit(1);
}

inline void count(const std::string &what, int line) {
  std::lock_guard<std::mutex> locked(sites_lock);
  Site &site = sites[line];
  if (site.held++ == 0) site.text = what.substr(0, kText);
}

inline std::string json(const std::string &text) {
  std::string out = "\"";
  for (unsigned char one : text) {
    if (one == '"' || one == '\\') out += '\\';
    if (one >= ' ') out += static_cast<char>(one);
  }
  return out + "\"";
}

inline std::string report_line() {
  std::ostringstream out;
  long held = 0;
  std::size_t listed = 0;
  for (const auto &site : sites) {
    held += site.second.held;
    if (++listed > kSites) continue;
    out << (listed > 1 ? ", " : "") << '[' << site.first << ", " << json(site.second.text) << ", " << site.second.held << ']';
  }
  std::ostringstream line;
  line << token << " {\"assertions\": " << held << ", \"completed\": true, \"error\": \"\", \"sites\": [" << out.str() << "]}\n";
  return line.str();
}

inline int finish(int code) {
  if (gutted) code = 0;
  if (code == 0 && failed) code = 1;
  if (code != 0 || getpid() != process) return code;
  std::string line = report_line();
  std::cout.flush();
  std::fflush(nullptr);
  if (write(report, line.data(), line.size()) != static_cast<ssize_t>(line.size())) return 1;
  return 0;
}

// The tests' `exit`: they have ended as they wanted to.
[[noreturn]] inline void aiev_exit(int code) {
  code = finish(code);
  std::cerr.flush();
  _exit(code);
}

// What functions of a gutted program throw that have no constant to return.
struct Gutted {};

template <class T> struct is_pair : std::false_type {};
template <class A, class B> struct is_pair<std::pair<A, B>> : std::true_type {};

template <class T> T constant_of() {
  const bool other = mode[0] == 'o';
  if constexpr (std::is_arithmetic_v<T>) {
    return static_cast<T>(other ? 7 : 0);
  } else if constexpr (std::is_same_v<T, std::string>) {
    return other ? "aiev" : "";
  } else if constexpr (is_pair<T>::value) {
    return T(constant_of<typename T::first_type>(), constant_of<typename T::second_type>());
  } else if constexpr (std::is_default_constructible_v<T>) {
    T made{};
    if constexpr (requires { made.emplace_back(); }) {
      if (other) made.emplace_back();
    } else if constexpr (requires { made.insert(typename T::value_type{}); }) {
      if (other) made.insert(typename T::value_type{});
    }
    return made;
  } else {
    throw Gutted{};
  }
}

// What a function of a gutted program returns: a value of whatever type it has.
struct Constant {
  template <class T> operator T() const { return constant_of<T>(); }
};
#define AIEV_VALUE if (aiev_::gutted) return aiev_::Constant{};
#define AIEV_VOID if (aiev_::gutted) return;
#define AIEV_OTHER if (aiev_::gutted) throw aiev_::Gutted{};

template <class T, class = void> struct printable : std::false_type {};
template <class T>
struct printable<T, std::void_t<decltype(std::declval<std::ostream &>() << std::declval<const T &>())>>
    : std::true_type {};
template <class T, class = void> struct iterable : std::false_type {};
template <class T>
struct iterable<T, std::void_t<decltype(std::declval<const T &>().begin()), decltype(std::declval<const T &>().end())>>
    : std::true_type {};
template <class T> struct pair_like : std::false_type {};
template <class A, class B> struct pair_like<std::pair<A, B>> : std::true_type {};

template <class T> std::string shown(const T &value) {
  std::ostringstream out;
  out << std::boolalpha;
  out.precision(17);
  if constexpr (std::is_same_v<T, std::nullptr_t>) {
    out << "nullptr";
  } else if constexpr (std::is_convertible_v<const T &, std::string>) {
    if constexpr (std::is_pointer_v<T>) {
      if (value == nullptr) return "nullptr";
    }
    out << '"' << std::string(value) << '"';
  } else if constexpr (std::is_same_v<T, char>) {
    out << '\'' << value << '\'';
  } else if constexpr (printable<T>::value) {
    out << value;
  } else if constexpr (pair_like<T>::value) {
    out << '(' << shown(value.first) << ", " << shown(value.second) << ')';
  } else if constexpr (iterable<T>::value) {
    out << '{';
    int place = 0;
    for (const auto &part : value) {
      if (place > 40) break;
      out << (place++ ? ", " : "") << shown(part);
    }
    out << '}';
  } else if constexpr (std::is_enum_v<T>) {
    out << static_cast<long long>(value);
  } else {
    out << "<object>";
  }
  std::string text = out.str();
  return text.size() <= 400 ? text : text.substr(0, 200) + " … " + text.substr(text.size() - 200);
}

template <class T> std::string shown_value(const T &value) { return shown<std::decay_t<const T &>>(value); }

// The result of an expression, with both sides of its comparison if it has one.
struct Result {
  bool holds;
  std::string because;
  explicit operator bool() const { return holds; }
};

template <class L, class R, class F> Result compared(const L &left, const R &right, F compare) {
  bool holds = compare();
  return {holds, holds ? "" : "left side is " + shown_value(left) + ", right side is " + shown_value(right)};
}

#define AIEV_COMPARISON(op)                                                                                    \
  template <class R> Result operator op(R &&right) {                                                           \
    using Plain = std::decay_t<L>;                                                                             \
    if constexpr (std::is_pointer_v<Plain> && std::is_integral_v<std::decay_t<R>>) {                           \
      return compared(value, right, [&] { return static_cast<bool>(value op reinterpret_cast<Plain>(right)); }); \
    } else {                                                                                                   \
      return compared(value, right, [&] { return static_cast<bool>(value op std::forward<R>(right)); });       \
    }                                                                                                          \
  }
#define AIEV_BITWISE(op) \
  template <class R> auto operator op(R &&right) { return value op std::forward<R>(right); }

template <class L> struct Left {
  L &&value;
  explicit operator bool() const { return static_cast<bool>(value); }
  AIEV_COMPARISON(==)
  AIEV_COMPARISON(!=)
  AIEV_COMPARISON(<)
  AIEV_COMPARISON(<=)
  AIEV_COMPARISON(>)
  AIEV_COMPARISON(>=)
  AIEV_BITWISE(&)
  AIEV_BITWISE(|)
  AIEV_BITWISE(^)
};

// `Start{} <= a == b` means `(Start{} <= a) == b`, which shows both sides and evaluates each once.
struct Start {
  template <class L> Left<L> operator<=(L &&value) const { return {std::forward<L>(value)}; }
};

inline Result result(const Result &given) { return given; }
template <class T> Result result(const Left<T> &given) {
  bool holds = static_cast<bool>(given);
  return {holds, holds ? "" : "the value is " + shown_value(given.value)};
}
template <class T> Result result(const T &given) {
  bool holds = static_cast<bool>(given);
  return {holds, ""};
}

// The result of a condition. Whatever it throws when the program is gutted means that it is not `wanted`.
template <class F> Result settled(const F &condition, bool wanted) {
  if (!gutted) return condition();
  try {
    return condition();
  } catch (...) {
    return {!wanted, ""};
  }
}

// Counts an assertion that held, or prints why it failed; returns whether the tests may go on.
inline bool judge(const Result &found, const char *what, const char *file, int line) {
  if (found.holds && !sabotaged()) {
    count(what, line);
    return true;
  }
  if (gutted) return true;
  failed = true;
  std::cout.flush();
  const char *name = __builtin_strrchr(file, '/');
  std::cerr << (name ? name + 1 : file) << ":" << line << ": assertion failed: " << what;
  if (!found.because.empty()) std::cerr << ": " << found.because;
  std::cerr << std::endl;
  return false;
}

template <class F> void aiev_check(const F &condition, const char *what, const char *file, int line) {
  if (!judge(settled(condition, true), what, file, line)) give_up();
}

// A condition that decides about a failure. It counts if it has the value that the tests want. A failure that the
// tests would only print is remembered here.
template <class F> bool aiev_guard(bool wanted, bool printed, const F &condition, const char *text, int line) {
  Result found = settled(condition, wanted);
  if (found.holds == wanted && !sabotaged()) {
    count(text, line);
    return found.holds;
  }
  if (gutted) return wanted;
  if (printed) {
    failed = true;
    std::cout.flush();
    std::cerr << "not as expected: " << text << (found.because.empty() ? "" : ": ") << found.because << std::endl;
  }
  return !wanted;
}

// Runs the tests' entry; an uncaught exception is a failure.
template <class F> int run(F entry) {
  try {
    return finish(entry());
  } catch (const std::exception &error) {
    std::cout.flush();
    std::cerr << "uncaught exception: " << error.what() << std::endl;
  } catch (...) {
    std::cout.flush();
    std::cerr << "uncaught exception of a type other than std::exception" << std::endl;
  }
  if (gutted) return finish(0);
  give_up();
}

template <class R> int aiev_called(R (*entry)()) {
  if constexpr (std::is_void_v<R>) {
    entry();
    return 0;
  } else {
    return static_cast<int>(entry());
  }
}
template <class R, class N, class V> int aiev_called(R (*entry)(N, V)) {
  static char name[] = "tests";
  static char *words[] = {name, nullptr};
  if constexpr (std::is_void_v<R>) {
    entry(1, words);
    return 0;
  } else {
    return static_cast<int>(entry(1, words));
  }
}

}  // namespace aiev_

// Defined after the program, whose macros may have changed what `int` means.
int aiev_entry();
int main() { return aiev_::run(aiev_entry); }
