// Runs a function on every thread of the process, those of libraries included.
#pragma once

#include <vector>

namespace sealbeat {

// The answer of one thread.
struct Answer {
  int tid;
  int step;      // where `error` occurred; the meaning is the action's own
  int error;     // 0 or an errno
  bool already;  // nothing was left to do: the thread has inherited everything, or has been asked before
};

// What a thread does. It runs in a signal handler: nothing but system calls is safe there. `newcomer`: whether
// the thread may have inherited what another one has done. Returns whether the other threads are to follow; only
// the caller, which is the first, is listened to.
using Action = bool (*)(const void* what, bool newcomer, Answer& answer);

struct Swept {
  int error;                    // 0, ENOTSUP without glibc, EAGAIN if new threads never ended, or of /proc
  std::vector<Answer> answers;  // the caller's first
  std::vector<int> silent;      // threads that have not answered in time; they may still do so later
};

// `what` is copied (`size` bytes), as a silent thread may read it later. One sweep at a time: others wait.
Swept OnEveryThread(Action action, const void* what, unsigned size, int timeout_ms);

}  // namespace sealbeat
