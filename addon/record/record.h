// The recorder: learns what a process calls without refusing any of it. The recorded process starts
// behind a filter that announces every call (SECCOMP_RET_USER_NOTIF, Linux 5.0); this one counts each
// and lets it go on (SECCOMP_USER_NOTIF_FLAG_CONTINUE, 5.5). See seccomp_unotify(2).
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

// Both ends of a socket over which the recorded process hands its listener to the recorder.
struct Channel {
  int error;
  int ours;
  int theirs;
};
Channel OpenChannel();

// In the process to be recorded, from its main thread: replaces it by `path`, as Restart does, behind
// `program`, whose listener goes out over `channel`. Returns only when it failed. The process does not
// outlive the recorder: without it no call would ever be answered.
int StartRecorded(int channel, const std::string& path, std::string arguments,
                  const Program& program);

// One kind of call: phase, audit architecture, number, and the arguments that are noted (else 0).
struct CallKind {
  std::uint32_t phase;
  std::uint32_t arch;
  std::uint32_t number;
  std::array<std::uint64_t, 6> arguments;

  bool operator<(const CallKind& other) const;
};

// What a recording looks at.
struct Scope {
  // By number, which arguments are noted: bit n for argument n.
  std::vector<std::uint8_t> noted;
  // A call of `mark` whose first argument is `base` + n begins phase n. It is neither counted nor made.
  std::uint32_t mark;
  std::uint32_t base;
  std::uint32_t arch;
};

class Recording {
 public:
  // Takes `channel` over; the listener comes out of it.
  Recording(int channel, Scope scope);
  // What is still being recorded gets ENOSYS for every call from then on: end it before.
  ~Recording();
  Recording(const Recording&) = delete;
  Recording& operator=(const Recording&) = delete;

  std::vector<std::pair<CallKind, std::uint64_t>> Counts() const;
  std::uint32_t Phase() const { return phase_; }
  // 0, or the errno by which the recording failed.
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
