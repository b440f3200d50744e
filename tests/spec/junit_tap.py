#!/usr/bin/env python3
"""The conformance suite's junit.xml as TAP.

usage: junit_tap.py SERVER JUNIT EXCEPTIONS COUNT

A case named in EXCEPTIONS is one where the suite itself is wrong, or which it leaves out for a reason: it is shown as passed with
the reason. COUNT tests came before. A report that is missing or holds no case is a failure of its own.
"""
import sys
import xml.etree.ElementTree as xml


def exceptions(path):
    """case name -> reason; a line is 'name | reason'."""
    lines = (line.strip() for line in open(path, encoding="utf-8"))
    pairs = (line.split("|", 1) for line in lines if line and not line.startswith("#"))
    return {name.strip(): reason.strip() for name, reason in pairs}


def main(server, report, known, count):
    number = int(count)
    known = exceptions(known)
    try:
        cases = list(xml.parse(report).getroot().iter("testcase"))
    except (OSError, xml.ParseError) as error:
        cases = []
        print(f"# {error}")
    if not cases:
        print(f"not ok {number + 1} - {server}: the suite gave no report")
        return
    for case in cases:
        name = case.get("name").replace("#", " ")
        status = case.get("status", "")
        failure = case.find("failure")
        # A test that run.sh switches off does not count as a skip.
        if status == "disabled" or "is disabled in the configuration" in (case.findtext("system-err") or ""):
            continue
        number += 1
        skipped = status == "skipped" or case.find("skipped") is not None
        if skipped and name in known:
            print(f"ok {number} - {server}: {name} (left out by the suite: {known[name]})")
        elif failure is None and case.find("error") is None and status not in ("failed", "error", "failure"):
            skip = " # SKIP by the suite" if skipped else ""
            print(f"ok {number} - {server}: {name}{skip}")
        elif name in known:
            print(f"ok {number} - {server}: {name} (wrong in the suite: {known[name]})")
        else:
            print(f"not ok {number} - {server}: {name}")
            said = (case.findtext("system-out") or "", case.findtext("system-err") or "")
            for line in "\n".join(said).splitlines()[:80]:
                print(f"# {line}")


main(*sys.argv[1:])
