// Counts the guards that the tests get past, runs the tests under Go's package testing, and reports.
// This is the first file of the program's package, so it is initialized first. Not covered: a program that uses
// these names, or reads its own memory.
package main

import (
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/internal/testdeps"
)

const aievDuplicateClosedOnExec = 1030

var (
	aievToken, aievMode, aievReport = aievBegin()
	aievCount                       int64
	aievFailed                      int64
)

// aievBegin reads the token and moves the report pipe to a number that children do not inherit.
func aievBegin() (string, string, int) {
	line := make([]byte, 0, 96)
	one := make([]byte, 1)
	for len(line) < 96 {
		size, err := syscall.Read(4, one)
		if size != 1 || err != nil || one[0] == '\n' {
			break
		}
		line = append(line, one[0])
	}
	syscall.Close(4)
	report, _, _ := syscall.Syscall(syscall.SYS_FCNTL, 3, aievDuplicateClosedOnExec, 100)
	syscall.Close(3)
	token, mode, _ := strings.Cut(string(line), " ")
	return token, mode, int(report)
}

// aievGuard passes the value of a guard's condition to the counter. A failure that the tests would only print has a
// text and is remembered.
func aievGuard(wanted bool, value bool, text string) bool {
	if value == wanted && aievMode != "sabotage" {
		atomic.AddInt64(&aievCount, 1)
		return value
	}
	if text != "" {
		atomic.StoreInt64(&aievFailed, 1)
		fmt.Fprintf(os.Stderr, "not as expected: %s\n", text)
	}
	return !wanted
}

// aievTests runs the tests. Output of package testing goes to standard error, output of the tests does not.
func aievTests(tests []testing.InternalTest) int {
	if len(tests) == 0 {
		return 0
	}
	out := os.Stdout
	restore := testing.InternalTest{Name: "aiev", F: func(*testing.T) { os.Stdout = out }}
	main := testing.MainStart(testdeps.TestDeps{}, append([]testing.InternalTest{restore}, tests...), nil, nil, nil)
	os.Stdout = os.Stderr
	return main.Run()
}

func aievFinish(code int) {
	if code == 0 && aievFailed != 0 {
		code = 1
	}
	if code != 0 {
		os.Exit(code)
	}
	line := fmt.Sprintf("%s {\"assertions\": %d, \"completed\": true, \"error\": \"\"}\n", aievToken, aievCount)
	if size, err := syscall.Write(aievReport, []byte(line)); err != nil || size != len(line) {
		os.Exit(1)
	}
}
