"""Programs that do one thing badly, and one that does nothing badly. `python3 programs.py NAME SECONDS`."""

import os
import random
import subprocess
import sys
import tempfile
import time


def steady(seconds):
    """A little work, a little rest."""
    block = bytearray(20_000_000)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        sum(range(20_000))
        block[0] = 1
        time.sleep(0.01)


def starved(seconds):
    """Three busy processes for each processor."""
    busy = f"import time\nend = time.monotonic() + {seconds}\nwhile time.monotonic() < end: pass"
    count = 3 * len(os.sched_getaffinity(0))
    for process in [subprocess.Popen([sys.executable, "-c", busy]) for _ in range(count)]:
        process.wait()


def leaking(seconds):
    """Keeps a megabyte more every hundredth of a second."""
    kept = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        kept.append(bytearray(1_000_000))
        time.sleep(0.01)


def waiting(seconds):
    """The same computation each time, and now and then far more waiting for the disk."""
    end = time.process_time() + 0.05
    while time.process_time() < end:
        pass
    with tempfile.NamedTemporaryFile(dir=os.getcwd()) as file:
        wanted = time.monotonic() + random.choice([0.0, 0.05, 0.5]) * seconds
        while time.monotonic() < wanted:
            file.write(os.urandom(1 << 16))
            file.flush()
            os.fsync(file.fileno())


def failing(_):
    """Fails every third time; counts in a file."""
    count = 0
    if os.path.exists("count"):
        with open("count") as file:
            count = int(file.read())
    with open("count", "w") as file:
        file.write(str(count + 1))
    sys.exit(1 if count % 3 == 2 else 0)


if __name__ == "__main__":
    globals()[sys.argv[1]](float(sys.argv[2]))
