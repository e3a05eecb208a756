// rt_sigaction(2) itself: glibc's wrapper refuses the signals that glibc keeps for itself.
#pragma once

#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstring>

namespace sealbeat {

// struct sigaction as the kernel has it (linux/signal_types.h): bits/types of no libc. `restorer` exists where
// asm/signal.h has SA_RESTORER, which mips only has for itself.
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

constexpr std::size_t kMaskBytes = sizeof(KernelAction::mask);

inline int ReadAction(int signal, KernelAction& action) {
  return syscall(SYS_rt_sigaction, signal, nullptr, &action, kMaskBytes) < 0 ? errno : 0;
}

inline int WriteAction(int signal, const KernelAction& action) {
  return syscall(SYS_rt_sigaction, signal, &action, nullptr, kMaskBytes) < 0 ? errno : 0;
}

#if !defined(__mips__) && !defined(__riscv) && !defined(__loongarch__)
constexpr unsigned long kRestorer = 0x04000000;  // SA_RESTORER of asm/signal.h

// Those of handlers with and without SA_SIGINFO differ on i386 and arm.
inline bool IsModel(const KernelAction& action) {
  return (action.flags & kRestorer) != 0 && (action.flags & SA_SIGINFO) != 0;
}

// The code that a handler returns to is glibc's own, and known by any handler that glibc has set.
inline bool SetRestorer(KernelAction& action, const KernelAction& old) {
  KernelAction model = old;
  for (int signal = 1; !IsModel(model) && signal <= 64; ++signal) {
    if (ReadAction(signal, model) != 0) model.flags = 0;
  }
  if (IsModel(model)) {
    action.flags |= kRestorer;
    action.restorer = model.restorer;
    return true;
  }
#if defined(__x86_64__)
  return false;  // the kernel insists on it there
#else
  return true;
#endif
}
#else
inline bool SetRestorer(KernelAction&, const KernelAction&) { return true; }
#endif

// On the alternate stack if the thread has one: its own may be too small, as those of Go are. Returns false if
// nothing is known for the handler to return to.
inline bool HandlerAction(KernelAction& action, void (*handler)(int, siginfo_t*, void*),
                          const KernelAction& old) {
  std::memset(&action, 0, sizeof action);
  action.handler = handler;
  action.flags = SA_SIGINFO | SA_RESTART | SA_ONSTACK;
  std::memset(action.mask, 0xff, sizeof action.mask);
  return SetRestorer(action, old);
}

}  // namespace sealbeat
