#include "asked.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace sealbeat {
namespace {

// linux/stat.h: glibc 2.28 knows neither.
constexpr unsigned kMountId = 0x1000;        // STATX_MNT_ID, Linux 5.8
constexpr int kDontSync = 0x4000;            // AT_STATX_DONT_SYNC
constexpr std::size_t kMountIdOffset = 144;  // of stx_mnt_id
constexpr int kEmptyPath = 0x1000;           // AT_EMPTY_PATH

// Whether the kernel says that it is another mount.
bool IsOther(int descriptor, double mount) {
  if (mount < 0) return false;
  alignas(8) char answer[256] = {};  // struct statx
  if (syscall(SYS_statx, descriptor, "", kEmptyPath | kDontSync, kMountId, answer) != 0) return false;
  std::uint32_t mask;
  std::uint64_t id;
  std::memcpy(&mask, answer, sizeof mask);
  std::memcpy(&id, answer + kMountIdOffset, sizeof id);
  return (mask & kMountId) != 0 && static_cast<double>(id) != mount;
}

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int Number() const { return number_; }

 private:
  int number_;
};

}  // namespace

Filesystem AskFilesystem(const std::string& path, double mount) {
  Filesystem answer{};
  // Both calls are about the same mount, whatever is mounted or unmounted meanwhile.
  const Descriptor place(open(path.c_str(), O_PATH | O_CLOEXEC));
  struct statfs stats{};
  if (place.Number() < 0 || fstatfs(place.Number(), &stats) != 0) {
    answer[0] = errno;
    return answer;
  }
  answer[1] = IsOther(place.Number(), mount) ? 1 : 0;
  answer[2] = static_cast<double>(stats.f_frsize > 0 ? stats.f_frsize : stats.f_bsize);
  answer[3] = static_cast<double>(stats.f_blocks);
  answer[4] = static_cast<double>(stats.f_bfree);
  answer[5] = static_cast<double>(stats.f_bavail);
  answer[6] = static_cast<double>(stats.f_files);
  answer[7] = static_cast<double>(stats.f_ffree);
  return answer;
}

int ReadBeginning(int folder, const std::string& name, std::string& text) {
  const Descriptor file(openat(folder, name.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.Number() < 0) return errno;
  char buffer[4096];
  const ssize_t length = read(file.Number(), buffer, sizeof buffer);
  if (length < 0) return errno;
  text.assign(buffer, static_cast<std::size_t>(length));
  return 0;
}

}  // namespace sealbeat
