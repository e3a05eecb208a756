// What confines a thread: no_new_privs, a Landlock domain, dropped capabilities, and the proof of it.
#pragma once

#include <cstdint>

#include "every_thread.h"

namespace sealbeat {

// Where a thread has failed: `Answer::step`.
enum Step : int { kNone, kKeep, kNoNewPrivs, kLandlock, kProof, kCapabilities };

struct Confinement {
  int ruleset;          // a descriptor of landlock_create_ruleset(2); -1: no domain
  bool drop;            // whether capabilities are dropped
  std::uint64_t keep;   // those that stay, as bits
  bool keep_on_setuid;  // PR_SET_KEEPCAPS and nothing else: what comes before a change of the user
};

// Confines every thread. EACCES with kProof for the caller: nothing can be proven here, as /proc/thread-self/comm
// can't be opened for writing even before. EINVAL with kProof: the kernel, or a filter, has claimed a success.
Swept Confine(const Confinement& confinement, int timeout_ms);

// PR_SET_DUMPABLE 0: 0 or an errno, EINVAL if a filter has claimed the success.
int MakeUndumpable();

// landlock_create_ruleset(2) with LANDLOCK_CREATE_RULESET_VERSION or _ERRATA: its answer or a negative errno.
int AskLandlock(unsigned flags);

// Returns a descriptor or a negative errno.
int CreateRuleset(std::uint64_t files, std::uint64_t network, std::uint64_t scoped);

// The rights below a folder; 0 or an errno.
int AllowPath(int ruleset, const char* path, std::uint64_t rights);

int AllowPort(int ruleset, std::uint64_t port, std::uint64_t rights);

}  // namespace sealbeat
