package org.junit.jupiter.api;

import aiev.Count;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.function.Executable;

/** JUnit 5's assertions, counted. The overloads are JUnit's, since they decide what compiles. */
public class Assertions {
    protected Assertions() {}

    public static void assertEquals(byte expected, byte actual) { equal(expected, actual, null); }
    public static void assertNotEquals(byte unexpected, byte actual) { unequal(unexpected, actual, null); }
    public static void assertEquals(byte expected, Byte actual) { equal(expected, actual, null); }
    public static void assertNotEquals(byte unexpected, Byte actual) { unequal(unexpected, actual, null); }
    public static void assertEquals(Byte expected, byte actual) { equal(expected, actual, null); }
    public static void assertNotEquals(Byte unexpected, byte actual) { unequal(unexpected, actual, null); }
    public static void assertEquals(Byte expected, Byte actual) { equal(expected, actual, null); }
    public static void assertNotEquals(Byte unexpected, Byte actual) { unequal(unexpected, actual, null); }
    public static void assertEquals(char expected, char actual) { equal(expected, actual, null); }
    public static void assertNotEquals(char unexpected, char actual) { unequal(unexpected, actual, null); }
    public static void assertEquals(char expected, Character actual) { equal(expected, actual, null); }
    public static void assertNotEquals(char unexpected, Character actual) { unequal(unexpected, actual, null); }
    public static void assertEquals(Character expected, char actual) { equal(expected, actual, null); }
    public static void assertNotEquals(Character unexpected, char actual) { unequal(unexpected, actual, null); }
    public static void assertEquals(Character expected, Character actual) { equal(expected, actual, null); }
    public static void assertNotEquals(Character unexpected, Character actual) { unequal(unexpected, actual, null); }
    public static void assertEquals(short expected, short actual) { equal(expected, actual, null); }
    public static void assertNotEquals(short unexpected, short actual) { unequal(unexpected, actual, null); }
    public static void assertEquals(short expected, Short actual) { equal(expected, actual, null); }
    public static void assertNotEquals(short unexpected, Short actual) { unequal(unexpected, actual, null); }
    public static void assertEquals(Short expected, short actual) { equal(expected, actual, null); }
    public static void assertNotEquals(Short unexpected, short actual) { unequal(unexpected, actual, null); }
    public static void assertEquals(Short expected, Short actual) { equal(expected, actual, null); }
    public static void assertNotEquals(Short unexpected, Short actual) { unequal(unexpected, actual, null); }
    public static void assertEquals(int expected, int actual) { equal(expected, actual, null); }
    public static void assertNotEquals(int unexpected, int actual) { unequal(unexpected, actual, null); }
    public static void assertEquals(int expected, Integer actual) { equal(expected, actual, null); }
    public static void assertNotEquals(int unexpected, Integer actual) { unequal(unexpected, actual, null); }
    public static void assertEquals(Integer expected, int actual) { equal(expected, actual, null); }
    public static void assertNotEquals(Integer unexpected, int actual) { unequal(unexpected, actual, null); }
    public static void assertEquals(Integer expected, Integer actual) { equal(expected, actual, null); }
    public static void assertNotEquals(Integer unexpected, Integer actual) { unequal(unexpected, actual, null); }
    public static void assertEquals(long expected, long actual) { equal(expected, actual, null); }
    public static void assertNotEquals(long unexpected, long actual) { unequal(unexpected, actual, null); }
    public static void assertEquals(long expected, Long actual) { equal(expected, actual, null); }
    public static void assertNotEquals(long unexpected, Long actual) { unequal(unexpected, actual, null); }
    public static void assertEquals(Long expected, long actual) { equal(expected, actual, null); }
    public static void assertNotEquals(Long unexpected, long actual) { unequal(unexpected, actual, null); }
    public static void assertEquals(Long expected, Long actual) { equal(expected, actual, null); }
    public static void assertNotEquals(Long unexpected, Long actual) { unequal(unexpected, actual, null); }
    public static void assertEquals(float expected, float actual) { equal(expected, actual, null); }
    public static void assertNotEquals(float unexpected, float actual) { unequal(unexpected, actual, null); }
    public static void assertEquals(float expected, Float actual) { equal(expected, actual, null); }
    public static void assertNotEquals(float unexpected, Float actual) { unequal(unexpected, actual, null); }
    public static void assertEquals(Float expected, float actual) { equal(expected, actual, null); }
    public static void assertNotEquals(Float unexpected, float actual) { unequal(unexpected, actual, null); }
    public static void assertEquals(Float expected, Float actual) { equal(expected, actual, null); }
    public static void assertNotEquals(Float unexpected, Float actual) { unequal(unexpected, actual, null); }
    public static void assertEquals(double expected, double actual) { equal(expected, actual, null); }
    public static void assertNotEquals(double unexpected, double actual) { unequal(unexpected, actual, null); }
    public static void assertEquals(double expected, Double actual) { equal(expected, actual, null); }
    public static void assertNotEquals(double unexpected, Double actual) { unequal(unexpected, actual, null); }
    public static void assertEquals(Double expected, double actual) { equal(expected, actual, null); }
    public static void assertNotEquals(Double unexpected, double actual) { unequal(unexpected, actual, null); }
    public static void assertEquals(Double expected, Double actual) { equal(expected, actual, null); }
    public static void assertNotEquals(Double unexpected, Double actual) { unequal(unexpected, actual, null); }
    public static void assertEquals(Object expected, Object actual) { equal(expected, actual, null); }
    public static void assertNotEquals(Object unexpected, Object actual) { unequal(unexpected, actual, null); }
    public static void assertEquals(double expected, double actual, double delta) { near(expected, actual, delta, null); }
    public static void assertEquals(float expected, float actual, float delta) { near(expected, actual, delta, null); }
    public static void assertTrue(boolean condition) { Count.judge(condition, null, "expected: <true> but was: <false>"); }
    public static void assertFalse(boolean condition) { Count.judge(!condition, null, "expected: <false> but was: <true>"); }
    public static void assertNull(Object actual) { Count.judge(actual == null, null, "expected: <null> but was: <" + Count.shown(actual) + ">"); }
    public static void assertNotNull(Object actual) { Count.judge(actual != null, null, "expected: not <null>"); }
    public static void assertSame(Object expected, Object actual) { same(expected, actual, null); }
    public static void assertNotSame(Object unexpected, Object actual) { Count.judge(unexpected != actual, null, "expected: not same but was: <" + Count.shown(actual) + ">"); }
    public static void assertArrayEquals(byte[] expected, byte[] actual) { equal(expected, actual, null); }
    public static void assertArrayEquals(char[] expected, char[] actual) { equal(expected, actual, null); }
    public static void assertArrayEquals(short[] expected, short[] actual) { equal(expected, actual, null); }
    public static void assertArrayEquals(int[] expected, int[] actual) { equal(expected, actual, null); }
    public static void assertArrayEquals(long[] expected, long[] actual) { equal(expected, actual, null); }
    public static void assertArrayEquals(float[] expected, float[] actual) { equal(expected, actual, null); }
    public static void assertArrayEquals(double[] expected, double[] actual) { equal(expected, actual, null); }
    public static void assertArrayEquals(boolean[] expected, boolean[] actual) { equal(expected, actual, null); }
    public static void assertArrayEquals(Object[] expected, Object[] actual) { equal(expected, actual, null); }
    public static void assertArrayEquals(double[] expected, double[] actual, double delta) { allNear(expected, actual, delta, null); }
    public static void assertIterableEquals(Iterable<?> expected, Iterable<?> actual) { equal(listed(expected), listed(actual), null); }
    public static void assertLinesMatch(List<String> expected, List<String> actual) { equal(expected, actual, null); }
    public static <T extends Throwable> T assertThrows(Class<T> type, Executable action) { return throwing(type, action, null); }
    public static <T extends Throwable> T assertThrowsExactly(Class<T> type, Executable action) { return throwing(type, action, null); }
    public static <T> T assertInstanceOf(Class<T> type, Object actual) { Count.judge(type.isInstance(actual), null, "expected: <" + type.getName() + "> but was: <" + Count.shown(actual) + ">"); return type.cast(actual); }
    public static void assertDoesNotThrow(Executable action) { quiet(action, null); }
    public static void assertTimeout(Duration limit, Executable action) { timed(limit, action, null); }
    public static void assertTimeoutPreemptively(Duration limit, Executable action) { timed(limit, action, null); }
    public static void assertEquals(byte expected, byte actual, String message) { equal(expected, actual, message); }
    public static void assertNotEquals(byte unexpected, byte actual, String message) { unequal(unexpected, actual, message); }
    public static void assertEquals(byte expected, Byte actual, String message) { equal(expected, actual, message); }
    public static void assertNotEquals(byte unexpected, Byte actual, String message) { unequal(unexpected, actual, message); }
    public static void assertEquals(Byte expected, byte actual, String message) { equal(expected, actual, message); }
    public static void assertNotEquals(Byte unexpected, byte actual, String message) { unequal(unexpected, actual, message); }
    public static void assertEquals(Byte expected, Byte actual, String message) { equal(expected, actual, message); }
    public static void assertNotEquals(Byte unexpected, Byte actual, String message) { unequal(unexpected, actual, message); }
    public static void assertEquals(char expected, char actual, String message) { equal(expected, actual, message); }
    public static void assertNotEquals(char unexpected, char actual, String message) { unequal(unexpected, actual, message); }
    public static void assertEquals(char expected, Character actual, String message) { equal(expected, actual, message); }
    public static void assertNotEquals(char unexpected, Character actual, String message) { unequal(unexpected, actual, message); }
    public static void assertEquals(Character expected, char actual, String message) { equal(expected, actual, message); }
    public static void assertNotEquals(Character unexpected, char actual, String message) { unequal(unexpected, actual, message); }
    public static void assertEquals(Character expected, Character actual, String message) { equal(expected, actual, message); }
    public static void assertNotEquals(Character unexpected, Character actual, String message) { unequal(unexpected, actual, message); }
    public static void assertEquals(short expected, short actual, String message) { equal(expected, actual, message); }
    public static void assertNotEquals(short unexpected, short actual, String message) { unequal(unexpected, actual, message); }
    public static void assertEquals(short expected, Short actual, String message) { equal(expected, actual, message); }
    public static void assertNotEquals(short unexpected, Short actual, String message) { unequal(unexpected, actual, message); }
    public static void assertEquals(Short expected, short actual, String message) { equal(expected, actual, message); }
    public static void assertNotEquals(Short unexpected, short actual, String message) { unequal(unexpected, actual, message); }
    public static void assertEquals(Short expected, Short actual, String message) { equal(expected, actual, message); }
    public static void assertNotEquals(Short unexpected, Short actual, String message) { unequal(unexpected, actual, message); }
    public static void assertEquals(int expected, int actual, String message) { equal(expected, actual, message); }
    public static void assertNotEquals(int unexpected, int actual, String message) { unequal(unexpected, actual, message); }
    public static void assertEquals(int expected, Integer actual, String message) { equal(expected, actual, message); }
    public static void assertNotEquals(int unexpected, Integer actual, String message) { unequal(unexpected, actual, message); }
    public static void assertEquals(Integer expected, int actual, String message) { equal(expected, actual, message); }
    public static void assertNotEquals(Integer unexpected, int actual, String message) { unequal(unexpected, actual, message); }
    public static void assertEquals(Integer expected, Integer actual, String message) { equal(expected, actual, message); }
    public static void assertNotEquals(Integer unexpected, Integer actual, String message) { unequal(unexpected, actual, message); }
    public static void assertEquals(long expected, long actual, String message) { equal(expected, actual, message); }
    public static void assertNotEquals(long unexpected, long actual, String message) { unequal(unexpected, actual, message); }
    public static void assertEquals(long expected, Long actual, String message) { equal(expected, actual, message); }
    public static void assertNotEquals(long unexpected, Long actual, String message) { unequal(unexpected, actual, message); }
    public static void assertEquals(Long expected, long actual, String message) { equal(expected, actual, message); }
    public static void assertNotEquals(Long unexpected, long actual, String message) { unequal(unexpected, actual, message); }
    public static void assertEquals(Long expected, Long actual, String message) { equal(expected, actual, message); }
    public static void assertNotEquals(Long unexpected, Long actual, String message) { unequal(unexpected, actual, message); }
    public static void assertEquals(float expected, float actual, String message) { equal(expected, actual, message); }
    public static void assertNotEquals(float unexpected, float actual, String message) { unequal(unexpected, actual, message); }
    public static void assertEquals(float expected, Float actual, String message) { equal(expected, actual, message); }
    public static void assertNotEquals(float unexpected, Float actual, String message) { unequal(unexpected, actual, message); }
    public static void assertEquals(Float expected, float actual, String message) { equal(expected, actual, message); }
    public static void assertNotEquals(Float unexpected, float actual, String message) { unequal(unexpected, actual, message); }
    public static void assertEquals(Float expected, Float actual, String message) { equal(expected, actual, message); }
    public static void assertNotEquals(Float unexpected, Float actual, String message) { unequal(unexpected, actual, message); }
    public static void assertEquals(double expected, double actual, String message) { equal(expected, actual, message); }
    public static void assertNotEquals(double unexpected, double actual, String message) { unequal(unexpected, actual, message); }
    public static void assertEquals(double expected, Double actual, String message) { equal(expected, actual, message); }
    public static void assertNotEquals(double unexpected, Double actual, String message) { unequal(unexpected, actual, message); }
    public static void assertEquals(Double expected, double actual, String message) { equal(expected, actual, message); }
    public static void assertNotEquals(Double unexpected, double actual, String message) { unequal(unexpected, actual, message); }
    public static void assertEquals(Double expected, Double actual, String message) { equal(expected, actual, message); }
    public static void assertNotEquals(Double unexpected, Double actual, String message) { unequal(unexpected, actual, message); }
    public static void assertEquals(Object expected, Object actual, String message) { equal(expected, actual, message); }
    public static void assertNotEquals(Object unexpected, Object actual, String message) { unequal(unexpected, actual, message); }
    public static void assertEquals(double expected, double actual, double delta, String message) { near(expected, actual, delta, message); }
    public static void assertEquals(float expected, float actual, float delta, String message) { near(expected, actual, delta, message); }
    public static void assertTrue(boolean condition, String message) { Count.judge(condition, message, "expected: <true> but was: <false>"); }
    public static void assertFalse(boolean condition, String message) { Count.judge(!condition, message, "expected: <false> but was: <true>"); }
    public static void assertNull(Object actual, String message) { Count.judge(actual == null, message, "expected: <null> but was: <" + Count.shown(actual) + ">"); }
    public static void assertNotNull(Object actual, String message) { Count.judge(actual != null, message, "expected: not <null>"); }
    public static void assertSame(Object expected, Object actual, String message) { same(expected, actual, message); }
    public static void assertNotSame(Object unexpected, Object actual, String message) { Count.judge(unexpected != actual, message, "expected: not same but was: <" + Count.shown(actual) + ">"); }
    public static void assertArrayEquals(byte[] expected, byte[] actual, String message) { equal(expected, actual, message); }
    public static void assertArrayEquals(char[] expected, char[] actual, String message) { equal(expected, actual, message); }
    public static void assertArrayEquals(short[] expected, short[] actual, String message) { equal(expected, actual, message); }
    public static void assertArrayEquals(int[] expected, int[] actual, String message) { equal(expected, actual, message); }
    public static void assertArrayEquals(long[] expected, long[] actual, String message) { equal(expected, actual, message); }
    public static void assertArrayEquals(float[] expected, float[] actual, String message) { equal(expected, actual, message); }
    public static void assertArrayEquals(double[] expected, double[] actual, String message) { equal(expected, actual, message); }
    public static void assertArrayEquals(boolean[] expected, boolean[] actual, String message) { equal(expected, actual, message); }
    public static void assertArrayEquals(Object[] expected, Object[] actual, String message) { equal(expected, actual, message); }
    public static void assertArrayEquals(double[] expected, double[] actual, double delta, String message) { allNear(expected, actual, delta, message); }
    public static void assertIterableEquals(Iterable<?> expected, Iterable<?> actual, String message) { equal(listed(expected), listed(actual), message); }
    public static void assertLinesMatch(List<String> expected, List<String> actual, String message) { equal(expected, actual, message); }
    public static <T extends Throwable> T assertThrows(Class<T> type, Executable action, String message) { return throwing(type, action, message); }
    public static <T extends Throwable> T assertThrowsExactly(Class<T> type, Executable action, String message) { return throwing(type, action, message); }
    public static <T> T assertInstanceOf(Class<T> type, Object actual, String message) { Count.judge(type.isInstance(actual), message, "expected: <" + type.getName() + "> but was: <" + Count.shown(actual) + ">"); return type.cast(actual); }
    public static void assertDoesNotThrow(Executable action, String message) { quiet(action, message); }
    public static void assertTimeout(Duration limit, Executable action, String message) { timed(limit, action, message); }
    public static void assertTimeoutPreemptively(Duration limit, Executable action, String message) { timed(limit, action, message); }
    public static void assertEquals(byte expected, byte actual, Supplier<String> message) { equal(expected, actual, message); }
    public static void assertNotEquals(byte unexpected, byte actual, Supplier<String> message) { unequal(unexpected, actual, message); }
    public static void assertEquals(byte expected, Byte actual, Supplier<String> message) { equal(expected, actual, message); }
    public static void assertNotEquals(byte unexpected, Byte actual, Supplier<String> message) { unequal(unexpected, actual, message); }
    public static void assertEquals(Byte expected, byte actual, Supplier<String> message) { equal(expected, actual, message); }
    public static void assertNotEquals(Byte unexpected, byte actual, Supplier<String> message) { unequal(unexpected, actual, message); }
    public static void assertEquals(Byte expected, Byte actual, Supplier<String> message) { equal(expected, actual, message); }
    public static void assertNotEquals(Byte unexpected, Byte actual, Supplier<String> message) { unequal(unexpected, actual, message); }
    public static void assertEquals(char expected, char actual, Supplier<String> message) { equal(expected, actual, message); }
    public static void assertNotEquals(char unexpected, char actual, Supplier<String> message) { unequal(unexpected, actual, message); }
    public static void assertEquals(char expected, Character actual, Supplier<String> message) { equal(expected, actual, message); }
    public static void assertNotEquals(char unexpected, Character actual, Supplier<String> message) { unequal(unexpected, actual, message); }
    public static void assertEquals(Character expected, char actual, Supplier<String> message) { equal(expected, actual, message); }
    public static void assertNotEquals(Character unexpected, char actual, Supplier<String> message) { unequal(unexpected, actual, message); }
    public static void assertEquals(Character expected, Character actual, Supplier<String> message) { equal(expected, actual, message); }
    public static void assertNotEquals(Character unexpected, Character actual, Supplier<String> message) { unequal(unexpected, actual, message); }
    public static void assertEquals(short expected, short actual, Supplier<String> message) { equal(expected, actual, message); }
    public static void assertNotEquals(short unexpected, short actual, Supplier<String> message) { unequal(unexpected, actual, message); }
    public static void assertEquals(short expected, Short actual, Supplier<String> message) { equal(expected, actual, message); }
    public static void assertNotEquals(short unexpected, Short actual, Supplier<String> message) { unequal(unexpected, actual, message); }
    public static void assertEquals(Short expected, short actual, Supplier<String> message) { equal(expected, actual, message); }
    public static void assertNotEquals(Short unexpected, short actual, Supplier<String> message) { unequal(unexpected, actual, message); }
    public static void assertEquals(Short expected, Short actual, Supplier<String> message) { equal(expected, actual, message); }
    public static void assertNotEquals(Short unexpected, Short actual, Supplier<String> message) { unequal(unexpected, actual, message); }
    public static void assertEquals(int expected, int actual, Supplier<String> message) { equal(expected, actual, message); }
    public static void assertNotEquals(int unexpected, int actual, Supplier<String> message) { unequal(unexpected, actual, message); }
    public static void assertEquals(int expected, Integer actual, Supplier<String> message) { equal(expected, actual, message); }
    public static void assertNotEquals(int unexpected, Integer actual, Supplier<String> message) { unequal(unexpected, actual, message); }
    public static void assertEquals(Integer expected, int actual, Supplier<String> message) { equal(expected, actual, message); }
    public static void assertNotEquals(Integer unexpected, int actual, Supplier<String> message) { unequal(unexpected, actual, message); }
    public static void assertEquals(Integer expected, Integer actual, Supplier<String> message) { equal(expected, actual, message); }
    public static void assertNotEquals(Integer unexpected, Integer actual, Supplier<String> message) { unequal(unexpected, actual, message); }
    public static void assertEquals(long expected, long actual, Supplier<String> message) { equal(expected, actual, message); }
    public static void assertNotEquals(long unexpected, long actual, Supplier<String> message) { unequal(unexpected, actual, message); }
    public static void assertEquals(long expected, Long actual, Supplier<String> message) { equal(expected, actual, message); }
    public static void assertNotEquals(long unexpected, Long actual, Supplier<String> message) { unequal(unexpected, actual, message); }
    public static void assertEquals(Long expected, long actual, Supplier<String> message) { equal(expected, actual, message); }
    public static void assertNotEquals(Long unexpected, long actual, Supplier<String> message) { unequal(unexpected, actual, message); }
    public static void assertEquals(Long expected, Long actual, Supplier<String> message) { equal(expected, actual, message); }
    public static void assertNotEquals(Long unexpected, Long actual, Supplier<String> message) { unequal(unexpected, actual, message); }
    public static void assertEquals(float expected, float actual, Supplier<String> message) { equal(expected, actual, message); }
    public static void assertNotEquals(float unexpected, float actual, Supplier<String> message) { unequal(unexpected, actual, message); }
    public static void assertEquals(float expected, Float actual, Supplier<String> message) { equal(expected, actual, message); }
    public static void assertNotEquals(float unexpected, Float actual, Supplier<String> message) { unequal(unexpected, actual, message); }
    public static void assertEquals(Float expected, float actual, Supplier<String> message) { equal(expected, actual, message); }
    public static void assertNotEquals(Float unexpected, float actual, Supplier<String> message) { unequal(unexpected, actual, message); }
    public static void assertEquals(Float expected, Float actual, Supplier<String> message) { equal(expected, actual, message); }
    public static void assertNotEquals(Float unexpected, Float actual, Supplier<String> message) { unequal(unexpected, actual, message); }
    public static void assertEquals(double expected, double actual, Supplier<String> message) { equal(expected, actual, message); }
    public static void assertNotEquals(double unexpected, double actual, Supplier<String> message) { unequal(unexpected, actual, message); }
    public static void assertEquals(double expected, Double actual, Supplier<String> message) { equal(expected, actual, message); }
    public static void assertNotEquals(double unexpected, Double actual, Supplier<String> message) { unequal(unexpected, actual, message); }
    public static void assertEquals(Double expected, double actual, Supplier<String> message) { equal(expected, actual, message); }
    public static void assertNotEquals(Double unexpected, double actual, Supplier<String> message) { unequal(unexpected, actual, message); }
    public static void assertEquals(Double expected, Double actual, Supplier<String> message) { equal(expected, actual, message); }
    public static void assertNotEquals(Double unexpected, Double actual, Supplier<String> message) { unequal(unexpected, actual, message); }
    public static void assertEquals(Object expected, Object actual, Supplier<String> message) { equal(expected, actual, message); }
    public static void assertNotEquals(Object unexpected, Object actual, Supplier<String> message) { unequal(unexpected, actual, message); }
    public static void assertEquals(double expected, double actual, double delta, Supplier<String> message) { near(expected, actual, delta, message); }
    public static void assertEquals(float expected, float actual, float delta, Supplier<String> message) { near(expected, actual, delta, message); }
    public static void assertTrue(boolean condition, Supplier<String> message) { Count.judge(condition, message, "expected: <true> but was: <false>"); }
    public static void assertFalse(boolean condition, Supplier<String> message) { Count.judge(!condition, message, "expected: <false> but was: <true>"); }
    public static void assertNull(Object actual, Supplier<String> message) { Count.judge(actual == null, message, "expected: <null> but was: <" + Count.shown(actual) + ">"); }
    public static void assertNotNull(Object actual, Supplier<String> message) { Count.judge(actual != null, message, "expected: not <null>"); }
    public static void assertSame(Object expected, Object actual, Supplier<String> message) { same(expected, actual, message); }
    public static void assertNotSame(Object unexpected, Object actual, Supplier<String> message) { Count.judge(unexpected != actual, message, "expected: not same but was: <" + Count.shown(actual) + ">"); }
    public static void assertArrayEquals(byte[] expected, byte[] actual, Supplier<String> message) { equal(expected, actual, message); }
    public static void assertArrayEquals(char[] expected, char[] actual, Supplier<String> message) { equal(expected, actual, message); }
    public static void assertArrayEquals(short[] expected, short[] actual, Supplier<String> message) { equal(expected, actual, message); }
    public static void assertArrayEquals(int[] expected, int[] actual, Supplier<String> message) { equal(expected, actual, message); }
    public static void assertArrayEquals(long[] expected, long[] actual, Supplier<String> message) { equal(expected, actual, message); }
    public static void assertArrayEquals(float[] expected, float[] actual, Supplier<String> message) { equal(expected, actual, message); }
    public static void assertArrayEquals(double[] expected, double[] actual, Supplier<String> message) { equal(expected, actual, message); }
    public static void assertArrayEquals(boolean[] expected, boolean[] actual, Supplier<String> message) { equal(expected, actual, message); }
    public static void assertArrayEquals(Object[] expected, Object[] actual, Supplier<String> message) { equal(expected, actual, message); }
    public static void assertArrayEquals(double[] expected, double[] actual, double delta, Supplier<String> message) { allNear(expected, actual, delta, message); }
    public static void assertIterableEquals(Iterable<?> expected, Iterable<?> actual, Supplier<String> message) { equal(listed(expected), listed(actual), message); }
    public static void assertLinesMatch(List<String> expected, List<String> actual, Supplier<String> message) { equal(expected, actual, message); }
    public static <T extends Throwable> T assertThrows(Class<T> type, Executable action, Supplier<String> message) { return throwing(type, action, message); }
    public static <T extends Throwable> T assertThrowsExactly(Class<T> type, Executable action, Supplier<String> message) { return throwing(type, action, message); }
    public static <T> T assertInstanceOf(Class<T> type, Object actual, Supplier<String> message) { Count.judge(type.isInstance(actual), message, "expected: <" + type.getName() + "> but was: <" + Count.shown(actual) + ">"); return type.cast(actual); }
    public static void assertDoesNotThrow(Executable action, Supplier<String> message) { quiet(action, message); }
    public static void assertTimeout(Duration limit, Executable action, Supplier<String> message) { timed(limit, action, message); }
    public static void assertTimeoutPreemptively(Duration limit, Executable action, Supplier<String> message) { timed(limit, action, message); }
    public static void fail() { Count.judge(false, null, "fail()"); }
    public static <V> V fail(String message) { Count.judge(false, message, "fail()"); return null; }
    public static <V> V fail(String message, Throwable cause) { Count.judge(false, message, String.valueOf(cause)); return null; }

