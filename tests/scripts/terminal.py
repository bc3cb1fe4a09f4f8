#!/usr/bin/env python3
"""terminal.py -- what Ctrl-Z, fg, Ctrl-C, signals and a closed window do to a job runner and its jobs.

    terminal.py                  prun, and every row of its table is checked
    terminal.py COMMAND ...      each must run two `sleep 987` at once; prints its table and checks nothing, as in
                                 terminal.py "printf '987\\n987\\n' | xargs -P2 -n1 sleep" "parallel -j2 sleep ::: 987 987"

A real terminal: tmux on a private socket, an interactive bash. Every wait is for a state of /proc, with a deadline.
"""

import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time

DEADLINE = 15.0  # for prun, which must get there
PATIENCE = 2.5  # for other runners, which may never


class Table:
    """One runner's rows; those of prun are compared with what they must be."""

    def __init__(self, command, checked):
        self.command, self.checked, self.wrong = command, checked, []

    def row(self, name, got, want):
        bad = self.checked and want is not None and got != want
        print(f"   {name:26s} {got}" + (f"      WRONG: wanted {want}" if bad else ""), flush=True)
        if bad:
            self.wrong.append(name)


def processes():
    found = {}
    for entry in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{entry}/stat", "rb") as file:
                stat = file.read()
            with open(f"/proc/{entry}/cmdline", "rb") as file:
                words = file.read().split(b"\0")[:-1]
        except OSError:
            continue
        fields = stat[stat.rindex(b")") + 2 :].split()
        if fields[0] not in (b"Z", b"X"):
            found[int(entry)] = {
                "state": fields[0].decode(), "parent": int(fields[1]), "group": int(fields[2]),
                "session": int(fields[3]), "foreground": int(fields[5]), "words": words,
            }
    return found


class Scene:
    """A terminal with a shell in it, in which the runner runs two jobs."""

    count = 0

    def __init__(self, folder, command):
        # A socket of its own: the server of the scene before may still be on its way out.
        Scene.count += 1
        self.socket = os.path.join(folder, f"socket{Scene.count}")
        self.before = set(self.sleeps())
        self.tmux("new-session", "-d", "-s", "t", "-x", "200", "-y", "50",
                  "env PS1='READY$ ' HISTFILE= bash --norc --noprofile -i")
        self.shell = int(self.tmux("list-panes", "-t", "t", "-F", "#{pane_pid}"))
        until(lambda: "READY$" in self.screen(), DEADLINE)
        self.keys(command, "Enter")
        until(lambda: len(self.jobs()) == 2, DEADLINE)
        self.runner = self.find_runner() if len(self.jobs()) == 2 else None
        if self.runner is None:
            shown = self.screen()
            self.close()
            raise SystemExit(f"terminal.py: two jobs did not start by `{command}`; the terminal shows:\n{shown}")

    def tmux(self, *words):
        run = subprocess.run(["tmux", "-f", "/dev/null", "-S", self.socket, *words], capture_output=True, text=True)
        return run.stdout.rstrip("\n")

    def keys(self, *keys):
        self.tmux("send-keys", "-t", "t", *keys)

    def screen(self):
        return self.tmux("capture-pane", "-p", "-t", "t")

    @staticmethod
    def sleeps():
        return {pid: p for pid, p in processes().items() if p["words"] == [b"sleep", b"987"] or p["words"][1:] == [b"987"]
                and p["words"][0].endswith(b"/sleep")}

    def jobs(self):
        return {pid: p for pid, p in self.sleeps().items() if pid not in self.before}

    def find_runner(self):
        """The ancestor of a job just under the shell."""
        found = processes()
        pid = next(iter(self.jobs()))
        while pid in found and found[pid]["parent"] != self.shell:
            pid = found[pid]["parent"]
        return pid if pid in found else None

    def states(self):
        """(the runner's, the jobs'): `gone`, `stopped`, `runs`, or a mixture."""
        found = processes()
        word = lambda states: " ".join(sorted({"T": "stopped"}.get(s, "runs") for s in states)) or "gone"
        runner = word([found[self.runner]["state"]] if self.runner in found else [])
        jobs = self.jobs()
        words = set(word([p["state"]]) for p in jobs.values())
        return runner, words.pop() if len(words) == 1 else " and ".join(sorted(words)) or "gone"

    def settle(self, want, limit):
        """Waits for these states; gives what there is then."""
        until(lambda: self.states() == want, limit)
        return "runner %s, jobs %s" % self.states()

    def signal(self, *signals):
        for number in signals:
            try:
                os.kill(self.runner, number)
            except ProcessLookupError:
                pass

    def close(self):
        self.tmux("kill-server")
        for pid in self.jobs():
            kill(pid)
        if getattr(self, "runner", None) in processes():
            kill(self.runner)


