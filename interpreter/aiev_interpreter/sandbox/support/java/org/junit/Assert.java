package org.junit;

import aiev.Count;
import org.junit.function.ThrowingRunnable;
import org.junit.jupiter.api.Assertions;

/** JUnit 4's assertions, counted. */
public class Assert {
    protected Assert() {}

    public static void assertEquals(Object expected, Object actual) { equal(null, expected, actual); }
    public static void assertEquals(long expected, long actual) { equal(null, expected, actual); }
    public static void assertEquals(double expected, double actual, double delta) { near(null, expected, actual, delta); }
    public static void assertEquals(float expected, float actual, float delta) { near(null, expected, actual, delta); }
    public static void assertNotEquals(Object unexpected, Object actual) { unequal(null, unexpected, actual); }
    public static void assertNotEquals(long unexpected, long actual) { unequal(null, unexpected, actual); }
    public static void assertTrue(boolean condition) { Count.judge(condition, null, "expected: <true> but was: <false>"); }
    public static void assertFalse(boolean condition) { Count.judge(!condition, null, "expected: <false> but was: <true>"); }
    public static void assertNull(Object actual) { Count.judge(actual == null, null, wanted(null, actual)); }
    public static void assertNotNull(Object actual) { Count.judge(actual != null, null, "expected: not <null>"); }
    public static void assertSame(Object expected, Object actual) { Count.judge(expected == actual, null, wanted(expected, actual)); }
    public static void assertNotSame(Object unexpected, Object actual) { Count.judge(unexpected != actual, null, "expected: not same"); }
    public static void assertArrayEquals(byte[] expected, byte[] actual) { equal(null, expected, actual); }
    public static void assertArrayEquals(char[] expected, char[] actual) { equal(null, expected, actual); }
    public static void assertArrayEquals(short[] expected, short[] actual) { equal(null, expected, actual); }
    public static void assertArrayEquals(int[] expected, int[] actual) { equal(null, expected, actual); }
    public static void assertArrayEquals(long[] expected, long[] actual) { equal(null, expected, actual); }
    public static void assertArrayEquals(float[] expected, float[] actual) { equal(null, expected, actual); }
    public static void assertArrayEquals(double[] expected, double[] actual) { equal(null, expected, actual); }
    public static void assertArrayEquals(boolean[] expected, boolean[] actual) { equal(null, expected, actual); }
    public static void assertArrayEquals(Object[] expected, Object[] actual) { equal(null, expected, actual); }
    public static void assertArrayEquals(double[] expected, double[] actual, double delta) { Assertions.assertArrayEquals(expected, actual, delta, (String) null); }
    public static <T extends Throwable> T assertThrows(Class<T> type, ThrowingRunnable action) { return Assertions.assertThrows(type, action::run, (String) null); }
    public static void assertEquals(String message, Object expected, Object actual) { equal(message, expected, actual); }
    public static void assertEquals(String message, long expected, long actual) { equal(message, expected, actual); }
    public static void assertEquals(String message, double expected, double actual, double delta) { near(message, expected, actual, delta); }
    public static void assertEquals(String message, float expected, float actual, float delta) { near(message, expected, actual, delta); }
    public static void assertNotEquals(String message, Object unexpected, Object actual) { unequal(message, unexpected, actual); }
    public static void assertNotEquals(String message, long unexpected, long actual) { unequal(message, unexpected, actual); }
    public static void assertTrue(String message, boolean condition) { Count.judge(condition, message, "expected: <true> but was: <false>"); }
    public static void assertFalse(String message, boolean condition) { Count.judge(!condition, message, "expected: <false> but was: <true>"); }
    public static void assertNull(String message, Object actual) { Count.judge(actual == null, message, wanted(null, actual)); }
    public static void assertNotNull(String message, Object actual) { Count.judge(actual != null, message, "expected: not <null>"); }
    public static void assertSame(String message, Object expected, Object actual) { Count.judge(expected == actual, message, wanted(expected, actual)); }
    public static void assertNotSame(String message, Object unexpected, Object actual) { Count.judge(unexpected != actual, message, "expected: not same"); }
    public static void assertArrayEquals(String message, byte[] expected, byte[] actual) { equal(message, expected, actual); }
    public static void assertArrayEquals(String message, char[] expected, char[] actual) { equal(message, expected, actual); }
    public static void assertArrayEquals(String message, short[] expected, short[] actual) { equal(message, expected, actual); }
    public static void assertArrayEquals(String message, int[] expected, int[] actual) { equal(message, expected, actual); }
    public static void assertArrayEquals(String message, long[] expected, long[] actual) { equal(message, expected, actual); }
    public static void assertArrayEquals(String message, float[] expected, float[] actual) { equal(message, expected, actual); }
    public static void assertArrayEquals(String message, double[] expected, double[] actual) { equal(message, expected, actual); }
    public static void assertArrayEquals(String message, boolean[] expected, boolean[] actual) { equal(message, expected, actual); }
    public static void assertArrayEquals(String message, Object[] expected, Object[] actual) { equal(message, expected, actual); }
    public static void assertArrayEquals(String message, double[] expected, double[] actual, double delta) { Assertions.assertArrayEquals(expected, actual, delta, message); }
    public static <T extends Throwable> T assertThrows(String message, Class<T> type, ThrowingRunnable action) { return Assertions.assertThrows(type, action::run, message); }
    public static void fail() { Count.judge(false, null, "fail()"); }
    public static void fail(String message) { Count.judge(false, message, "fail()"); }

    private static String wanted(Object expected, Object actual) {
        return "expected: <" + Count.shown(expected) + "> but was: <" + Count.shown(actual) + ">";
    }

    private static void equal(String message, Object expected, Object actual) {
        Count.judge(Count.same(expected, actual), message, wanted(expected, actual));
    }

    private static void near(String message, double expected, double actual, double delta) {
        boolean holds = Double.compare(expected, actual) == 0 || Math.abs(expected - actual) <= delta;
        Count.judge(holds, message, wanted(expected, actual));
    }

    private static void unequal(String message, Object unexpected, Object actual) {
        Count.judge(!Count.same(unexpected, actual), message, "expected: not equal but was: <" + Count.shown(actual) + ">");
    }
}
