// Stands between a program and its disk: writes down everything that is done to the files below one directory.
//
// The functions of the C library that change files (open, write, pwrite, ftruncate, fsync, rename, unlink, mkdir, …)
// are defined again in disk_calls.cc, so that whoever is linked with it, or has it preloaded, calls ours: SQLite with
// its own directory syncs, the lab's key, the trail, the agents' journal, each as it is in production. That is why this
// is no VFS of SQLite: a VFS would see neither what SQLite's own syncs (the directory, of which files) nor any other
// file.
//
// While a recorder is at work syncs return at once; what they promise is in the log, and the page cache is disk enough
// for a program that doesn't lose its power.
//
// Not seen: what stdio streams write (logs; a FILE* over a descriptor of ours neither) and what is written through a
// memory map. SQLite maps its -shm file, which means nothing after a power cut (power_cut.h).
#pragma once

#include <string>

#include "tests/power/disk_log.h"

namespace elastilab::power {

struct RecorderOptions {
  bool first = true;         // what lies below the root goes into the log; false: another recorder has seen to that
  bool lying_syncs = false;  // syncs say yes and do nothing: the tests must notice
};

// At most one in a process, begun and ended while no other thread touches the files. What lies below `root` when it
// begins is on the disk: the log starts with it.
class DiskRecorder {
 public:
  // `root` exists and is canonical.
  DiskRecorder(std::string root, DiskSink& sink, RecorderOptions options = {});
  ~DiskRecorder();
  DiskRecorder(const DiskRecorder&) = delete;
  DiskRecorder& operator=(const DiskRecorder&) = delete;
};

}  // namespace elastilab::power
