"""Jupyter's own kernel tests on our kernel; prints what came of each as one JSON object."""

import json
import sys
import unittest

import jupyter_kernel_test


class Kernel(jupyter_kernel_test.KernelTests):
    kernel_name = sys.argv[1]
    language_name = "typescript"
    file_extension = ".ts"
    code_hello_world = "const greeting: string = 'hello, world'; console.log(greeting)"
    code_stderr = "console.error('to the other stream')"
    code_generate_error = "throw new RangeError('out of it')"
    code_inspect_sample = "encodeURIComponent"
    code_clear_output = "display.clear()"
    code_execute_result = [
        {"code": "6 * 7", "result": "42"},
        {"code": "const half = (n: number): number => n / 2\nhalf(9)", "result": "4.5"},
        {"code": "['chosen', 'rejected'].map((w) => w.length)", "result": "[ 6, 8 ]"},
    ]
    code_display_data = [
        {"code": "display.html('<i>reward</i>')", "mime": "text/html"},
        {"code": "display.markdown('*reward*')", "mime": "text/markdown"},
        {"code": "display.svg('<svg xmlns=\"http://www.w3.org/2000/svg\"/>')", "mime": "image/svg+xml"},
    ]
    completion_samples = [
        {"text": "encodeURIC", "matches": {"encodeURIComponent"}},
        {"text": "Math.sqr", "matches": {"sqrt"}},
        {"text": "Number."},
    ]
    complete_code_samples = [
        "1 + 1",
        "enum Side { Chosen, Rejected }",
        "const f = (a: number) => {\n  return a;\n}",
        "for (const x of [1, 2]) console.log(x)",
    ]
    incomplete_code_samples = [
        "function loss(",
        "interface Row {",
        "const rows = [1,",
        "`a ${",
        "/* still open",
        "x = y ?",
    ]
    invalid_code_samples = ["let = = 2", "const a = ];", "if (1)) {}"]

    code_history_pattern = "6 ?*"
    supported_history_operations = ("tail", "range", "search")
    code_page_something = "encodeURIComponent?"


class Welcome(jupyter_kernel_test.IopubWelcomeTests):
    kernel_name = sys.argv[1]
    support_iopub_welcome = True


class Table(unittest.TestResult):
    """The first thing that went wrong with each test, or 'ok'."""

    def __init__(self):
        super().__init__()
        self.rows = {}

    def note(self, test, what):
        name = test.id().split(".")[-1]
        if self.rows.get(name, "ok") == "ok":
            self.rows[name] = what

    def addSuccess(self, test):
        self.note(test, "ok")

    def addFailure(self, test, error):
        self.note(test, f"failed: {error[1]}")

    def addError(self, test, error):
        self.note(test, f"broke: {error[1]!r}")

    def addSkip(self, test, reason):
        self.note(getattr(test, "test_case", test), f"skipped: {reason}")

    def addSubTest(self, test, sample, error):
        if error:
            self.note(test, f"failed: {sample} {error[1]}")


def main():
    loader = unittest.defaultTestLoader
    suite = unittest.TestSuite(loader.loadTestsFromTestCase(case) for case in (Kernel, Welcome))
    table = Table()
    suite.run(table)
    print(json.dumps(table.rows))


main()
