// One sweep over every thread: Landlock and capset(2) change the calling thread alone, and Node has 7 to 14.
//
//   the caller first   then whoever /proc/self/task lists, round by round, until everybody on the list answers
//                      that nothing was left to do: whatever they start is inside as well. A round in which
//                      a thread has ended does not count, as it may have started another one. Nor does one
//                      whose list is shorter than the kernel's count: the list ends where it meets a thread
//                      that has just ended, and does not name it. Every round asks everybody: the kernel
//                      gives the numbers of ended threads to new ones
//   the signal         33, which glibc keeps for setuid(2) on all threads. No thread blocks it, not even
//                      those that block "all" signals, such as Node's inspector. It carries the index of a
//                      slot, and the slot has the number of the thread that it waits for: no other thread
//                      can answer for it, and a signal that somebody else has made up does nothing.
//   the handler        by rt_sigaction(2) itself, as glibc's wrapper refuses the signal. What is not ours goes
//                      on to glibc's own handler, which is put back at the end.
//   silence            a thread in vfork(2), or with the signal blocked by rt_sigprocmask(2) itself, can't
//                      answer. It is named. The handler stays then, and so does the slot: a late answer does
//                      what was asked, before the thread runs any other code of the program.
//
// glibc only: musl uses other signals for itself.
#include "every_thread.h"

#include <cerrno>

#ifdef __GLIBC__

#include <dirent.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

#include "kernel_action.h"

