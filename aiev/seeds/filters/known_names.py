"""Names that a self-contained function may use without defining them, and names that reach outside of the process.

Word lists, a pair for each language; Python asks its own `builtins` instead. Not covered: every name of every standard
library. A name that is missing costs a seed, never a wrong one.
"""

from __future__ import annotations

_ECMASCRIPT = """
Array ArrayBuffer BigInt Boolean Date Error Infinity Intl JSON Map Math NaN Number Object Promise Proxy RangeError
Reflect RegExp Set String Symbol SyntaxError TypeError Uint8Array Uint16Array Uint32Array Int8Array Int16Array
Int32Array Float32Array Float64Array BigInt64Array DataView WeakMap WeakSet Iterator arguments console decodeURI
decodeURIComponent encodeURI encodeURIComponent isFinite isNaN parseFloat parseInt structuredClone undefined
"""
_TYPES_OF_TYPESCRIPT = """
Awaited Exclude Extract Generator Iterable IterableIterator InstanceType NonNullable Omit Parameters Partial Pick
PromiseLike PropertyKey ReadonlyArray ReadonlyMap ReadonlySet Readonly Record Required ReturnType ArrayLike const
"""
_REACHING_OF_ECMASCRIPT = """
require process fs fetch document window globalThis global XMLHttpRequest localStorage sessionStorage navigator
setTimeout setInterval setImmediate __dirname __filename eval WebSocket Deno Bun Buffer module exports
"""
_JAVA = """
String Integer Long Double Float Boolean Character Byte Short Number Object Math StrictMath StringBuilder StringBuffer
CharSequence Comparable Iterable Override SuppressWarnings SafeVarargs Deprecated FunctionalInterface Void Enum Record
Throwable Exception RuntimeException IllegalArgumentException IllegalStateException IndexOutOfBoundsException
NullPointerException ArithmeticException NumberFormatException UnsupportedOperationException ClassCastException
ArrayIndexOutOfBoundsException StringIndexOutOfBoundsException NoSuchElementException ConcurrentModificationException
List ArrayList LinkedList Map HashMap LinkedHashMap TreeMap SortedMap NavigableMap EnumMap Set HashSet LinkedHashSet
TreeSet SortedSet Collection Collections Arrays Iterator ListIterator Queue Deque ArrayDeque PriorityQueue Stack
Vector BitSet Comparator Objects Optional OptionalInt OptionalLong OptionalDouble StringJoiner StringTokenizer Random
UUID Locale Stream IntStream LongStream DoubleStream Collectors Collector Function BiFunction Supplier Consumer
BiConsumer Predicate BiPredicate UnaryOperator BinaryOperator IntFunction IntPredicate IntUnaryOperator ToIntFunction
ToLongFunction ToDoubleFunction BigInteger BigDecimal RoundingMode MathContext Pattern Matcher StandardCharsets
Charset
"""
_REACHING_OF_JAVA = """
System File Files Path Paths Socket ServerSocket Thread Runtime Process ProcessBuilder URL URI InputStream
OutputStream Reader Writer BufferedReader BufferedWriter FileReader FileWriter InputStreamReader IOException
Connection Scanner ExecutorService Executors CompletableFuture Future Class ClassLoader
"""
_CPP = """
std string size_t ssize_t ptrdiff_t int8_t int16_t int32_t int64_t uint8_t uint16_t uint32_t uint64_t intptr_t
uintptr_t vector map set pair nullptr_t abs min max swap sqrt pow floor ceil strlen strcmp memcpy memset isalpha
isdigit isspace isalnum isupper islower toupper tolower assert INT_MAX INT_MIN UINT_MAX SIZE_MAX numeric_limits
"""
_REACHING_OF_CPP = """
cin ifstream ofstream fstream filesystem thread system popen fopen fread fwrite socket getenv exit abort FILE open
close read write malloc free printf
"""
_RUST = """
std core alloc Some None Ok Err Option Result Vec String Box Rc RefCell Cell Cow Ordering Iterator IntoIterator
DoubleEndedIterator ExactSizeIterator FromIterator Extend From Into TryFrom TryInto AsRef AsMut Borrow ToOwned
ToString Display Debug Default Clone Copy PartialEq Eq PartialOrd Ord Hash Fn FnMut FnOnce Sized Send Sync Deref Add
Sub Mul Div Rem Neg Index Drop drop vec format println eprintln print panic assert assert_eq assert_ne debug_assert
unreachable todo unimplemented matches write i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize f32 f64 bool char str
HashMap HashSet BTreeMap BTreeSet VecDeque BinaryHeap iter mem cmp char_indices concat
"""
_REACHING_OF_RUST = (
    "fs net process env thread io File TcpStream TcpListener UdpSocket Command Path PathBuf Mutex Arc libc"
)
_GO = """
any append bool byte cap clear close comparable complex complex64 complex128 copy delete error false float32 float64
imag int int8 int16 int32 int64 iota len make max min new nil panic print println real recover rune string true uint
uint8 uint16 uint32 uint64 uintptr bits bytes cmp container errors fmt hash heap list maps math rand ring regexp
slices sort strconv strings text unicode utf8 utf16 big cmplx hex base64 binary json time
"""
_REACHING_OF_GO = (
    "os net http exec ioutil syscall sql unsafe io bufio filepath log runtime sync atomic context signal url"
)
_BASH = """
: [ [[ alias awk base64 basename bc break builtin cat column comm continue cut date declare dirname echo eval exit
expand export expr false fold getopts grep egrep fgrep head join let local mapfile nl od paste printf read readarray
readonly return rev sed seq set shift shopt shuf sort split tac tail tee test tr true type typeset uniq unset wc xargs
command
"""
_REACHING_OF_BASH = """
apt apt-get brew cd chmod chown cp curl docker dpkg find git kill ln ls make mkdir mount mv nc npm pip pip3 ps python
python3 rm rmdir rsync scp service source . ssh sudo systemctl tar touch trap umount uname wget yum node java go cargo
exec sleep wait kubectl pushd popd jobs bg fg hostname id whoami
"""


def _words(*texts: str) -> frozenset[str]:
    return frozenset(" ".join(texts).split())


KNOWN: dict[str, frozenset[str]] = {
    "javascript": _words(_ECMASCRIPT),
    "typescript": _words(_ECMASCRIPT, _TYPES_OF_TYPESCRIPT),
    "java": _words(_JAVA),
    "cpp": _words(_CPP),
    "rust": _words(_RUST),
    "go": _words(_GO),
    "bash": _words(_BASH),
}
REACHING: dict[str, frozenset[str]] = {
    "javascript": _words(_REACHING_OF_ECMASCRIPT),
    "typescript": _words(_REACHING_OF_ECMASCRIPT),
    "java": _words(_REACHING_OF_JAVA),
    "cpp": _words(_REACHING_OF_CPP),
    "rust": _words(_REACHING_OF_RUST),
    "go": _words(_REACHING_OF_GO),
    "bash": _words(_REACHING_OF_BASH),
}
