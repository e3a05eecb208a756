// Confines each thread by itself, in this order:
//
//   proof before     /proc/thread-self/comm can be opened for writing. Where it can't, a thread that another one
//                    may have started was born inside: a second domain would cost one of the sixteen that the
//                    kernel allows
//   no_new_privs     without it the kernel refuses the domain
//   the domain       landlock_restrict_self(2)
//   proof after      /proc/thread-self/comm is refused with EACCES: an outer filter that answers the call above
//                    itself, with success, is found out
//   capabilities     the bounding set, the ambient set, securebits, then all sets but what is kept; whatever has
//                    become of the domain
//
// If the caller can't enter the domain, the other threads are left as they are; that it can't drop its
// capabilities keeps none of them from the domain.
//
// The process is made dumpable first, as after setuid(2) its files in /proc belong to root and would prove
// nothing. JavaScript makes it undumpable afterwards.
#include "confine.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <utility>

#ifndef PR_CAP_AMBIENT
#define PR_CAP_AMBIENT 47
#define PR_CAP_AMBIENT_CLEAR_ALL 4
#endif

namespace sealbeat {

namespace {

// Numbers of linux/unistd.h that older headers lack: the same on every architecture but alpha.
#ifdef SYS_landlock_create_ruleset
constexpr long kCreateRuleset = SYS_landlock_create_ruleset;
constexpr long kAddRule = SYS_landlock_add_rule;
constexpr long kRestrictSelf = SYS_landlock_restrict_self;
#else
#ifdef __NR_Linux
constexpr long kFirst = __NR_Linux;  // mips
#else
constexpr long kFirst = 0;
#endif
constexpr long kCreateRuleset = kFirst + 444;
constexpr long kAddRule = kFirst + 445;
constexpr long kRestrictSelf = kFirst + 446;
#endif

// linux/landlock.h, which older headers lack or have in part.
struct RulesetAttr {
  std::uint64_t files;
  std::uint64_t network;
  std::uint64_t scoped;
};
struct __attribute__((packed)) PathAttr {
  std::uint64_t rights;
  std::int32_t parent;
};
struct PortAttr {
  std::uint64_t rights;
  std::uint64_t port;
};
constexpr int kPathBeneath = 1;
constexpr int kNetPort = 2;

constexpr int kBits = 64;
constexpr std::uint64_t kSetPcap = std::uint64_t{1} << CAP_SETPCAP;
constexpr unsigned long kSecureBits = SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_NO_SETUID_FIXUP |
                                      SECBIT_NO_SETUID_FIXUP_LOCKED | SECBIT_KEEP_CAPS_LOCKED |
                                      1 << 6 | 1 << 7;  // NO_CAP_AMBIENT_RAISE, locked

struct CapabilitySets {
  std::uint64_t effective;
  std::uint64_t permitted;
  std::uint64_t inheritable;
};

// 0, or the errno of an open for writing of a file that every thread may write and no domain lets it write. It
// belongs to the thread's own user, which may be another one than the process has.
int OpenOwnName() {
  const long descriptor =
      syscall(SYS_openat, AT_FDCWD, "/proc/thread-self/comm", O_WRONLY | O_CLOEXEC, 0);
  if (descriptor < 0) return errno;
  syscall(SYS_close, descriptor);
  return 0;
}

int Prctl(int operation, unsigned long argument, unsigned long second = 0) {
  return static_cast<int>(syscall(SYS_prctl, operation, argument, second, 0UL, 0UL));
}

int ReadCapabilities(CapabilitySets& sets) {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct data[2]{};
  if (syscall(SYS_capget, &header, data) != 0) return errno;
  const auto joined = [&](std::uint32_t low, std::uint32_t high) {
    return std::uint64_t{high} << 32 | low;
  };
  sets = {joined(data[0].effective, data[1].effective), joined(data[0].permitted, data[1].permitted),
          joined(data[0].inheritable, data[1].inheritable)};
  return 0;
}

int WriteCapabilities(std::uint64_t permitted) {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  const auto low = static_cast<std::uint32_t>(permitted);
  const auto high = static_cast<std::uint32_t>(permitted >> 32);
  __user_cap_data_struct data[2]{{low, low, 0}, {high, high, 0}};
  return syscall(SYS_capset, &header, data) != 0 ? errno : 0;
}

bool HasDropped(std::uint64_t keep) {
  CapabilitySets left{};
  if (ReadCapabilities(left) != 0) return false;
  return (left.permitted & ~keep) == 0 && left.effective == left.permitted && left.inheritable == 0;
}

// After a change of the user, capabilities that were kept are permitted alone.
int RaiseSetPcap(const CapabilitySets& sets) {
  const bool lacks = (sets.permitted & kSetPcap) != 0 && (sets.effective & kSetPcap) == 0;
  return lacks ? WriteCapabilities(sets.permitted) : 0;
}

// Without CAP_SETPCAP the bounding set and securebits stay as they are. With no_new_privs and nothing permitted,
// neither can give anything back.
int DropCapabilities(std::uint64_t keep) {
  CapabilitySets sets{};
  if (const int error = ReadCapabilities(sets)) return error;
  if ((sets.permitted & kSetPcap) != 0) {
    if (const int error = RaiseSetPcap(sets)) return error;
    for (int bit = 0; bit < kBits; ++bit) {
      if (Prctl(PR_CAPBSET_READ, bit) != 1) continue;
      if (Prctl(PR_CAPBSET_DROP, bit) != 0) return errno;
    }
    // Locked already, by an outer manager: capset is what counts.
    if (Prctl(PR_SET_SECUREBITS, kSecureBits) != 0 && errno != EPERM) return errno;
  }
  // EINVAL before Linux 4.3, which has no ambient set.
  if (Prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL) != 0 && errno != EINVAL) return errno;
  // A thread that holds none need not be allowed to call capset(2).
  const bool holds = (sets.permitted | sets.effective | sets.inheritable) != 0;
  if (const int error = holds ? WriteCapabilities(sets.permitted & keep) : 0) return error;
  return HasDropped(keep) ? 0 : EINVAL;  // if not, an outer filter has answered capset(2)
}

bool HasNoNewPrivs() { return Prctl(PR_GET_NO_NEW_PRIVS, 0) == 1; }

void Fail(Answer& answer, Step step, int error) {
  answer.step = step;
  answer.error = error;
}

bool SetNoNewPrivs(Answer& answer) {
  if (HasNoNewPrivs()) return true;
  const int error = Prctl(PR_SET_NO_NEW_PRIVS, 1) != 0 ? errno : EINVAL;
  if (HasNoNewPrivs()) return true;
  Fail(answer, kNoNewPrivs, error);
  return false;
}

bool EnterDomain(const Confinement& wanted, Answer& answer) {
  if (syscall(kRestrictSelf, wanted.ruleset, 0) != 0) {
    Fail(answer, kLandlock, errno);
  } else if (wanted.proves && OpenOwnName() != EACCES) {
    Fail(answer, kProof, EINVAL);
  }
  return answer.error == 0;
}

bool KeepOnSetuid(Answer& answer) {
  answer.already = Prctl(PR_GET_KEEPCAPS, 0) == 1;
  if (Prctl(PR_SET_KEEPCAPS, 1) != 0) Fail(answer, kKeep, errno);
  return answer.error == 0;
}

bool ConfineThread(const void* what, bool newcomer, Answer& answer) {
  const auto& wanted = *static_cast<const Confinement*>(what);
  if (wanted.keep_on_setuid) return KeepOnSetuid(answer);
  const bool inside =
      wanted.ruleset < 0 || (newcomer && wanted.proves && OpenOwnName() == EACCES);
  const bool dropped = !wanted.drop || HasDropped(wanted.keep);
  answer.already = newcomer && inside && dropped && HasNoNewPrivs();
  if (answer.already) return true;
  const bool confined = SetNoNewPrivs(answer) && (inside || EnterDomain(wanted, answer));
  const int error = dropped ? 0 : DropCapabilities(wanted.keep);
  if (confined && error != 0) Fail(answer, kCapabilities, error);
  return confined || wanted.ruleset < 0;
}

}  // namespace

