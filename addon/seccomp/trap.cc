// The handler of SIGSYS, which the kernel sends for a call that the filter answers with SECCOMP_RET_TRAP.
//
// There are three cases. A denial under `diagnose` carries an errno: Deny() notes it and writes the
// errno to the call's result; the first denial of an urgent number also writes a line. Any other trap
// writes a line with the call, the architecture, the address and the thread, and ends the process by
// SIGSYS. A SIGSYS from another source, such as kill(2), has its default effect.
//
// Everything but NameOf and ReportTraps runs inside the handler: signal-safety(7). No allocation, no
// locks, no stdio; the names are a prepared text that is searched in place. SIGSYS is blocked meanwhile,
// so if the filter also traps a call of the handler (write, for example), the kernel ends the process
// by SIGSYS right there, without a loop.
#include <linux/audit.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>

#include "denial.h"
#include "../native.h"

namespace sealbeat {
namespace {

constexpr int kSeccompTrap = 1;  // SYS_SECCOMP of <asm-generic/siginfo.h>, which older libcs lack

// Never freed: a handler may be reading it on another thread.
std::atomic<const std::string*> call_names{nullptr};

class Line {
 public:
  void Add(char letter) {
    if (length_ < sizeof text_) text_[length_++] = letter;
  }
  void Add(const char* text) {
    while (*text != '\0') Add(*text++);
  }
  void AddNumber(std::uint64_t value, unsigned base) {
    char digits[20];
    std::size_t count = 0;
    do digits[count++] = "0123456789abcdef"[value % base];
    while ((value /= base) != 0);
    while (count > 0) Add(digits[--count]);
  }
  // A single write, so that lines of several threads don't mix. Uses writev if write is the trapped call.
  void Send(long trapped) {
    const iovec whole{text_, length_};
    if (trapped == SYS_write)
      syscall(SYS_writev, STDERR_FILENO, &whole, 1);
    else
      syscall(SYS_write, STDERR_FILENO, text_, length_);
  }

