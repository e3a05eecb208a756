#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstring>

#include "../native.h"

namespace sealbeat {

int ConnectDatagram(const std::string& address) {
  sockaddr_un to{};
  to.sun_family = AF_UNIX;
  if (address.empty() || address.size() >= sizeof to.sun_path) return -ENAMETOOLONG;
  std::memcpy(to.sun_path, address.data(), address.size());
  // unix(7): an abstract name begins with NUL, and the length marks its end.
  if (address[0] == '@') to.sun_path[0] = '\0';
  const int descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (descriptor < 0) return -errno;
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address.size());
  if (connect(descriptor, reinterpret_cast<const sockaddr*>(&to), length) == 0) return descriptor;
  const int error = errno;
  close(descriptor);
  return -error;
}

}  // namespace sealbeat
