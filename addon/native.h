// What the platform gives: implemented for Linux by the files beside this one, and by
// unsupported.cc everywhere else. Nothing here validates, chooses or words anything: that is
// JavaScript's part. Every `int` is 0 or an errno, unless it says otherwise.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace sealbeat {

// A raw struct sock_filter[] of this machine's byte order: one 8-byte element per instruction.
using Program = std::vector<std::uint64_t>;

struct Installed {
  int error;
  int thread;  // the thread that TSYNC could not take along (then `error` is 0), else 0
};

extern const bool kSupported;

// Whether the caller is the process's first thread, the one that Node's main thread runs on.
bool IsMainThread();

// Sets no_new_privs on the calling thread and hands the program to seccomp(2). Returns 0, or a
// negative errno, or with SECCOMP_FILTER_FLAG_TSYNC the positive id of the thread that can't follow.
int SetFilter(const Program& program, unsigned flags);

// SetFilter once per process: EALREADY after the first success.
Installed Install(const Program& program, unsigned flags);

// The errno of SECCOMP_SET_MODE_FILTER without a program: EFAULT where every flag is known.
int ProbeFlags(unsigned flags);

// SECCOMP_GET_ACTION_AVAIL: 0, EOPNOTSUPP, or EINVAL where the kernel can't be asked (before 4.14).
int ActionAvailable(std::uint32_t action);

// From now on a trapped call (SECCOMP_RET_TRAP) writes one line to stderr, then ends the process by
// SIGSYS. `names`: lines of "<number> <name>\n" for the running architecture.
int ReportTraps(const std::string& names);

// The name that ReportTraps was told for a number, else the number.
std::string NameOf(std::uint32_t number);

// Replaces this process by the image at `path`, behind `program`. `arguments` is argv as
// /proc/self/cmdline has it, each ended by NUL; `keep` the descriptors that stay open. The
// environment is the current one. Returns only when it failed.
int Restart(const std::string& path, std::string arguments, const Program& program,
            const std::vector<int>& keep);

// execve(2) with the current environment; `arguments` as above. Returns only when it failed.
int Execute(const std::string& path, std::string arguments);

// flock(2), exclusive, without waiting: EWOULDBLOCK where another process holds the lock.
int LockFile(int descriptor);

// A unix(7) datagram socket, without waiting, connected to a path or, after `@`, an abstract name: the
// descriptor, or an errno as a negative number.
int ConnectDatagram(const std::string& address);

}  // namespace sealbeat
