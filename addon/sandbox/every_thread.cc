// One sweep over every thread: Landlock and capset(2) change the calling thread alone, and Node has 7 to 14.
//
//   the caller first   then /proc/self/task, again and again, until a round brings no thread that had
//                      anything left to do: children of a thread that is done inherit what it has done
//   the signal         33, which glibc keeps for setuid(2) on all threads. No thread blocks it, not even
//                      those that block "all" signals, such as Node's inspector. It carries the index of the
//                      thread's slot, so an answer can't be mistaken for another one.
//   the handler        by rt_sigaction(2) itself, as glibc's wrapper refuses the signal. glibc's own handler
//                      is put back at the end.
//   silence            a thread in vfork(2), or with the signal blocked by rt_sigprocmask(2) itself, can't
//                      answer. It is named. The handler stays then, and so do the slots: a late answer does
//                      what was asked, before the thread runs any other code of the program.
//
// glibc only: musl uses other signals for itself.
#include "every_thread.h"

#include <dirent.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <memory>
#include <unordered_map>

namespace sealbeat {

namespace {

constexpr int kSignal = 33;  // glibc's SIGSETXID
constexpr std::size_t kSlots = 16384;

enum State : int { kFree, kAsked, kAnswered };

struct Slot {
  std::atomic<int> state{kFree};
  Answer answer{};
};

struct Sweep {
  Action action;
  std::vector<unsigned char> what;
  std::unique_ptr<Slot[]> slots{new Slot[kSlots]};
  std::size_t used = 0;
};

// What the handler works on. A sweep with silent threads is never freed.
std::atomic<Sweep*> current{nullptr};

long Now() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int Self() { return static_cast<int>(syscall(SYS_gettid)); }

void Act(const Sweep& sweep, Slot& slot) {
  slot.answer.tid = Self();
  sweep.action(sweep.what.data(), slot.answer);
  slot.state.store(kAnswered, std::memory_order_release);
}

#ifdef __GLIBC__

// struct sigaction as the kernel has it: bits/types of no libc. `restorer` exists where SA_RESTORER does.
struct KernelAction {
#ifdef __mips__
  unsigned flags;
  void (*handler)(int, siginfo_t*, void*);
  unsigned long mask[16 / sizeof(long)];
#else
  void (*handler)(int, siginfo_t*, void*);
  unsigned long flags;
#if !defined(__riscv) && !defined(__loongarch__)
  void (*restorer)();
#endif
  unsigned long mask[8 / sizeof(long)];
#endif
};

#ifdef __mips__
constexpr std::size_t kMaskBytes = 16;
#else
constexpr std::size_t kMaskBytes = 8;
#endif

int ReadAction(int signal, KernelAction& action) {
  return syscall(SYS_rt_sigaction, signal, nullptr, &action, kMaskBytes) < 0 ? errno : 0;
}

int WriteAction(int signal, const KernelAction& action) {
  return syscall(SYS_rt_sigaction, signal, &action, nullptr, kMaskBytes) < 0 ? errno : 0;
}

void Handle(int, siginfo_t* info, void*) {
  if (info->si_code != SI_QUEUE || info->si_pid != getpid()) return;
  Sweep* sweep = current.load(std::memory_order_acquire);
  const auto index = static_cast<std::size_t>(info->si_value.sival_int);
  if (sweep == nullptr || index >= sweep->used) return;
  const int saved = errno;
  Slot& slot = sweep->slots[index];
  if (slot.state.load(std::memory_order_acquire) == kAsked) Act(*sweep, slot);
  errno = saved;
}

// The old action of the signal, with the restorer that x86 needs: glibc's handlers all have the same one.
int HandlerAction(KernelAction& action, const KernelAction& old) {
  std::memset(&action, 0, sizeof action);
  action.handler = Handle;
  action.flags = SA_SIGINFO | SA_RESTART;
  std::memset(action.mask, 0xff, sizeof action.mask);
#if !defined(__mips__) && !defined(__riscv) && !defined(__loongarch__)
  constexpr unsigned long kRestorer = 0x04000000;  // SA_RESTORER of asm/signal.h
  KernelAction model = old;
  for (int signal = 1; (model.flags & kRestorer) == 0 && signal <= 64; ++signal) {
    if (ReadAction(signal, model) != 0) std::memset(&model, 0, sizeof model);
  }
  action.flags |= model.flags & kRestorer;
  action.restorer = (model.flags & kRestorer) != 0 ? model.restorer : nullptr;
#else
  (void)old;
#endif
  return 0;
}

// `info.si_value` names the slot. rt_tgsigqueueinfo(2) has no wrapper.
int Ask(int tid, std::size_t index) {
  siginfo_t info{};
  info.si_signo = kSignal;
  info.si_code = SI_QUEUE;
  info.si_pid = getpid();
  info.si_uid = getuid();
  info.si_value.sival_int = static_cast<int>(index);
  return syscall(SYS_rt_tgsigqueueinfo, getpid(), tid, kSignal, &info) < 0 ? errno : 0;
}

bool IsAlive(int tid) { return syscall(SYS_tgkill, getpid(), tid, 0) == 0 || errno != ESRCH; }

int ListThreads(std::vector<int>& tids) {
  DIR* folder = opendir("/proc/self/task");
  if (folder == nullptr) return errno;
  while (const dirent* entry = readdir(folder)) {
    if (entry->d_name[0] != '.') tids.push_back(std::atoi(entry->d_name));
  }
  closedir(folder);
  return 0;
}

// The kernel's own count, as a listing can miss threads that come while others end. -1 if unknown.
int CountThreads() {
  std::FILE* file = std::fopen("/proc/self/status", "re");
  if (file == nullptr) return -1;
  int count = -1;
  char line[256];
  while (count < 0 && std::fgets(line, sizeof line, file)) {
    if (std::sscanf(line, "Threads: %d", &count) != 1) count = -1;
  }
  std::fclose(file);
  return count;
}

void Pause() {
  const timespec pause{0, 50 * 1000};
  nanosleep(&pause, nullptr);
}

using Indices = std::unordered_map<int, std::size_t>;

// Asks every thread that has no slot yet. Returns an errno.
int AskNewcomers(Sweep& sweep, const std::vector<int>& tids, Indices& indices,
                 std::vector<std::size_t>& asked) {
  for (const int tid : tids) {
    if (indices.count(tid) != 0) continue;
    if (sweep.used == kSlots) return EAGAIN;
    const std::size_t index = sweep.used++;
    sweep.slots[index].answer.tid = tid;
    sweep.slots[index].state.store(kAsked, std::memory_order_release);
    const int error = Ask(tid, index);
    if (error != 0 && error != ESRCH) return error;
    indices[tid] = index;
    if (error == 0) asked.push_back(index);
  }
  return 0;
}

// Waits for answers. Whoever has neither answered nor ended by `deadline` stays silent.
void Await(Sweep& sweep, const std::vector<std::size_t>& asked, long deadline,
           std::vector<int>& silent) {
  for (const std::size_t index : asked) {
    const Slot& slot = sweep.slots[index];
    while (slot.state.load(std::memory_order_acquire) != kAnswered) {
      if (!IsAlive(slot.answer.tid)) break;
      if (Now() >= deadline) {
        silent.push_back(slot.answer.tid);
        break;
      }
      Pause();
    }
  }
}

int SweepOthers(Sweep& sweep, long deadline, std::vector<int>& silent) {
  Indices indices{{Self(), 0}};
  for (;;) {
    std::vector<int> tids;
    if (const int error = ListThreads(tids)) return error;
    const int count = CountThreads();
    std::vector<std::size_t> asked;
    if (const int error = AskNewcomers(sweep, tids, indices, asked)) return error;
    Await(sweep, asked, deadline, silent);
    bool quiet = static_cast<int>(tids.size()) == count || count < 0;
    for (const std::size_t index : asked) {
      const Slot& slot = sweep.slots[index];
      const bool answered = slot.state.load(std::memory_order_acquire) == kAnswered;
      if (!answered || !slot.answer.already) quiet = false;
      // The kernel gives numbers anew: a thread that has ended may not stand for its successor.
      if (!IsAlive(slot.answer.tid)) indices.erase(slot.answer.tid);
    }
    if (quiet || !silent.empty()) return 0;
    if (Now() >= deadline) return EAGAIN;
  }
}

#endif  // __GLIBC__

std::vector<Answer> AnswersOf(const Sweep& sweep) {
  std::vector<Answer> answers;
  for (std::size_t at = 0; at < sweep.used; ++at) {
    const Slot& slot = sweep.slots[at];
    if (slot.state.load(std::memory_order_acquire) == kAnswered) answers.push_back(slot.answer);
  }
  return answers;
}

}  // namespace

Swept OnEveryThread(Action action, const void* what, unsigned size, int timeout_ms) {
#ifndef __GLIBC__
  (void)action, (void)what, (void)size, (void)timeout_ms;
  return {ENOTSUP, {}, {}};
#else
  auto sweep = std::make_unique<Sweep>();
  sweep->action = action;
  const auto* bytes = static_cast<const unsigned char*>(what);
  sweep->what.assign(bytes, bytes + size);
  sweep->used = 1;
  Act(*sweep, sweep->slots[0]);
  // A caller that fails is the answer: the others are left as they are.
  if (sweep->slots[0].answer.error != 0) return {0, AnswersOf(*sweep), {}};
  KernelAction old{};
  KernelAction own{};
  if (const int error = ReadAction(kSignal, old)) return {error, AnswersOf(*sweep), {}};
  HandlerAction(own, old);
  current.store(sweep.get(), std::memory_order_release);
  if (const int error = WriteAction(kSignal, own)) {
    current.store(nullptr, std::memory_order_release);
    return {error, AnswersOf(*sweep), {}};
  }
  std::vector<int> silent;
  const int error = SweepOthers(*sweep, Now() + timeout_ms, silent);
  Swept swept{error, AnswersOf(*sweep), silent};
  if (error != 0 || !silent.empty()) {
    (void)sweep.release();  // for late answers, as the file's comment says
    return swept;
  }
  WriteAction(kSignal, old);
  current.store(nullptr, std::memory_order_release);
  return swept;
#endif
}

}  // namespace sealbeat
