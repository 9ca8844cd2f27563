// A small stand-in for testify's packages assert and require. Each function returns whether it held.
package main

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
)

// aievAssert stands for either package; `fatal` makes it behave like require.
type aievAssert struct{ fatal bool }

func (a aievAssert) judge(t testing.TB, holds bool, reason string, words []interface{}) bool {
	t.Helper()
	if aievGuard(true, holds, "") {
		return true
	}
	if len(words) > 0 {
		reason += " (" + fmt.Sprint(words...) + ")"
	}
	if a.fatal {
		t.Fatal(reason)
	}
	t.Error(reason)
	return false
}

func aievNil(value interface{}) bool {
	if value == nil {
		return true
	}
	kind := reflect.ValueOf(value)
	switch kind.Kind() {
	case reflect.Chan, reflect.Func, reflect.Map, reflect.Ptr, reflect.Slice, reflect.Interface:
		return kind.IsNil()
	}
	return false
}

func aievEmpty(value interface{}) bool {
	if aievNil(value) {
		return true
	}
	kind := reflect.ValueOf(value)
	switch kind.Kind() {
	case reflect.Chan, reflect.Map, reflect.Slice, reflect.Array, reflect.String:
		return kind.Len() == 0
	}
	return kind.IsZero()
}

func aievContains(whole, part interface{}) bool {
	kind := reflect.ValueOf(whole)
	switch kind.Kind() {
	case reflect.String:
		return strings.Contains(kind.String(), fmt.Sprint(part))
	case reflect.Map:
		return kind.MapIndex(reflect.ValueOf(part)).IsValid()
	case reflect.Slice, reflect.Array:
		for place := 0; place < kind.Len(); place++ {
			if reflect.DeepEqual(kind.Index(place).Interface(), part) {
				return true
			}
		}
	}
	return false
}

func aievPanics(action func()) (did bool) {
	defer func() {
		if recover() != nil {
			did = true
		}
	}()
	action()
	return false
}

func (a aievAssert) Equal(t testing.TB, want, got interface{}, words ...interface{}) bool {
	t.Helper()
	return a.judge(t, reflect.DeepEqual(want, got), fmt.Sprintf("not equal: expected %#v, actual %#v", want, got), words)
}

func (a aievAssert) NotEqual(t testing.TB, want, got interface{}, words ...interface{}) bool {
	t.Helper()
	return a.judge(t, !reflect.DeepEqual(want, got), fmt.Sprintf("should not be %#v", got), words)
}

func (a aievAssert) True(t testing.TB, value bool, words ...interface{}) bool {
	t.Helper()
	return a.judge(t, value, "should be true", words)
}

func (a aievAssert) False(t testing.TB, value bool, words ...interface{}) bool {
	t.Helper()
	return a.judge(t, !value, "should be false", words)
}

func (a aievAssert) Nil(t testing.TB, value interface{}, words ...interface{}) bool {
	t.Helper()
	return a.judge(t, aievNil(value), fmt.Sprintf("expected nil, actual %#v", value), words)
}

func (a aievAssert) NotNil(t testing.TB, value interface{}, words ...interface{}) bool {
	t.Helper()
	return a.judge(t, !aievNil(value), "should not be nil", words)
}

func (a aievAssert) NoError(t testing.TB, err error, words ...interface{}) bool {
	t.Helper()
	return a.judge(t, err == nil, fmt.Sprintf("unexpected error: %v", err), words)
}

func (a aievAssert) Error(t testing.TB, err error, words ...interface{}) bool {
	t.Helper()
	return a.judge(t, err != nil, "an error was expected", words)
}

func (a aievAssert) EqualError(t testing.TB, err error, text string, words ...interface{}) bool {
	t.Helper()
	return a.judge(t, err != nil && err.Error() == text, fmt.Sprintf("expected error %q, actual %v", text, err), words)
}

func (a aievAssert) ErrorIs(t testing.TB, err, want error, words ...interface{}) bool {
	t.Helper()
	return a.judge(t, errors.Is(err, want), fmt.Sprintf("expected error %v, actual %v", want, err), words)
}

func (a aievAssert) Len(t testing.TB, value interface{}, size int, words ...interface{}) bool {
	t.Helper()
	length := reflect.ValueOf(value).Len()
	return a.judge(t, length == size, fmt.Sprintf("expected length %d, actual %d", size, length), words)
}

func (a aievAssert) Empty(t testing.TB, value interface{}, words ...interface{}) bool {
	t.Helper()
	return a.judge(t, aievEmpty(value), fmt.Sprintf("should be empty, is %#v", value), words)
}

func (a aievAssert) NotEmpty(t testing.TB, value interface{}, words ...interface{}) bool {
	t.Helper()
	return a.judge(t, !aievEmpty(value), "should not be empty", words)
}

func (a aievAssert) Contains(t testing.TB, whole, part interface{}, words ...interface{}) bool {
	t.Helper()
	return a.judge(t, aievContains(whole, part), fmt.Sprintf("%#v does not contain %#v", whole, part), words)
}

func (a aievAssert) Panics(t testing.TB, action func(), words ...interface{}) bool {
	t.Helper()
	return a.judge(t, aievPanics(action), "a panic was expected", words)
}

func (a aievAssert) InDelta(t testing.TB, want, got interface{}, by float64, words ...interface{}) bool {
	t.Helper()
	number := func(value interface{}) float64 { return reflect.ValueOf(value).Convert(reflect.TypeOf(by)).Float() }
	away := number(want) - number(got)
	return a.judge(t, away <= by && -away <= by, fmt.Sprintf("expected %v within %v, actual %v", want, by, got), words)
}
