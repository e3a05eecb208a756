// Denials seen from inside: a call that the filter answers with SECCOMP_RET_TRAP and an errno in its
// data is noted and then fails with that errno, as SECCOMP_RET_ERRNO would have had it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#ifdef __linux__
#include <signal.h>
#endif

namespace sealbeat {

// What is known of one denied call.
struct Denial {
  std::uint32_t number;
  int error;
  int thread;
  std::array<std::uint64_t, 6> arguments;
};

// How often a call has been denied since the start, and one of those since the last look.
struct Denied {
  std::uint64_t total;
  bool has_sample;
  Denial sample;
};

// Numbers that are told apart; the last stands for all beyond.
constexpr std::size_t kSlots = 1024;

// Whether the registers of this architecture are known: else nothing can be answered from a handler.
extern const bool kCanAnswer;

// From now on. The first denial of an urgent number is said on stderr at once: it may be the last
// that the process does. Returns 0, or EALREADY.
int NoteDenials(const std::vector<int>& urgent);

// All numbers that were denied; with `samples`, takes those away.
std::vector<Denied> TakeDenials(bool samples);

// Changes with every denial on the thread that called NoteDenials: how often that was, times kSlots,
// and the number of the last one.
std::uint64_t LastOwnDenial();

#ifdef __linux__
// In the handler of SIGSYS. False where the signal is no such denial. Sets `say` for the first denial of
// an urgent number. Async-signal-safe.
bool Deny(const siginfo_t& signal, void* context, bool* say);
#endif

}  // namespace sealbeat
