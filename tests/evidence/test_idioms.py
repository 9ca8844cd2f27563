"""What the idioms of the other languages say about which call."""

import pytest

from aiev.evidence.assertions import assertions
from aiev.evidence.faults import fault

F1_IS_2 = ("f(1)", "==", "2")
CASES = {
    "javascript": [
        ("assert.strictEqual(f(1), 2);", F1_IS_2),
        ("const got = f(1);\nassert.deepEqual(got, 2, 'why');", F1_IS_2),
        ("console.assert(2 === f(1));", F1_IS_2),
        ("assert(f(1) === 2);", F1_IS_2),
        ("describe('f', () => { it('is', () => { expect(f(1)).toBe(2); }); });", F1_IS_2),
        ("expect(f(1)).to.equal(2);", F1_IS_2),
        ("if (f(1) !== 2) { throw new Error('no'); }", F1_IS_2),
        ("assert(JSON.stringify(f(1)) === JSON.stringify(2));", F1_IS_2),
        ("expect(f(1)).not.toEqual(2);", ("f(1)", "!=", "2")),
        ("expect(f(1)).toBeCloseTo(0.5);", ("f(1)", "almost", "0.5")),
        ("assert.throws(() => f(1), RangeError);", ("f(1)", "raises", "RangeError")),
        ("expect(() => { f(1); }).toThrow(RangeError);", ("f(1)", "raises", "RangeError")),
        ("assert.ok(!f(1));", ("f(1)", "false", "false")),
        ("expect(f(1)).toBeNull();", ("f(1)", "null", "null")),
        ("function check(x, y) { assert.equal(f(x), y); }\ncheck(1, 2);\n", F1_IS_2),
    ],
    "typescript": [
        ("const want: number = 2;\nassert.strictEqual(f(1), want);", F1_IS_2),
        ("expect(f(1)).toStrictEqual(2);", F1_IS_2),
    ],
    "java": [
        ("assertEquals(2, f(1));", F1_IS_2),
        ('int got = f(1);\nassertEquals(2, got, "why");', F1_IS_2),
        ('assert f(1) == 2 : "why";', F1_IS_2),
        ("assertTrue(f(1) == 2);", F1_IS_2),
        ("if (f(1) != 2) throw new AssertionError();", F1_IS_2),
        ("assertThat(f(1)).isEqualTo(2);", F1_IS_2),
        ("assert f(1).equals(List.of(2));", ("f(1)", "==", "List.of(2)")),
        ("assertEquals(0.5, f(1), 1e-6);", ("f(1)", "almost", "0.5")),
        ("assertThrows(E.class, () -> f(1));", ("f(1)", "raises", "E.class")),
        ("assertNull(f(1));", ("f(1)", "null", "null")),
    ],
    "cpp": [
        ("assert(f(1) == 2);", F1_IS_2),
        ('assert((f(1)) == 2 && "why");', F1_IS_2),
        ("auto got = f(1);\nassert(got == 2);", F1_IS_2),
        ("EXPECT_EQ(f(1), 2);", F1_IS_2),
        ("ASSERT_EQ(2, f(1));", F1_IS_2),
        ("if (f(1) != 2) { return 1; }", F1_IS_2),
        ("EXPECT_NEAR(f(1), 0.5, 1e-6);", ("f(1)", "almost", "0.5")),
        ("assert(fabs(f(1) - 0.5) < 1e-6);", ("f(1)", "almost", "0.5")),
        ("EXPECT_THROW(f(1), std::exception);", ("f(1)", "raises", "std::exception")),
        ("EXPECT_FALSE(f(1));", ("f(1)", "false", "false")),
    ],
    "rust": [
        ("assert_eq!(f(1), 2);", F1_IS_2),
        ('assert_eq!(2, f(1), "why {}", 3);', F1_IS_2),
        ("let got = f(1);\nassert_eq!(got, 2);", F1_IS_2),
        ("assert!(f(1) == 2);", F1_IS_2),
        ("assert!((f(1) - 0.5).abs() < 1e-6);", ("f(1)", "almost", "0.5")),
        ("assert_ne!(f(1), 2);", ("f(1)", "!=", "2")),
        ("assert!(!f(1));", ("f(1)", "false", "false")),
        ('if f(1) != 2 { panic!("no"); }', F1_IS_2),
    ],
    "go": [
        ('if got := f(1); got != 2 { t.Errorf("got %d", got) }', F1_IS_2),
        ("got := f(1)\nwant := 2\nif got != want { t.Fatal(got) }", F1_IS_2),
        ("assert.Equal(t, 2, f(1))", F1_IS_2),
        ("require.Equal(t, f(1), 2)", F1_IS_2),
        ("if !reflect.DeepEqual(f(1), 2) { t.Fail() }", F1_IS_2),
        ("assert.True(t, f(1))", ("f(1)", "true", "true")),
        ("if !f(1) { t.Error() }", ("f(1)", "true", "true")),
        ("assert.InDelta(t, 0.5, f(1), 1e-6)", ("f(1)", "almost", "0.5")),
        ("if math.Abs(f(1) - 0.5) > 1e-6 { t.Error() }", ("f(1)", "almost", "0.5")),
    ],
    "bash": [
        ('[ "$(f 1)" = 2 ]', ("$(f 1)", "==", "2")),
        ('[[ $(f 1) == "2" ]]', ("$(f 1)", "==", '"2"')),
        ('test "$(f 1)" -eq 2', ("$(f 1)", "==", "2")),
        ('[ "$(f 1)" = 2 ] || exit 1', ("$(f 1)", "==", "2")),
        ('[ "$(f 1)" != 2 ] && exit 1', ("$(f 1)", "==", "2")),
        ('if [ "$(f 1)" != 2 ]; then echo no; exit 1; fi', ("$(f 1)", "==", "2")),
        ('got=$(f 1)\n[ "$got" = 2 ]', ("$(f 1)", "==", "2")),
        ('! [ "$(f 1)" = 2 ]', ("$(f 1)", "!=", "2")),
        ('assert_equals 2 "$(f 1)"', ("$(f 1)", "==", "2")),
    ],
}  # fmt: skip
WHOLE = {
    "java": "class T {{ void t() {{ {} }} }}",
    "cpp": "int main() {{ {} }}",
    "rust": "fn t() {{ {} }}",
    "go": "package main\nfunc T(t *testing.T) {{\n{}\n}}",
}