def kill(pid):
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def until(condition, limit):
    end = time.monotonic() + limit
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def check(command, checked, folder):
    table = Table(command, checked)
    limit = DEADLINE if checked else PATIENCE
    gone, runs, stopped = ("gone", "gone"), ("runs", "runs"), ("stopped", "stopped")
    text = lambda states: "runner %s, jobs %s" % states
    print("==", command, flush=True)

    scene = Scene(folder, command)
    found, jobs = processes(), scene.jobs()
    table.row("in the foreground group", str(found[scene.runner]["group"] == found[scene.runner]["foreground"]), "True")
    table.row("jobs lead their own group", str(all(p["group"] == pid for pid, p in jobs.items())), "True")
    table.row("in the shell's session", str(all(p["session"] == found[scene.runner]["session"] for p in jobs.values())), "True")
    scene.keys("C-z")
    table.row("Ctrl-Z", scene.settle(stopped, limit), text(stopped))
    scene.keys("fg", "Enter")
    table.row("fg", scene.settle(runs, limit), text(runs))
    scene.keys("C-c")
    table.row("Ctrl-C", scene.settle(gone, limit), text(gone))
    scene.keys("", "Enter")
    scene.keys("echo status=$?.", "Enter")
    status = lambda: [line for line in scene.screen().split("\n") if line.startswith("status=")]
    until(status, limit)
    table.row("the shell sees", (status() or ["nothing"])[-1], "status=130.")
    scene.close()

    rows = [
        ("SIGTERM", [signal.SIGTERM], gone), ("SIGTERM twice", [signal.SIGTERM] * 2, gone),
        ("SIGINT to the runner only", [signal.SIGINT], gone), ("SIGHUP to the runner only", [signal.SIGHUP], gone),
        ("SIGKILL (no promise)", [signal.SIGKILL], None),
    ]
    for name, signals, want in rows:
        scene = Scene(folder, command)
        scene.signal(*signals)
        table.row(name, scene.settle(want or ("gone", "runs"), limit), want and text(want))
        scene.close()

    scene = Scene(folder, command)
    scene.tmux("kill-session", "-t", "t")
    table.row("the terminal hangs up", scene.settle(gone, limit), text(gone))
    scene.close()
    return table


def main():
    if shutil.which("tmux") is None:
        if os.environ.get("PRUN_TEST_REQUIRE_ALL") == "1":
            raise SystemExit("terminal.py: tmux is not installed, and PRUN_TEST_REQUIRE_ALL=1")
        if "PRUN_TEST_SKIPS" in os.environ:
            with open(os.environ["PRUN_TEST_SKIPS"], "a") as file:
                file.write("tests/scripts/terminal.py: tmux is not installed (tests/run installs it)\n")
        return 77
    if sys.argv[1:2] in (["-h"], ["--help"]):
        print(__doc__)
        return 0
    commands = [(command, False) for command in sys.argv[1:]]
    if not commands:
        commands = [(shlex.quote(os.environ["PRUN"]) + " --no-config -j2 sleep ::: 987 987", True)]
    os.environ.pop("PRUN_OPTS", None)
    os.environ.pop("TMUX", None)
    with tempfile.TemporaryDirectory(prefix="prun-term.") as folder:
        tables = [check(command, checked, folder) for command, checked in commands]
    wrong = [name for table in tables for name in table.wrong]
    if wrong:
        print("terminal.py: FAILED:", ", ".join(wrong), file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
