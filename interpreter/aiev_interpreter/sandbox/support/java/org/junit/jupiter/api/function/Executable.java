package org.junit.jupiter.api.function;

/** An action that can throw. */
@FunctionalInterface
public interface Executable {
    void execute() throws Throwable;
}