@pytest.mark.parametrize(
    ("language", "tests", "said"), [(name, *case) for name, cases in CASES.items() for case in cases]
)
def test_an_idiom_says_what_a_call_must_give(language, tests, said):
    (found,) = assertions(WHOLE.get(language, "{}").format(tests), language)
    call, relation, expected = said
    assert (found.relation, found.expected.strip('"')) == (relation, expected.strip('"'))
    assert found.call.strip('"') == call
    assert fault(found, frozenset({"f"})) == ""


@pytest.mark.parametrize("language", CASES)
def test_all_spellings_of_one_assertion_have_one_key_and_value(language):
    plain = next(said for _, said in CASES[language])
    tests = [WHOLE.get(language, "{}").format(text) for text, said in CASES[language] if said[:2] == plain[:2]]
    found = {(one.key, one.value) for text in tests for one in assertions(text, language) if "List" not in one.value}
    assert len(found) == 1


def test_should_panic_says_that_the_last_statement_panics():
    (found,) = assertions("#[test]\n#[should_panic]\nfn t() {\n    f(1);\n}", "rust")
    assert (found.call, found.relation) == ("f(1)", "raises")


def test_a_table_of_cases_in_another_language_is_one_assertion_that_holds_its_rows():
    tests = (
        "package main\nfunc T(t *testing.T) {\n cases := []struct{ in, want int }{{1, 2}, {3, %d}}\n"
        " for _, one := range cases {\n  if got := f(one.in); got != one.want { t.Error(got) }\n }\n}"
    )
    (first,), (bent,) = assertions(tests % 4, "go"), assertions(tests % 5, "go")
    assert first.call == ""
    assert first.value != bent.value
