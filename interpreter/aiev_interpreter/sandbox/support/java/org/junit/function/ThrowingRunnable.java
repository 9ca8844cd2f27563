package org.junit.function;

/** An action that can throw. */
@FunctionalInterface
public interface ThrowingRunnable {
    void run() throws Throwable;
}
