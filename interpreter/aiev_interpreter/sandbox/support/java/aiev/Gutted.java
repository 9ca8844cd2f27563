package aiev;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the methods of a gutted program do: each returns a constant of its type, one value in the mode `zero` and
 * another in the mode `other`. A method whose type has no constant throws this error.
 */
public final class Gutted extends Error {
    /** Whether the program is gutted in this run. */
    public static boolean on;
    private static boolean other;

    private Gutted() {
        super("the program was replaced");
    }

    static boolean begin(String mode) {
        other = mode.equals("other");
        on = other || mode.equals("zero");
        return on;
    }

    public static Gutted error() {
        return new Gutted();
    }

    public static byte number() {
        return (byte) (other ? 7 : 0);
    }

    public static boolean truth() {
        return other;
    }

    public static String text() {
        return other ? "aiev" : "";
    }

    public static int size() {
        return other ? 1 : 0;
    }

    public static <T> List<T> items() {
        List<T> made = new ArrayList<>();
        if (other) {
            made.add(null);
        }
        return made;
    }

    public static <K, V> Map<K, V> entries() {
        Map<K, V> made = new HashMap<>();
        if (other) {
            made.put(null, null);
        }
        return made;
    }

    public static <T> Optional<T> optional() {
        if (other) {
            throw error();
        }
        return Optional.empty();
    }
}
