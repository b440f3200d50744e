"""strace on the workers of a responder, which may interfere with their system calls, and what a test does after one was killed."""
import http.client
import pathlib
import signal
import subprocess
import tempfile

from registry import call, eventually, pids, renew, sql, stack


def is_traced(task):
    try:
        return "TracerPid:\t0\n" not in (task / "status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return True  # it has ended


class Strace:
    """strace on the responder's workers and their threads, or on one thread only."""

    def __init__(self, *options, thread=None, program="stowage-v2"):
        self.file = tempfile.NamedTemporaryFile(mode="r", suffix=".strace")
        tasks = [task for pid in pids(program)[1:] for task in pathlib.Path(f"/proc/{pid}/task").iterdir() if thread in (None, task.name)]
        attach = [word for task in tasks for word in ("-p", task.name)]
        self.process = subprocess.Popen(["strace", *([] if thread else ["-f"]), "-y", "-s", "4000", "-o", self.file.name, *options, *attach],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        eventually(lambda: all(is_traced(task) for task in tasks))

    def stop(self):
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:  # its last tracee died under it
            self.process.kill()
            self.process.wait()
        return open(self.file.name, encoding="latin-1").read().splitlines()


def check_is_silent(days=0):
    """After maintenance stowagectl check finds neither problems nor garbage. days: those that pass first. Two of them take away a file that lost
    its owner with a transaction, as when PostgreSQL is killed; all others have their removal on record."""
    stack("stack_keep")
    for _ in range(days):
        sql("UPDATE registry.gc_orphan SET first_at = first_at - interval '1 day'; UPDATE registry.gc_sweep SET due = now()")
        stack("stack_keep")
    said = stack("stack_ctl", "check")
    assert said == "", said


def was_killed(before, program="stowage-v2"):
    """Has one of these processes ended? Its parent may see that a moment after the client."""
    try:
        return eventually(lambda: pids(program) != before, 5)
    except AssertionError:
        return False


def recover(program="stowage-v2", path="/livez"):
    """Two new workers, which no earlier kill delays, and the web server has forgotten that others were away."""
    renew(program)
    eventually(lambda: len(pids(program)) == 3 and all(call("GET", path, auth=None).status == 200 for _ in range(5)))


def under(trace, function, *arguments):
    """What the function answers while strace interferes; None without an answer."""
    try:
        return function(*arguments)
    except (OSError, AssertionError, http.client.HTTPException):
        return None
    finally:
        trace.stop()
