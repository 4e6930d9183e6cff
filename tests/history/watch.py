"""Sees every engine process of the lab end: by its pidfd, without being its parent."""
import os
import select
import threading
import time

from history import Exit

LOOK_EVERY = 0.05


class ProcessWatch(threading.Thread):
    """Records an Exit for each engine process that ended, `node` being the node's uid; `running` are those that live."""

    def __init__(self, directory):
        super().__init__(daemon=True)
        self.zones_dir = os.path.join(directory, "zones") + "/"
        self.exits, self.running = [], {}
        self.by_fd, self.strangers = {}, set()
        self.poll = select.poll()
        self.stopping = threading.Event()

    def run(self):
        looked = 0.0
        while not self.stopping.is_set():
            now = time.monotonic()
            if now - looked >= LOOK_EVERY:
                self.look()
                looked = now
            for fd, _ in self.poll.poll(LOOK_EVERY * 1000):
                self.ended(fd)

    def look(self):
        pids = {int(name) for name in os.listdir("/proc") if name.isdigit()}
        self.strangers &= pids
        for pid in pids - self.strangers - set(self.running):
            try:
                fd = os.pidfd_open(pid)
            except OSError:
                continue
            place = self.place(pid)
            if place is None:
                os.close(fd)
                continue
            if place == "":
                self.strangers.add(pid)
                os.close(fd)
                continue
            self.running[pid] = (*place, time.monotonic())
            self.by_fd[fd] = pid
            self.poll.register(fd, select.POLLIN)

    def place(self, pid):
        """(uid, zone) of an engine of ours; "" for a stranger, None when it can't be told yet."""
        try:
            output = os.readlink(f"/proc/{pid}/fd/1")
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                words = file.read().replace(b"\0", b" ").decode(errors="replace").split()
            with open(f"/proc/{pid}/stat", "rb") as file:
                parent = int(file.read().rsplit(b")", 1)[1].split()[1])
        except OSError:
            return ""
        if not output.startswith(self.zones_dir):
            # The daemons' children are forks for an instant, with an output of their own later.
            return None if words and words[0].endswith(("elastilab-agent", "elastilabd")) else ""
        if not output.endswith("engine.log") or self.is_engine(parent):  # the latter saves a copy for it
            return ""
        zone, _, uid, _ = output[len(self.zones_dir):].split("/")
        return uid, zone

    def is_engine(self, pid):
        try:
            return os.readlink(f"/proc/{pid}/fd/1").endswith("engine.log")
        except OSError:
            return False

    def ended(self, fd):
        now = time.monotonic()
        self.poll.unregister(fd)
        os.close(fd)
        pid = self.by_fd.pop(fd)
        uid, zone, started = self.running.pop(pid)
        self.exits.append(Exit(pid, uid, zone, started, now))

    def stop(self):
        self.stopping.set()
        self.join()