    public static void assertAll(Executable... actions) { assertAll("", actions); }

    /** Runs all, counts each, and fails with the first failure. */
    public static void assertAll(String heading, Executable... actions) {
        AssertionError first = null;
        for (Executable action : actions) {
            try {
                action.execute();
            } catch (AssertionError error) {
                first = first == null ? error : first;
            } catch (Throwable error) {
                throw new AssertionError(heading + " " + error, error);
            }
        }
        if (first != null) {
            throw first;
        }
    }

    private static void equal(Object expected, Object actual, Object message) {
        Count.judge(Count.same(expected, actual), message, wanted(expected, actual));
    }

    private static String wanted(Object expected, Object actual) {
        return "expected: <" + Count.shown(expected) + "> but was: <" + Count.shown(actual) + ">";
    }

    private static void unequal(Object unexpected, Object actual, Object message) {
        Count.judge(!Count.same(unexpected, actual), message, "expected: not equal but was: <" + Count.shown(actual) + ">");
    }

    private static void same(Object expected, Object actual, Object message) {
        Count.judge(expected == actual, message, wanted(expected, actual));
    }

    private static boolean close(double a, double b, double delta) {
        return Double.compare(a, b) == 0 || Math.abs(a - b) <= delta;
    }

    private static void near(double expected, double actual, double delta, Object message) {
        Count.judge(close(expected, actual, delta), message, wanted(expected, actual));
    }

    private static void allNear(double[] expected, double[] actual, double delta, Object message) {
        boolean holds = expected.length == actual.length;
        for (int place = 0; holds && place < expected.length; place++) {
            holds = close(expected[place], actual[place], delta);
        }
        Count.judge(holds, message, wanted(expected, actual));
    }

    private static List<Object> listed(Iterable<?> values) {
        List<Object> all = new ArrayList<>();
        values.forEach(all::add);
        return all;
    }

    private static <T extends Throwable> T throwing(Class<T> type, Executable action, Object message) {
        Throwable thrown = Count.thrown(action::execute);
        Count.judge(type.isInstance(thrown), message, "expected " + type.getName() + " to be thrown, but got " + thrown);
        return type.cast(thrown);
    }

    private static void quiet(Executable action, Object message) {
        Throwable thrown = Count.thrown(action::execute);
        Count.judge(thrown == null, message, "unexpected exception thrown: " + thrown);
    }

    private static void timed(Duration limit, Executable action, Object message) {
        long started = System.nanoTime();
        quiet(action, message);
        boolean holds = System.nanoTime() - started <= limit.toNanos();
        if (!holds) {
            Count.judge(false, message, "execution exceeded timeout of " + limit.toMillis() + " ms");
        }
    }
}
