package aiev;

import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * Counts the assertions of the tests that held, and explains those that failed. A failed assertion fails the run even
 * if the tests catch it. If the program is gutted, no failing assertion ends the tests. Not covered: a program that
 * calls this class.
 */
public final class Count {
    private static final Map<Integer, Integer> SITES = new TreeMap<>();
    private static int depth;
    private static boolean sabotage;
    private static boolean gutted;
    private static boolean failed;
    private static Object left;
    private static Object right;
    private static boolean sides;

    private Count() {}

    static void begin(String mode) {
        sabotage = mode.equals("sabotage");
        gutted = Gutted.begin(mode);
    }

    /** How often assertions held, by their line in the tests. */
    static Map<Integer, Integer> sites() {
        return SITES;
    }

    private static void count(int line) {
        SITES.merge(line, 1, Integer::sum);
    }

    private static int line() {
        return StackWalker.getInstance().walk(frames -> frames.filter(one -> "tests.java".equals(one.getFileName()))
            .mapToInt(StackWalker.StackFrame::getLineNumber).findFirst().orElse(0));
    }

    static boolean failed() {
        return failed;
    }

    static synchronized void fails() {
        failed = true;
    }

    /** The condition of an assert statement. */
    public static synchronized boolean held(int line, boolean condition) {
        return guard(line, true, condition, "assert");
    }

    /** The message of an assert statement whose condition did not hold. */
    public static String message(String text, Object... own) {
        String words = "assertion failed: " + text + because();
        return own.length == 0 ? words : words + " (" + own[0] + ")";
    }

    private static String because() {
        String words = sides ? ": left side is " + shown(left) + ", right side is " + shown(right) : "";
        sides = false;
        return words;
    }

    /** A condition that decides about a failure. A text marks a failure that the tests would only print. */
    public static synchronized boolean guard(int line, boolean wanted, boolean value, String text) {
        if (value == wanted && !sabotage) {
            count(line);
            sides = false;
            return value;
        }
        if (gutted) {
            return wanted;
        }
        if (!text.isEmpty()) {
            failed = true;
            if (!text.equals("assert")) {
                System.err.println("not as expected: " + text + because());
            }
        }
        return !wanted;
    }

    /** Counts an assertion of a library that held, or throws with this reason. */
    public static synchronized void judge(boolean holds, Object message, String reason) {
        if (depth > 0 && holds) {
            return;
        }
        if (holds && !sabotage) {
            count(line());
            return;
        }
        if (gutted) {
            return;
        }
        failed = failed || depth == 0;
        Object own = message instanceof java.util.function.Supplier ? ((java.util.function.Supplier<?>) message).get() : message;
        String words = holds ? "this assertion was made to fail" : reason;
        throw new AssertionError(own == null ? words : own + " ==> " + words);
    }

    static void inside(int change) {
        depth += change;
    }

    /** Runs an action and returns what it threw, or null. Assertions inside belong to the surrounding one. */
    public static Throwable thrown(Action action) {
        inside(1);
        try {
            action.run();
            return null;
        } catch (Gutted error) {
            throw error;
        } catch (Throwable error) {
            return error;
        } finally {
            inside(-1);
        }
    }

    /** An action that can throw. */
    public interface Action {
        void run() throws Throwable;
    }

    /** Whether two values are equal by JUnit's rules. */
    public static boolean same(Object a, Object b) {
        return Objects.deepEquals(a, b);
    }

    /** A value as text. */
    public static String shown(Object value) {
        String text = value instanceof String ? "\"" + value + "\"" : value instanceof Character ? "'" + value + "'"
            : value != null && value.getClass().isArray() ? array(value) : String.valueOf(value);
        return text.length() <= 400 ? text : text.substring(0, 200) + " … " + text.substring(text.length() - 200);
    }

    private static String array(Object value) {
        String text = Arrays.deepToString(new Object[] {value});
        return text.substring(1, text.length() - 1);
    }

    private static <T> T setLeft(T value) {
        left = value;
        return value;
    }

    private static <T> T setRight(T value) {
        right = value;
        sides = true;
        return value;
    }

    // Each returns its argument with the same type, so the surrounding comparison keeps its meaning.
    public static boolean l(boolean v) { setLeft(v); return v; }
    public static byte l(byte v) { setLeft(v); return v; }
    public static short l(short v) { setLeft(v); return v; }
    public static char l(char v) { setLeft(v); return v; }
    public static int l(int v) { setLeft(v); return v; }
    public static long l(long v) { setLeft(v); return v; }
    public static float l(float v) { setLeft(v); return v; }
    public static double l(double v) { setLeft(v); return v; }
    public static <T> T l(T v) { return setLeft(v); }
    public static boolean r(boolean v) { setRight(v); return v; }
    public static byte r(byte v) { setRight(v); return v; }
    public static short r(short v) { setRight(v); return v; }
    public static char r(char v) { setRight(v); return v; }
    public static int r(int v) { setRight(v); return v; }
    public static long r(long v) { setRight(v); return v; }
    public static float r(float v) { setRight(v); return v; }
    public static double r(double v) { setRight(v); return v; }
    public static <T> T r(T v) { return setRight(v); }
}
