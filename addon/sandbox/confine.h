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
  bool proves = true;   // whether a thread that is inside can be told from one that is not
};

struct Confined {
  Swept swept;
  // Whether each thread that entered has proven it. It can't where an outer domain, or /proc itself, keeps
  // /proc/thread-self/comm from being written even before: the domain is entered all the same.
  bool proven;
};

// Confines every thread. ENOENT with kProof for the caller: there is no /proc, so the threads can't be found.
// EINVAL with kProof: the kernel, or a filter, has claimed a success.
Confined Confine(const Confinement& confinement, int timeout_ms);

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
