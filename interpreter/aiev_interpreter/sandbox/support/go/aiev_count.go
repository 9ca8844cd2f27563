// Counts the guards that the tests get past, runs the tests under Go's package testing, and reports.
// This is the first file of the program's package, so it is initialized first. Not covered: a program that uses
// these names, or reads its own memory.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"reflect"
	"runtime"
	"sort"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/internal/testdeps"
)

const aievDuplicateClosedOnExec = 1030

var (
	aievToken, aievMode, aievReportPipe = aievBegin()
	aievGutted                      = aievMode == "zero" || aievMode == "other"
	aievSites                       = map[int]int{}
	aievLock                        sync.Mutex
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
	words := append(strings.Fields(string(line)), "", "")
	return words[0], words[1], int(report)
}

// aievHeld counts an assertion of the tests that held, by its line; under sabotage it must fail.
func aievHeld() bool {
	if aievMode == "sabotage" {
		return false
	}
	line := 0
	var callers [64]uintptr
	frames := runtime.CallersFrames(callers[:runtime.Callers(2, callers[:])])
	for more := true; more && line == 0; {
		var frame runtime.Frame
		if frame, more = frames.Next(); strings.HasSuffix(frame.File, "tests.go") {
			line = frame.Line
		}
	}
	aievLock.Lock()
	defer aievLock.Unlock()
	aievSites[line]++
	return true
}

// aievGuard passes the value of a guard's condition to the counter. A failure that the tests would only print has a
// text and is remembered.
func aievGuard(wanted bool, value bool, text string) bool {
	if value == wanted && aievHeld() {
		return value
	}
	if aievGutted {
		return wanted
	}
	if text != "" {
		atomic.StoreInt64(&aievFailed, 1)
		fmt.Fprintf(os.Stderr, "not as expected: %s\n", text)
	}
	return !wanted
}

// aievFill sets the result of a function of a gutted program: its zero value, or another one in the mode other.
func aievFill(results ...interface{}) {
	for _, result := range results {
		if aievMode == "other" {
			aievOther(reflect.ValueOf(result).Elem())
		}
	}
}

func aievConstant[T any]() (made T) {
	aievFill(&made)
	return made
}

func aievOther(place reflect.Value) {
	switch kind := place.Type(); place.Kind() {
	case reflect.Bool:
		place.SetBool(true)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64, reflect.Uint, reflect.Uint8,
		reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Float32, reflect.Float64:
		place.Set(reflect.ValueOf(7).Convert(kind))
	case reflect.String:
		place.SetString("aiev")
	case reflect.Slice:
		place.Set(reflect.MakeSlice(kind, 1, 1))
	case reflect.Map:
		place.Set(reflect.MakeMap(kind))
		place.SetMapIndex(reflect.Zero(kind.Key()), reflect.Zero(kind.Elem()))
	case reflect.Array:
		for index := 0; index < place.Len(); index++ {
			aievOther(place.Index(index))
		}
	case reflect.Ptr:
		place.Set(reflect.New(kind.Elem()))
	case reflect.Interface:
		for _, value := range []interface{}{errors.New("aiev"), 7} {
			if reflect.TypeOf(value).AssignableTo(kind) {
				place.Set(reflect.ValueOf(value))
				return
			}
		}
		panic("aiev: no constant of this type")
	default:
		panic("aiev: no constant of this type")
	}
}

// aievSpared runs tests; if the program is gutted, a panic only ends them.
func aievSpared(tests func()) {
	defer func() {
		if aievGutted {
			recover()
		}
	}()
	tests()
}

// aievTests runs the tests. Output of package testing goes to standard error, output of the tests does not.
func aievTests(tests []testing.InternalTest) int {
	if len(tests) == 0 {
		return 0
	}
	out := os.Stdout
	for index := range tests {
		body := tests[index].F
		tests[index].F = func(t *testing.T) { aievSpared(func() { body(t) }) }
	}
	restore := testing.InternalTest{Name: "aiev", F: func(*testing.T) { os.Stdout = out }}
	main := testing.MainStart(testdeps.TestDeps{}, append([]testing.InternalTest{restore}, tests...), nil, nil, nil)
	os.Stdout = os.Stderr
	return main.Run()
}

// aievReport is what held, and where: at most 200 lines of the tests as they were written.
func aievReport() string {
	written, _ := os.ReadFile("tests.txt")
	lines := strings.Split(string(written), "\n")
	held := 0
	var places []int
	for line, times := range aievSites {
		held += times
		places = append(places, line)
	}
	sort.Ints(places)
	sites := [][]interface{}{}
	for _, line := range places {
		if line > 0 && line <= len(lines) && len(sites) < 200 {
			text := strings.TrimSpace(lines[line-1])
			sites = append(sites, []interface{}{line, fmt.Sprintf("%.120s", text), aievSites[line]})
		}
	}
	report, _ := json.Marshal(map[string]interface{}{"assertions": held, "completed": true, "error": "", "sites": sites})
	return string(report)
}

func aievFinish(code int) {
	if code == 0 && aievFailed != 0 {
		code = 1
	}
	if code != 0 && !aievGutted {
		os.Exit(code)
	}
	line := aievToken + " " + aievReport() + "\n"
	if size, err := syscall.Write(aievReportPipe, []byte(line)); err != nil || size != len(line) {
		os.Exit(1)
	}
}

// aievExit is the tests' os.Exit: they have ended as they wanted to.
func aievExit(code int) {
	aievFinish(code)
	os.Exit(0)
}