 private:
  char text_[256];
  std::size_t length_ = 0;
};

struct Architecture {
  std::uint32_t audit;
  const char* name;
};
constexpr Architecture kArchitectures[] = {
    {AUDIT_ARCH_X86_64, "x86_64"}, {AUDIT_ARCH_I386, "i386"},       {AUDIT_ARCH_AARCH64, "aarch64"},
    {AUDIT_ARCH_ARM, "arm"},       {AUDIT_ARCH_RISCV64, "riscv64"}, {AUDIT_ARCH_PPC64LE, "ppc64le"},
    {AUDIT_ARCH_S390X, "s390x"},   {AUDIT_ARCH_S390, "s390"},
#ifdef AUDIT_ARCH_LOONGARCH64
    {AUDIT_ARCH_LOONGARCH64, "loongarch64"},
#endif
};

#if defined(__x86_64__)
constexpr std::uint32_t kNative = AUDIT_ARCH_X86_64;
#elif defined(__i386__)
constexpr std::uint32_t kNative = AUDIT_ARCH_I386;
#elif defined(__aarch64__)
constexpr std::uint32_t kNative = AUDIT_ARCH_AARCH64;
#elif defined(__arm__)
constexpr std::uint32_t kNative = AUDIT_ARCH_ARM;
#elif defined(__riscv) && __riscv_xlen == 64
constexpr std::uint32_t kNative = AUDIT_ARCH_RISCV64;
#elif defined(__powerpc64__) && defined(__LITTLE_ENDIAN__)
constexpr std::uint32_t kNative = AUDIT_ARCH_PPC64LE;
#elif defined(__s390x__)
constexpr std::uint32_t kNative = AUDIT_ARCH_S390X;
#elif defined(__loongarch64) && defined(AUDIT_ARCH_LOONGARCH64)
constexpr std::uint32_t kNative = AUDIT_ARCH_LOONGARCH64;
#else
constexpr std::uint32_t kNative = 0;  // no name is looked up; the line still has the numbers
#endif

void AddArchitecture(Line& line, std::uint32_t audit) {
  for (const Architecture& known : kArchitectures)
    if (known.audit == audit) return line.Add(known.name);
  line.Add("0x");
  line.AddNumber(audit, 16);
}

// A pointer to the name in "<number> <name>\n<number> <name>\n", or null.
const char* FindName(std::uint32_t number) {
  const std::string* names = call_names.load(std::memory_order_acquire);
  if (names == nullptr) return nullptr;
  const char* at = names->data();
  const char* const end = at + names->size();
  while (at < end) {
    std::uint32_t listed = 0;
    while (at < end && *at >= '0' && *at <= '9') listed = listed * 10 + (*at++ - '0');
    if (listed == number && at < end && *at == ' ') return at + 1;
    while (at < end && *at++ != '\n') continue;
  }
  return nullptr;
}

void Report(const siginfo_t& signal, const char* what) {
  const auto number = static_cast<std::uint32_t>(signal.si_syscall);
  Line line;
  line.Add("sealbeat: seccomp ");
  line.Add(what);
  line.Add(": system call ");
  // std::string ends in NUL, so the last line needs no line end.
  const char* name = signal.si_arch == kNative ? FindName(number) : nullptr;
  if (name != nullptr) {
    while (*name != '\n' && *name != '\0') line.Add(*name++);
    line.Add(" (");
  }
  line.AddNumber(number, 10);
  if (name != nullptr) line.Add(')');
  line.Add(" arch ");
  AddArchitecture(line, signal.si_arch);
  line.Add(" at 0x");
  line.AddNumber(reinterpret_cast<std::uintptr_t>(signal.si_call_addr), 16);
  if (number != SYS_gettid) {
    line.Add(" thread ");
    line.AddNumber(static_cast<std::uint64_t>(syscall(SYS_gettid)), 10);
  }
  line.Add('\n');
  line.Send(number);
}

void SetDisposition(void (*handler)(int, siginfo_t*, void*)) {
  struct sigaction action {};
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_ONSTACK;
  if (handler == nullptr) {
    action.sa_handler = SIG_DFL;
  } else {
    action.sa_sigaction = handler;
    action.sa_flags |= SA_SIGINFO;
  }
  sigaction(SIGSYS, &action, nullptr);
}

// The default effect of SIGSYS: ends the process, unless it is the first one of its PID namespace.
void RaiseDefault() {
  SetDisposition(nullptr);
  syscall(SYS_tgkill, getpid(), syscall(SYS_gettid), SIGSYS);
  sigset_t only;
  sigemptyset(&only);
  sigaddset(&only, SIGSYS);
  // Affects only this thread in every libc of Linux. pthread_sigmask does the same, but is not in the libc
  // of glibc 2.28.
  sigprocmask(SIG_UNBLOCK, &only, nullptr);
}

void OnSigsys(int, siginfo_t* signal, void* context) {
  const int error = errno;
  if (signal->si_code != kSeccompTrap) {
    RaiseDefault();
    SetDisposition(OnSigsys);
    errno = error;
    return;
  }
  bool report = false;
  if (Deny(*signal, context, &report)) {
    if (report) Report(*signal, "denied");
    errno = error;
    return;
  }
  Report(*signal, "trap");
  RaiseDefault();
  // The first process of a PID namespace is immune to signals that it sends to itself, but not to the
  // kernel's. So repeat the refused call, with arguments that have no effect.
  syscall(signal->si_syscall, -1L, -1L, -1L, -1L, -1L, -1L);
  __builtin_trap();  // never return: the caller would take the call's number as its result
}

}  // namespace

std::string NameOf(std::uint32_t number) {
  const char* name = FindName(number);
  if (name == nullptr) return std::to_string(number);
  const char* end = name;
  while (*end != '\n' && *end != '\0') ++end;
  return std::string(name, end);
}

int ReportTraps(const std::string& names) {
  call_names.store(new std::string(names), std::memory_order_release);
  errno = 0;
  SetDisposition(OnSigsys);
  return errno;
}

}  // namespace sealbeat
