package org.junit.jupiter.api.function;

/** Anything that may throw. */
@FunctionalInterface
public interface Executable {
    void execute() throws Throwable;
}
