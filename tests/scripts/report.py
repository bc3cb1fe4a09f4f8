"""report.py FILE copied | error NAME ERRNO... -- what the tests of the copy ask of its --report: one JSON object.

copied prints how many files had their data copied, or shared. error succeeds if the report tells of a path that holds NAME with
one of the ERRNOs. Any trouble with the report itself is told, and is status 1."""
import json
import sys

with open(sys.argv[1], encoding="utf-8") as file:
    report = json.load(file)
if report.get("version") != 1:
    sys.exit(f"the report's version is {report.get('version')!r}")
if sys.argv[2] == "copied":
    counts = report["counts"]
    print(counts["files"] + counts.get("cloned", 0))
else:
    name, errnos = sys.argv[3], sys.argv[4:]
    errors = report["errors"]
    if not any(name in error["path"] and error["errno"] in errnos for error in errors):
        sys.exit(f"{len(errors)} errors: {errors[:3]}")
