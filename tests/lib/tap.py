"""Tests that are functions, and their results as TAP."""
import contextlib
import os
import re
import sys
import time
import traceback

_tests = []
_ends = []
SLOW_SECONDS = 5


def test(function):
    """A test is named by its docstring's first line. STOWAGE_TEST_ONLY selects tests by function or name, as tests/run -k."""
    only = os.environ.get("STOWAGE_TEST_ONLY", "")
    if re.search(only, f"{function.__name__} {function.__doc__.splitlines()[0]}"):
        _tests.append(function)
    return function


def at_end(function):
    """To be called when all tests of the program have run; the last one first."""
    _ends.append(function)


def run():
    """Run all tests of the program and print the plan."""
    with contextlib.ExitStack() as stack:
        for function in _ends:
            stack.callback(function)
        _run_tests()


def _run_tests():
    for number, function in enumerate(_tests, 1):
        name = function.__doc__.splitlines()[0].rstrip(".")
        started = time.monotonic()
        try:
            function()
            print(f"ok {number} - {name}", flush=True)
        except Exception:  # pylint: disable=broad-except
            print(f"not ok {number} - {name}")
            for line in traceback.format_exc().splitlines():
                print(f"# {line[:600]}")
        seconds = time.monotonic() - started
        if seconds >= SLOW_SECONDS:
            print(f"# {function.__name__} took {seconds:.0f} s")
        sys.stdout.flush()
    print(f"1..{len(_tests)}")
