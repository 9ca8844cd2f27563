// `assert` as the tests know it: counted and explained. The program's own stays the system's.
// No include guard, as in the system's header: each inclusion defines the macro anew.
#ifdef AIEV_TESTS
#undef assert
#define assert(condition) (aiev_::check(aiev_::Start{} <= condition, #condition, __FILE__, __LINE__))
#ifndef static_assert
#define static_assert static_assert
#endif
#else
#include_next <assert.h>
#endif
