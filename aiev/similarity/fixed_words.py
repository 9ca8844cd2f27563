"""Words that no author chooses as a name: keywords, built-in types and functions of the eight languages.

One set for Python and one for all others: a variable that has the name of another language's type is merely compared
by name. Not covered: the standard libraries, since what is called or follows a dot keeps its name anyway (see
`shingles.py`).
"""

from __future__ import annotations

import builtins
import keyword

PYTHON_WORDS = frozenset({*keyword.kwlist, *keyword.softkwlist, "self", "cls", *dir(builtins)} - {"_"})
_KEYWORDS = """
abstract alignas alignof asm assert async auto await bool boolean break byte case catch chan char class co_await
co_return co_yield concept const consteval constexpr constinit continue crate debugger decltype default defer delete
do done double dyn echo elif else elseif enum esac eval exit explicit export extends extern fallthrough false fi final
finally float fn for friend func function go goto if impl implements import in inline instanceof int interface let
local long loop map match mod module move mut mutable namespace native new nil noexcept null number nullptr object of
operator override package permits pub public private protected range readonly record ref require requires return
sealed select self Self set shift short signed sizeof static std strictfp string struct super switch synchronized
template then this throw throws trait transient true try type typedef typeid typename typeof undefined union unknown
unsafe unset unsigned until use using var vec Vec virtual void volatile wchar_t when where while with yield
String Boolean Integer Number Object Array Map Set List Option Some None Ok Err Result Box HashMap Math
i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize f32 f64 int8 int16 int32 int64 uint uint8 uint16 uint32 uint64
float32 float64 rune error any str append cap copy len make print println printf read test
"""
OTHER_WORDS = frozenset(_KEYWORDS.split())
FIXED_WORDS = PYTHON_WORDS | OTHER_WORDS
