// Installs filters by seccomp(2) and asks the kernel about its support.
//
// Install() is called once per process, from the main thread, with SECCOMP_FILTER_FLAG_TSYNC: the
// kernel puts the filter on all threads or on none. If one thread can't follow, because it has a filter
// of its own, the kernel returns its id and installs nothing. SetFilter() without TSYNC filters the
// calling thread alone, which suffices before execve(2): that ends all others.
//
// no_new_privs comes first, as without it (or CAP_SYS_ADMIN) the kernel refuses a filter. It stays set
// even if the filter is refused. Nothing can undo an installation. All functions return the kernel's
// errno as it is; JavaScript gives it a meaning.
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>

#include "../native.h"

namespace sealbeat {

const bool kSupported = true;

namespace {

// glibc has no wrapper for seccomp(2).
int Seccomp(unsigned operation, unsigned flags, const void* argument) {
  const long result = syscall(SYS_seccomp, operation, flags, argument);
  return result < 0 ? -errno : static_cast<int>(result);
}

}  // namespace

bool IsMainThread() { return syscall(SYS_gettid) == getpid(); }

int SetFilter(const Program& program, unsigned flags) {
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return -errno;
  sock_fprog code{};
  code.len = static_cast<unsigned short>(program.size());
  // The kernel only reads the instructions, although its struct has no const.
  code.filter = reinterpret_cast<sock_filter*>(const_cast<std::uint64_t*>(program.data()));
  return Seccomp(SECCOMP_SET_MODE_FILTER, flags, &code);
}

Installed Install(const Program& program, unsigned flags) {
  // Static, and so shared by worker threads, which load this addon as well.
  static std::atomic<bool> installed{false};
  if (installed.exchange(true)) return {EALREADY, 0};
  const int result = SetFilter(program, flags);
  if (result != 0) installed = false;
  return result < 0 ? Installed{-result, 0} : Installed{0, result};
}

int ProbeFlags(unsigned flags) { return -Seccomp(SECCOMP_SET_MODE_FILTER, flags, nullptr); }

int Control(unsigned operation) {
  return prctl(static_cast<int>(operation), 0, 0, 0, 0) < 0 ? errno : 0;
}

int ActionAvailable(std::uint32_t action) {
  return -Seccomp(SECCOMP_GET_ACTION_AVAIL, 0, &action);
}

}  // namespace sealbeat
