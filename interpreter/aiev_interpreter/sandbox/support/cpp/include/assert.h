// The tests' `assert`: counted and explained. The program keeps that of the system.
// There is no include guard, as in the system's header: each inclusion redefines the macro.
#ifdef AIEV_TESTS
#undef assert
#define assert(...)                                                                                             \
  (aiev_::aiev_check([&] { return aiev_::result(aiev_::Start{} <= __VA_ARGS__); }, #__VA_ARGS__, __FILE__, __LINE__))
#ifndef static_assert
#define static_assert static_assert
#endif
#else
#include_next <assert.h>
#endif
