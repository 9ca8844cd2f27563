package org.junit.function;

/** Anything that may throw. */
@FunctionalInterface
public interface ThrowingRunnable {
    void run() throws Throwable;
}
