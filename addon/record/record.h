// The recorder: counts the system calls of a process without refusing any. The recorded process starts
// behind a filter that announces every call (SECCOMP_RET_USER_NOTIF, Linux 5.0). The recorder counts each
// call and lets it continue (SECCOMP_USER_NOTIF_FLAG_CONTINUE, Linux 5.5). See seccomp_unotify(2).
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "../native.h"

namespace sealbeat {

// Both ends of the socket over which the recorded process sends its listener to the recorder.
struct Channel {
  int error;
  int ours;
  int theirs;
};
Channel OpenChannel();

// Called in the process to be recorded, on its main thread. Replaces the process by `path`, as Restart
// does, behind `program`, and sends the filter's listener over `channel`. Returns only if it failed. The
// process does not outlive the recorder, as nothing would answer its calls any more.
int StartRecorded(int channel, const std::string& path, std::string arguments,
                  const Program& program);

// One kind of call: phase, audit architecture, number, and the noted arguments (the others are 0).
struct CallKind {
  std::uint32_t phase;
  std::uint32_t arch;
  std::uint32_t number;
  std::array<std::uint64_t, 6> arguments;

  bool operator<(const CallKind& other) const;
};

// The settings of a recording.
struct Scope {
  // By call number, the arguments to note: bit n for argument n.
  std::vector<std::uint8_t> noted;
  // A call of `mark` with `base` + n as its first argument begins phase n. It is neither counted nor
  // executed.
  std::uint32_t mark;
  std::uint32_t base;
  std::uint32_t arch;
};

class Recording {
 public:
  // Takes ownership of `channel` and receives the listener from it.
  Recording(int channel, Scope scope);
  // A process that is still recorded gets ENOSYS for every call from then on, so end it before.
  ~Recording();
  Recording(const Recording&) = delete;
  Recording& operator=(const Recording&) = delete;

  std::vector<std::pair<CallKind, std::uint64_t>> Counts() const;
  std::uint32_t Phase() const { return phase_; }
  // 0, or the errno that made the recording fail.
  int Error() const { return error_; }

 private:
  void Serve(int channel);
  int Answer(int listener);
  bool Note(std::uint32_t arch, std::uint32_t number, const std::uint64_t* arguments);

  const Scope scope_;
  mutable std::mutex mutex_;
  std::map<CallKind, std::uint64_t> counts_;
  std::atomic<std::uint32_t> phase_{0};
  std::atomic<int> error_{0};
  const int stop_;  // an eventfd
  std::thread thread_;
};

}  // namespace sealbeat
