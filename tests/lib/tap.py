"""Tests that are functions, and their results as TAP."""
import os
import re
import sys
import traceback

_tests = []


def test(function):
    """A test is named by its docstring's first line. STOWAGE_TEST_ONLY selects tests by function or name, as tests/run -k."""
    only = os.environ.get("STOWAGE_TEST_ONLY", "")
    if re.search(only, f"{function.__name__} {function.__doc__.splitlines()[0]}"):
        _tests.append(function)
    return function


def run(prefix="", first=0):
    """Run all tests of the program; how many they were. The count starts after `first`."""
    for number, function in enumerate(_tests, first + 1):
        name = prefix + function.__doc__.splitlines()[0].rstrip(".")
        try:
            function()
            print(f"ok {number} - {name}", flush=True)
        except Exception:  # pylint: disable=broad-except
            print(f"not ok {number} - {name}")
            for line in traceback.format_exc().splitlines():
                print(f"# {line[:600]}")
            sys.stdout.flush()
    return len(_tests)
