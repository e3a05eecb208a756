#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <utility>

#include "../native.h"

namespace sealbeat {
namespace {

// The pointers that execve expects, into a block of words that each end in NUL. The last word may lack
// it, as std::string stores a NUL after its end.
std::vector<char*> Pointers(std::string& block) {
  std::vector<char*> pointers;
  for (std::size_t at = 0; at < block.size(); ++at) {
    pointers.push_back(&block[at]);
    at = std::min(block.find('\0', at), block.size());
  }
  pointers.push_back(nullptr);
  return pointers;
}

// What comes while execve(2) replaces the image must not end the process: SIGHUP asks an agent for a reload. Node
// sets them back to the default as it starts.
class IgnoredSignals {
 public:
  IgnoredSignals() {
    struct sigaction ignore {};
    ignore.sa_handler = SIG_IGN;
    for (std::size_t at = 0; at < kCount; ++at) sigaction(kSignals[at], &ignore, &before_[at]);
  }
  ~IgnoredSignals() {
    for (std::size_t at = 0; at < kCount; ++at) sigaction(kSignals[at], &before_[at], nullptr);
  }
  IgnoredSignals(const IgnoredSignals&) = delete;
  IgnoredSignals& operator=(const IgnoredSignals&) = delete;

 private:
  static constexpr std::size_t kCount = 2;
  static constexpr int kSignals[kCount] = {SIGHUP, SIGUSR1};
  struct sigaction before_[kCount];
};

void SetCloseOnExec(const std::vector<int>& descriptors, int flag) {
  for (const int descriptor : descriptors) fcntl(descriptor, F_SETFD, flag);
}

}  // namespace

int Execute(const std::string& path, std::string arguments) {
  const std::vector<char*> argv = Pointers(arguments);
  execve(path.c_str(), argv.data(), environ);
  return errno;
}

int Restart(const std::string& path, std::string arguments, const Program& program,
            const std::vector<int>& keep) {
  // A filter on this thread is enough for the new image: execve ends every other thread.
  const int result = SetFilter(program, 0);
  if (result != 0) return -result;
  SetCloseOnExec(keep, 0);
  const IgnoredSignals ignored;
  const int error = Execute(path, std::move(arguments));
  SetCloseOnExec(keep, FD_CLOEXEC);
  return error;
}

}  // namespace sealbeat
