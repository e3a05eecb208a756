// The functions of the platform, implemented for Linux by the files beside this one and everywhere else
// by unsupported.cc. Nothing here validates, chooses or words anything: that is left to JavaScript.
// Every `int` that is returned is 0 or an errno, unless its comment says otherwise.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace sealbeat {

// A raw struct sock_filter[] in this machine's byte order: one 8-byte element per instruction.
using Program = std::vector<std::uint64_t>;

struct Installed {
  int error;
  int thread;  // the thread that TSYNC could not synchronise (`error` is 0 then), else 0
};

extern const bool kSupported;

// Whether the caller is the first thread of the process, which is Node's main thread.
bool IsMainThread();

// Sets no_new_privs on the calling thread and passes the program to seccomp(2). Returns its result (0, a
// listener, or with SECCOMP_FILTER_FLAG_TSYNC the id of a thread that can't follow) or a negative errno.
int SetFilter(const Program& program, unsigned flags);

// SetFilter, once per process: EALREADY after the first success.
Installed Install(const Program& program, unsigned flags);

// The errno of SECCOMP_SET_MODE_FILTER without a program: EFAULT if the kernel knows every flag.
int ProbeFlags(unsigned flags);

// SECCOMP_GET_ACTION_AVAIL: 0, EOPNOTSUPP, or EINVAL if the kernel can't be asked (before 4.14).
int ActionAvailable(std::uint32_t action);

// prctl(2) with an operation, and zeros.
int Control(unsigned operation);

// From then on, a trapped call (SECCOMP_RET_TRAP) writes one line to stderr and ends the process by
// SIGSYS. `names`: lines of "<number> <name>\n" for the running architecture.
int ReportTraps(const std::string& names);

// The name that ReportTraps received for a number, or else the number.
std::string NameOf(std::uint32_t number);

// Replaces this process by the image at `path`, behind the filter `program`. `arguments` is argv in the
// format of /proc/self/cmdline, each argument ending in NUL (the last one need not); `keep` are the
// descriptors that stay open. The environment is the current one. Returns only if it failed.
int Restart(const std::string& path, std::string arguments, const Program& program,
            const std::vector<int>& keep);

// execve(2) with the current environment; `arguments` as above. Returns only if it failed.
int Execute(const std::string& path, std::string arguments);

// flock(2), exclusive, without waiting: EWOULDBLOCK if another process holds the lock.
int LockFile(int descriptor);

// Opens a non-blocking unix(7) datagram socket and connects it to a path or, after `@`, an abstract name.
// Returns the descriptor, or an errno as a negative number.
int ConnectDatagram(const std::string& address);

// keyctl(2): the calling thread, and the programs that it starts, get a session keyring of their own, which is empty.
int LeaveSessionKeyring();

}  // namespace sealbeat
