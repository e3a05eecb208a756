#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
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
  const int error = Execute(path, std::move(arguments));
  SetCloseOnExec(keep, FD_CLOEXEC);
  return error;
}

}  // namespace sealbeat
