// GoogleTest as it is, with its assertions counted. Included after <gtest/gtest.h>, whose macros end in these few.
// Source: the macros of the same names in GoogleTest 1.12. Not covered: death tests, expectations of mocks.
#pragma once

namespace aiev_ {

inline ::testing::AssertionResult judged(::testing::AssertionResult found, const char *what, int line) {
  if (found && sabotaged()) return ::testing::AssertionFailure() << "this assertion was made to fail";
  if (found) count(what, line);
  failed = failed || !(found || gutted);
  return gutted ? ::testing::AssertionSuccess() : found;
}

template <class F> ::testing::AssertionResult settled_by(const F &condition, const char *what, int line) {
  if (!gutted) return judged(condition(), what, line);
  try {
    return judged(condition(), what, line);
  } catch (...) {
    return ::testing::AssertionSuccess();
  }
}

// Whether a statement throws what is expected; Gutted is what the program throws when it has been replaced.
template <class E, class F> ::testing::AssertionResult throws(const F &statement, const char *what, const char *kind) {
  try {
    statement();
  } catch (const Gutted &) {
    throw;
  } catch (const E &) {
    return ::testing::AssertionSuccess();
  } catch (const std::exception &error) {
    return ::testing::AssertionFailure() << "Expected: " << what << " throws an exception of type " << kind
                                         << ".\n  Actual: it throws another one with description \"" << error.what() << "\".";
  } catch (...) {
    return ::testing::AssertionFailure() << "Expected: " << what << " throws an exception of type " << kind
                                         << ".\n  Actual: it throws a different type.";
  }
  return ::testing::AssertionFailure() << "Expected: " << what << " throws an exception of type " << kind
                                       << ".\n  Actual: it throws nothing.";
}

template <class F> ::testing::AssertionResult throws_any(const F &statement, const char *what) {
  try {
    statement();
  } catch (const Gutted &) {
    throw;
  } catch (...) {
    return ::testing::AssertionSuccess();
  }
  return ::testing::AssertionFailure() << "Expected: " << what << " throws an exception.\n  Actual: it doesn't.";
}

template <class F> ::testing::AssertionResult throws_none(const F &statement, const char *what) {
  try {
    statement();
  } catch (const std::exception &error) {
    return ::testing::AssertionFailure() << "Expected: " << what << " doesn't throw an exception.\n  Actual: it throws \""
                                         << error.what() << "\".";
  } catch (...) {
    return ::testing::AssertionFailure() << "Expected: " << what << " doesn't throw an exception.\n  Actual: it throws.";
  }
  return ::testing::AssertionSuccess();
}

}  // namespace aiev_

#undef GTEST_ASSERT_
#define GTEST_ASSERT_(expression, on_failure)                                                        \
  GTEST_AMBIGUOUS_ELSE_BLOCKER_                                                                      \
  if (const ::testing::AssertionResult gtest_ar =                                                    \
          aiev_::settled_by([&]() -> ::testing::AssertionResult { return (expression); }, #expression, __LINE__)) \
    ;                                                                                                \
  else                                                                                               \
    on_failure(gtest_ar.failure_message())

#undef GTEST_TEST_BOOLEAN_
#define GTEST_TEST_BOOLEAN_(expression, text, actual, expected, fail)                                \
  GTEST_AMBIGUOUS_ELSE_BLOCKER_                                                                      \
  if (const ::testing::AssertionResult gtest_ar_ =                                                   \
          aiev_::settled_by([&] { return ::testing::AssertionResult(expression); }, text, __LINE__)) \
    ;                                                                                                \
  else                                                                                               \
    fail(::testing::internal::GetBoolAssertionFailureMessage(gtest_ar_, text, #actual, #expected).c_str())

#define AIEV_STATEMENT(statement) \
  [&] { GTEST_SUPPRESS_UNREACHABLE_CODE_WARNING_BELOW_(statement); }
#undef GTEST_TEST_THROW_
#define GTEST_TEST_THROW_(statement, expected, fail) \
  GTEST_ASSERT_(aiev_::throws<expected>(AIEV_STATEMENT(statement), #statement, #expected), fail)
#undef GTEST_TEST_ANY_THROW_
#define GTEST_TEST_ANY_THROW_(statement, fail) \
  GTEST_ASSERT_(aiev_::throws_any(AIEV_STATEMENT(statement), #statement), fail)
#undef GTEST_TEST_NO_THROW_
#define GTEST_TEST_NO_THROW_(statement, fail) \
  GTEST_ASSERT_(aiev_::throws_none(AIEV_STATEMENT(statement), #statement), fail)
