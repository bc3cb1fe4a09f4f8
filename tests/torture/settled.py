"""settled.py COMPARE SRC DST [OLD] -- after a copy that was cut short: is anything complete by accident?

Says each file of DST that has the size and mtime of its source but other contents: the next run would take it for
done. With OLD, which is as DST was before: each file, too, that is neither the old one nor the new one.
COMPARE is compare.sh. Status 1 when there is one."""
import json
import subprocess
import sys


def kinds(one, other):
    """The kinds of difference of each path."""
    run = subprocess.run([sys.argv[1], one, other, "--json", "--max", "0"], capture_output=True, check=False)
    found = json.loads(run.stdout)
    if found["trouble"]:
        sys.exit(f"compare.sh: {found['trouble'][:3]}")
    of = {}
    for difference in found["list"]:
        of.setdefault(difference["path"], set()).add(difference["kind"])
    return of


new = kinds(sys.argv[2], sys.argv[3])
wrong = [f"{path}: complete by size and mtime, but other contents" for path, of in new.items() if "content" in of and "mtime" not in of]
if len(sys.argv) > 4:
    old = kinds(sys.argv[4], sys.argv[3])
    changed = {"content", "size"}
    for path, of in new.items():
        before = old.get(path, set())
        if of & changed and before & changed:
            wrong.append(f"{path}: neither the old file nor the new one")
        if "missing" in of and "missing" in before:
            wrong.append(f"{path}: the old file is gone, and the new one is not there")
print("\n".join(wrong))
sys.exit(bool(wrong))