Confined Confine(const Confinement& confinement, int timeout_ms) {
  Confinement wanted = confinement;
  if (wanted.ruleset >= 0) {
    Prctl(PR_SET_DUMPABLE, 1);
    const int error = OpenOwnName();
    if (error == ENOENT) {
      return {{0, {{static_cast<int>(syscall(SYS_gettid)), kProof, ENOENT, false}}, {}}, false};
    }
    wanted.proves = error == 0;
    // A late answer needs it when the caller has long closed its own.
    wanted.ruleset = fcntl(wanted.ruleset, F_DUPFD_CLOEXEC, 0);
    if (wanted.ruleset < 0) return {{errno, {}, {}}, false};
  }
  Swept swept = OnEveryThread(ConfineThread, &wanted, sizeof wanted, timeout_ms);
  if (wanted.ruleset >= 0 && swept.error == 0 && swept.silent.empty()) close(wanted.ruleset);
  return {std::move(swept), wanted.proves};
}

int MakeUndumpable() {
  if (Prctl(PR_SET_DUMPABLE, 0) != 0) return errno;
  return Prctl(PR_GET_DUMPABLE, 0) == 0 ? 0 : EINVAL;
}

int AskLandlock(unsigned flags) {
  const long answer = syscall(kCreateRuleset, nullptr, std::size_t{0}, flags);
  return answer < 0 ? -errno : static_cast<int>(answer);
}

int CreateRuleset(std::uint64_t files, std::uint64_t network, std::uint64_t scoped) {
  const RulesetAttr attr{files, network, scoped};
  // An older kernel accepts a longer struct whose end is zeros.
  const long descriptor = syscall(kCreateRuleset, &attr, sizeof attr, 0);
  return descriptor < 0 ? -errno : static_cast<int>(descriptor);
}

int AllowPath(int ruleset, const char* path, std::uint64_t rights) {
  const int parent = open(path, O_PATH | O_CLOEXEC);
  if (parent < 0) return errno;
  const PathAttr attr{rights, parent};
  const int error = syscall(kAddRule, ruleset, kPathBeneath, &attr, 0) != 0 ? errno : 0;
  close(parent);
  return error;
}

int AllowPort(int ruleset, std::uint64_t port, std::uint64_t rights) {
  const PortAttr attr{rights, port};
  return syscall(kAddRule, ruleset, kNetPort, &attr, 0) != 0 ? errno : 0;
}

}  // namespace sealbeat