namespace sealbeat {

namespace {

constexpr int kSignal = 33;  // glibc's SIGSETXID
constexpr std::size_t kSlots = 16384;

struct Sweep {
  Action action;
  std::vector<unsigned char> what;
};

struct Slot {
  std::atomic<int> waits_for{0};  // the thread that has been asked; 0: free, or answered
  const Sweep* sweep = nullptr;
  bool newcomer = false;
  Answer answer{};
};

// Static, as a signal may come at any time. Those of silent threads stay taken for good.
Slot slots[kSlots];

// The action before ours. Written before the handler is there.
KernelAction previous{};

std::int64_t Now() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::int64_t>(now.tv_sec) * 1000 + now.tv_nsec / 1000000;
}

int Self() { return static_cast<int>(syscall(SYS_gettid)); }

void Handle(int signal, siginfo_t* info, void* context) {
  if (info->si_code != SI_QUEUE) {
    // glibc, on behalf of setuid(2) on another thread, which waits for this one.
    if ((previous.flags & SA_SIGINFO) != 0) previous.handler(signal, info, context);
    return;
  }
  const int saved = errno;
  const auto index = static_cast<unsigned>(info->si_value.sival_int);
  const int self = Self();
  if (index < kSlots && slots[index].waits_for.load(std::memory_order_acquire) == self) {
    Slot& slot = slots[index];
    slot.answer = {self, 0, 0, false};
    slot.sweep->action(slot.sweep->what.data(), slot.newcomer, slot.answer);
    slot.waits_for.store(0, std::memory_order_release);
  }
  errno = saved;
}

// `info.si_value` names the slot. rt_tgsigqueueinfo(2) has no wrapper. Another process can't have its numbers
// mixed up with ours: the slot knows whom it waits for.
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

// num_threads of /proc/self/stat, proc(5). 0 if it can't be read: then no list is too short.
std::size_t CountThreads() {
  constexpr int kFieldsBefore = 17;  // between the name, in parentheses, and the number
  char text[1024];
  const int descriptor = open("/proc/self/stat", O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return 0;
  const ssize_t length = read(descriptor, text, sizeof text - 1);
  close(descriptor);
  text[length < 0 ? 0 : length] = '\0';
  const char* at = std::strrchr(text, ')');
  if (at == nullptr) return 0;
  ++at;
  for (int field = 0; field < kFieldsBefore; ++field) {
    at = std::strchr(at + 1, ' ');
    if (at == nullptr) return 0;
  }
  return std::strtoul(at, nullptr, 10);
}

void Pause() {
  const timespec pause{0, 50 * 1000};
  nanosleep(&pause, nullptr);
}

class Rounds {
 public:
  Rounds(const Sweep& sweep, const Answer& caller, int timeout_ms)
      : sweep_(sweep), caller_(caller.tid), grace_ms_(timeout_ms / 10), deadline_(Now() + timeout_ms) {}

  // Returns an errno.
  int Go() {
    for (;; first_ = false) {
      const Round round = GoRound();
      if (round.error != 0) return round.error;
      if (!round.news && round.complete) return 0;
      if (Now() >= deadline_) return silent.empty() ? EAGAIN : 0;
    }
  }

  // First what a thread has done, or what went wrong: not what it says when it is asked again.
  std::map<int, Answer> answers;

  std::vector<int> silent;

 private:
  struct Round {
    int error;
    bool news;      // whether any thread had something left to do, or could not be asked
    bool complete;  // whether every thread on the list was still there to be asked
  };

  Round GoRound() {
    std::vector<int> tids;
    if (const int error = ListThreads(tids)) return {error, true, false};
    // Counted before anybody is asked: who is still there to be asked has been counted, too.
    Round round{0, false, CountThreads() <= tids.size()};
    std::vector<std::size_t> asked;
    std::size_t next = 0;
    for (const int tid : tids) {
      if (IsSettled(tid)) {
        if (!IsAlive(tid)) round.complete = false;
        continue;
      }
      while (next < kSlots && slots[next].waits_for.load(std::memory_order_acquire) != 0) ++next;
      const int error = next == kSlots ? EAGAIN : AskInSlot(tid, next);
      if (error == 0) asked.push_back(next);
      if (error == ESRCH) round.complete = false;
      if (error == EAGAIN) round.news = true;  // too many signals are pending, of this user (RLIMIT_SIGPENDING)
      if (error != 0 && error != ESRCH && error != EAGAIN) return {error, true, false};
    }
    for (const std::size_t index : asked) Await(slots[index], round);
    return round;
  }

  // Those whose answer will not change: the caller, whoever has failed, and whoever has a signal pending.
  bool IsSettled(int tid) const {
    if (tid == caller_ || std::find(silent.begin(), silent.end(), tid) != silent.end()) return true;
    const auto known = answers.find(tid);
    return known != answers.end() && known->second.error != 0;
  }

  int AskInSlot(int tid, std::size_t index) {
    Slot& slot = slots[index];
    slot.sweep = &sweep_;
    slot.newcomer = !first_;
    slot.answer = {tid, 0, 0, false};
    slot.waits_for.store(tid, std::memory_order_release);
    const int error = Ask(tid, index);
    if (error != 0) slot.waits_for.store(0, std::memory_order_release);
    return error;
  }

  void Await(Slot& slot, Round& round) {
    const int tid = slot.waits_for.load(std::memory_order_acquire);
    while (slot.waits_for.load(std::memory_order_acquire) != 0) {
      // Once it is dead, nobody answers: its signal has gone with it.
      if (!IsAlive(tid) && slot.waits_for.load(std::memory_order_acquire) != 0) {
        slot.waits_for.store(0, std::memory_order_release);
        round.complete = false;
        return;
      }
      if (Now() >= deadline_) return NoteSilence(tid, round);
      Pause();
    }
    if (!slot.answer.already && slot.answer.error == 0) round.news = true;
    answers.emplace(slot.answer.tid, slot.answer);
  }

  // What it has started meanwhile is asked all the same.
  void NoteSilence(int tid, Round& round) {
    if (silent.empty()) deadline_ = Now() + grace_ms_;
    silent.push_back(tid);
    round.news = true;
  }

  const Sweep& sweep_;
  const int caller_;
  const int grace_ms_;
  std::int64_t deadline_;
  bool first_ = true;  // in the first round nobody can have inherited anything
};

// ENOTSUP if the handler could not return.
int TakeSignal(KernelAction& old) {
  if (const int error = ReadAction(kSignal, old)) return error;
  if (old.handler == Handle) return 0;  // of an earlier sweep with silent threads
  KernelAction own{};
  if (!HandlerAction(own, Handle, old)) return ENOTSUP;
  previous = old;
  return WriteAction(kSignal, own);
}

std::vector<Answer> Together(const Answer& caller, const std::map<int, Answer>& others) {
  std::vector<Answer> answers{caller};
  for (const auto& [tid, answer] : others) answers.push_back(answer);
  return answers;
}

}  // namespace

Swept OnEveryThread(Action action, const void* what, unsigned size, int timeout_ms) {
  static std::mutex one_at_a_time;
  const std::lock_guard lock(one_at_a_time);
  const auto* bytes = static_cast<const unsigned char*>(what);
  auto sweep = std::make_unique<Sweep>(Sweep{action, {bytes, bytes + size}});
  Answer caller{Self(), 0, 0, false};
  if (!action(what, false, caller)) return {0, {caller}, {}};
  KernelAction old{};
  if (const int error = TakeSignal(old)) return {error, {caller}, {}};
  Rounds rounds(*sweep, caller, timeout_ms);
  const int error = rounds.Go();
  if (error != 0 || !rounds.silent.empty()) {
    (void)sweep.release();  // for late answers, as the file's comment says
  } else {
    WriteAction(kSignal, old);
  }
  return {error, Together(caller, rounds.answers), std::move(rounds.silent)};
}

}  // namespace sealbeat

#else

namespace sealbeat {

Swept OnEveryThread(Action, const void*, unsigned, int) { return {ENOTSUP, {}, {}}; }

}  // namespace sealbeat

#endif  // __GLIBC__
