#include "denial.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>

#include "registers.h"

namespace sealbeat {

const bool kCanAnswer = kHasRegisters;

namespace {

enum : int { kEmpty, kTaken, kFull };

// One slot for each number. The count is exact. The sample is the first denial since the samples were last
// taken; a denial during the writing or reading of the sample is only counted.
struct Slot {
  std::atomic<std::uint64_t> total{0};
  std::atomic<int> state{kEmpty};
  std::atomic<bool> urgent{false};
  Denial sample{};
};

// The last slot is for all higher numbers, which only the table of arm has.
Slot slots[kSlots];
std::atomic<bool> noting{false};
std::atomic<int> own_thread{0};
std::atomic<std::uint64_t> last_own{0};

static_assert(std::atomic<std::uint64_t>::is_always_lock_free, "a handler must not take a lock");

int ThreadId() { return static_cast<int>(syscall(SYS_gettid)); }

Slot& SlotOf(std::uint32_t number) { return slots[number < kSlots ? number : kSlots - 1]; }

}  // namespace

int NoteDenials(const std::vector<int>& urgent) {
  for (const int number : urgent) SlotOf(static_cast<std::uint32_t>(number)).urgent = true;
  own_thread = ThreadId();
  return noting.exchange(true) ? EALREADY : 0;
}

std::vector<Denied> TakeDenials(bool samples) {
  std::vector<Denied> all;
  for (Slot& slot : slots) {
    const std::uint64_t total = slot.total;
    if (total == 0) continue;
    Denied denied{total, samples && slot.state.load(std::memory_order_acquire) == kFull, {}};
    if (denied.has_sample) {
      denied.sample = slot.sample;
      slot.state.store(kEmpty, std::memory_order_release);
    } else {
      denied.sample.number = static_cast<std::uint32_t>(&slot - slots);
    }
    all.push_back(denied);
  }
  return all;
}

std::uint64_t LastOwnDenial() { return last_own; }

bool Deny(const siginfo_t& signal, void* context, bool* report) {
  if (!noting || signal.si_errno == 0) return false;
  auto& at = *static_cast<ucontext_t*>(context);
  const auto number = static_cast<std::uint32_t>(signal.si_syscall);
  Slot& slot = SlotOf(number);
  const int thread = ThreadId();
  if (thread == own_thread) {
    const std::uint64_t count = last_own / kSlots + 1;
    last_own = count * kSlots + (number < kSlots ? number : kSlots - 1);
  }
  int empty = kEmpty;
  if (slot.state.compare_exchange_strong(empty, kTaken, std::memory_order_acquire)) {
    slot.sample = {number, signal.si_errno, thread, ReadArguments(at)};
    slot.state.store(kFull, std::memory_order_release);
  }
  *report = slot.total.fetch_add(1) == 0 && slot.urgent;
  WriteError(at, signal.si_errno);
  return true;
}

}  // namespace sealbeat
