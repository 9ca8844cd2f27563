package aiev;

import java.lang.annotation.Annotation;
import java.lang.reflect.Array;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;

/** The arguments of a test: none, or those of its ValueSource or CsvSource. */
final class Values {
    private Values() {}

    static List<Object[]> of(Method test) {
        List<Object[]> rows = new ArrayList<>();
        for (Annotation one : test.getAnnotations()) {
            String name = one.annotationType().getSimpleName();
            if (name.equals("ValueSource")) {
                single(one, rows);
            } else if (name.equals("CsvSource")) {
                for (String line : (String[]) value(one, "value")) {
                    rows.add(row(line, test.getParameterTypes()));
                }
            } else if (name.equals("RepeatedTest")) {
                for (int turn = 0; turn < (Integer) value(one, "value"); turn++) {
                    rows.add(new Object[0]);
                }
            }
        }
        if (rows.isEmpty()) {
            rows.add(new Object[0]);
        }
        return rows;
    }

    private static void single(Annotation one, List<Object[]> rows) {
        for (Method kind : one.annotationType().getDeclaredMethods()) {
            Object values = value(one, kind.getName());
            for (int place = 0; place < Array.getLength(values); place++) {
                rows.add(new Object[] {Array.get(values, place)});
            }
        }
    }

    private static Object value(Annotation one, String name) {
        try {
            return one.annotationType().getMethod(name).invoke(one);
        } catch (ReflectiveOperationException error) {
            throw new IllegalStateException(error);
        }
    }

    private static Object[] row(String line, Class<?>[] kinds) {
        String[] cells = line.split(",(?=(?:[^']*'[^']*')*[^']*$)", -1);
        Object[] values = new Object[kinds.length];
        for (int place = 0; place < kinds.length; place++) {
            values[place] = converted(cells[place].trim(), kinds[place]);
        }
        return values;
    }

    private static Object converted(String cell, Class<?> kind) {
        if (cell.length() > 1 && cell.startsWith("'") && cell.endsWith("'")) {
            cell = cell.substring(1, cell.length() - 1);
        } else if (cell.isEmpty()) {
            return null;
        }
        if (kind == int.class || kind == Integer.class) return Integer.valueOf(cell);
        if (kind == long.class || kind == Long.class) return Long.valueOf(cell);
        if (kind == double.class || kind == Double.class) return Double.valueOf(cell);
        if (kind == float.class || kind == Float.class) return Float.valueOf(cell);
        if (kind == boolean.class || kind == Boolean.class) return Boolean.valueOf(cell);
        if (kind == char.class || kind == Character.class) return cell.charAt(0);
        return cell;
    }
}
