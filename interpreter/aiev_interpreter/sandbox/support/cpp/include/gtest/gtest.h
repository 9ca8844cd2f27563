// A small stand-in for GoogleTest: TEST, TEST_F, and the common EXPECT_* and ASSERT_*, counted.
// Not covered: parameterised tests, death tests, matchers.
#pragma once
#include <cmath>
#include <cstring>
#include <vector>

namespace aiev_ {

struct Case {
  const char *name;
  void (*body)();
};
inline std::vector<Case> cases;
struct Register {
  Register(const char *name, void (*body)()) { cases.push_back({name, body}); }
};

// Collects the text after `<<`, and judges at the end of the statement.
struct Claim {
  Result found;
  const char *what, *file;
  int line;
  std::ostringstream words;
  bool judged = false, held = false;
  bool conclude() {
    if (!judged) held = judge(found, what, file, line, words.str());
    judged = true;
    return held;
  }
  template <class T> Claim &operator<<(const T &word) {
    words << word;
    return *this;
  }
  ~Claim() noexcept(false) { conclude(); }
};
// An ASSERT_* that fails leaves the test function.
struct Leave {
  void operator=(const Claim &claim) const { const_cast<Claim &>(claim).conclude(); }
};

}  // namespace aiev_

namespace testing {
class Test {
 public:
  virtual ~Test() = default;
  virtual void TestBody() = 0;
  void run() {
    SetUp();
    TestBody();
    TearDown();
  }

 protected:
  virtual void SetUp() {}
  virtual void TearDown() {}
};
inline void InitGoogleTest(int * = nullptr, char ** = nullptr) {}
}  // namespace testing

inline int RUN_ALL_TESTS() {
  for (const auto &one : aiev_::cases) {
    bool before = aiev_::failed;
    aiev_::failed = false;
    try {
      one.body();
    } catch (const std::exception &error) {
      aiev_::failed = true;
      std::cerr << "uncaught exception: " << error.what() << std::endl;
    }
    if (aiev_::failed) std::cerr << "FAILED " << one.name << std::endl;
    aiev_::failed = aiev_::failed || before;
  }
  aiev_::cases.clear();
  return aiev_::failed ? 1 : 0;
}

#define AIEV_TEST_CLASS(suite, test, base)                                                          \
  struct suite##_##test##_Test : base {                                                             \
    void TestBody() override;                                                                       \
  };                                                                                                \
  static aiev_::Register suite##_##test##_registered(#suite "." #test, [] { suite##_##test##_Test().run(); }); \
  void suite##_##test##_Test::TestBody()
#define TEST(suite, test) AIEV_TEST_CLASS(suite, test, ::testing::Test)
#define TEST_F(fixture, test) AIEV_TEST_CLASS(fixture, test, fixture)

#define AIEV_CLAIM(condition, text) aiev_::Claim{aiev_::result(condition), text, __FILE__, __LINE__}
#define AIEV_MUST(condition, text)                                                \
  if (aiev_::Result aiev_found = aiev_::result(condition);                        \
      aiev_found.holds && !aiev_::sabotaged() && (aiev_::judge(aiev_found, text, __FILE__, __LINE__))) \
    ;                                                                             \
  else                                                                            \
    return aiev_::Leave() = aiev_::Claim{aiev_found, text, __FILE__, __LINE__}
#define AIEV_BOTH(kind, a, op, b) kind(aiev_::Start{} <= (a) op(b), #a " " #op " " #b)
#define EXPECT_EQ(a, b) AIEV_BOTH(AIEV_CLAIM, a, ==, b)
#define EXPECT_NE(a, b) AIEV_BOTH(AIEV_CLAIM, a, !=, b)
#define EXPECT_LT(a, b) AIEV_BOTH(AIEV_CLAIM, a, <, b)
#define EXPECT_LE(a, b) AIEV_BOTH(AIEV_CLAIM, a, <=, b)
#define EXPECT_GT(a, b) AIEV_BOTH(AIEV_CLAIM, a, >, b)
#define EXPECT_GE(a, b) AIEV_BOTH(AIEV_CLAIM, a, >=, b)
#define ASSERT_EQ(a, b) AIEV_BOTH(AIEV_MUST, a, ==, b)
#define ASSERT_NE(a, b) AIEV_BOTH(AIEV_MUST, a, !=, b)
#define ASSERT_LT(a, b) AIEV_BOTH(AIEV_MUST, a, <, b)
#define ASSERT_LE(a, b) AIEV_BOTH(AIEV_MUST, a, <=, b)
#define ASSERT_GT(a, b) AIEV_BOTH(AIEV_MUST, a, >, b)
#define ASSERT_GE(a, b) AIEV_BOTH(AIEV_MUST, a, >=, b)
#define EXPECT_TRUE(a) AIEV_CLAIM(aiev_::Start{} <= (a), #a)
#define EXPECT_FALSE(a) AIEV_CLAIM(!(a), "!(" #a ")")
#define ASSERT_TRUE(a) AIEV_MUST(aiev_::Start{} <= (a), #a)
#define ASSERT_FALSE(a) AIEV_MUST(!(a), "!(" #a ")")
#define AIEV_TEXT(a, b) aiev_::compared(std::string(a), std::string(b), [&] { return std::string(a) == std::string(b); })
#define EXPECT_STREQ(a, b) AIEV_CLAIM(AIEV_TEXT(a, b), #a " == " #b)
#define ASSERT_STREQ(a, b) AIEV_MUST(AIEV_TEXT(a, b), #a " == " #b)
#define AIEV_CLOSE(a, b, by) aiev_::compared(a, b, [&] { return std::fabs((a) - (b)) <= (by); })
#define EXPECT_NEAR(a, b, by) AIEV_CLAIM(AIEV_CLOSE(a, b, by), #a " is near " #b)
#define ASSERT_NEAR(a, b, by) AIEV_MUST(AIEV_CLOSE(a, b, by), #a " is near " #b)
#define EXPECT_DOUBLE_EQ(a, b) EXPECT_NEAR(a, b, 4 * 2.3e-16 * std::fabs(b))
#define ASSERT_DOUBLE_EQ(a, b) ASSERT_NEAR(a, b, 4 * 2.3e-16 * std::fabs(b))
#define EXPECT_FLOAT_EQ(a, b) EXPECT_NEAR(a, b, 4 * 1.2e-7 * std::fabs(b))
#define AIEV_CATCH(statement, catches) \
  [&] {                                \
    try {                              \
      statement;                       \
    }                                  \
    catches;                           \
  }()
#define AIEV_THROWS(statement, type) \
  AIEV_CATCH(statement, catch (const type &) { return true; } catch (...) { return false; } return false)
#define AIEV_THROWS_ANY(statement) AIEV_CATCH(statement, catch (...) { return true; } return false)
#define EXPECT_THROW(statement, type) AIEV_CLAIM(AIEV_THROWS(statement, type), #statement " throws " #type)
#define ASSERT_THROW(statement, type) AIEV_MUST(AIEV_THROWS(statement, type), #statement " throws " #type)
#define EXPECT_ANY_THROW(statement) AIEV_CLAIM(AIEV_THROWS_ANY(statement), #statement " throws")
#define EXPECT_NO_THROW(statement) AIEV_CLAIM(!AIEV_THROWS_ANY(statement), #statement " does not throw")
#define FAIL() AIEV_CLAIM(false, "FAIL()")
#define ADD_FAILURE() AIEV_CLAIM(false, "ADD_FAILURE()")
