// Detection of denials from inside the process: a call that the filter answers with SECCOMP_RET_TRAP and
// an errno in the data is noted and then fails with that errno, as it would with SECCOMP_RET_ERRNO.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#ifdef __linux__
#include <signal.h>
#endif

namespace sealbeat {

// The details of one denied call.
struct Denial {
  std::uint32_t number;
  int error;
  int thread;
  std::array<std::uint64_t, 6> arguments;
};

// The number of denials of a call since the start, and one denial since the samples were last taken.
struct Denied {
  std::uint64_t total;
  bool has_sample;
  Denial sample;
};

// The number of slots: one per call number, the last one for all higher numbers.
constexpr std::size_t kSlots = 1024;

// Whether the registers of this architecture are known. If not, a handler can't set a call's result.
extern const bool kCanAnswer;

// Notes denials from then on. The first denial of an urgent number is reported on stderr at once, as the
// process may not survive it. Returns 0, or EALREADY.
int NoteDenials(const std::vector<int>& urgent);

// All numbers that were denied. With `samples`, takes and clears the samples.
std::vector<Denied> TakeDenials(bool samples);

// A value that changes with every denial on the thread that called NoteDenials: the count of those times
// kSlots, plus the number of the last one.
std::uint64_t LastOwnDenial();

#ifdef __linux__
// Called in the SIGSYS handler; async-signal-safe. Returns false if the signal is not such a denial. Sets
// `report` for the first denial of an urgent number.
bool Deny(const siginfo_t& signal, void* context, bool* report);
#endif

}  // namespace sealbeat
