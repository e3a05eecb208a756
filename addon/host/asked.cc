#include "asked.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace sealbeat {
namespace {

// linux/stat.h: glibc 2.28 knows neither.
constexpr unsigned kMountId = 0x1000;        // STATX_MNT_ID, Linux 5.8
constexpr int kDontSync = 0x4000;            // AT_STATX_DONT_SYNC
constexpr std::size_t kMountIdOffset = 144;  // of stx_mnt_id
constexpr std::size_t kDeviceOffset = 136;   // of stx_dev_major, which stx_dev_minor follows
constexpr int kEmptyPath = 0x1000;           // AT_EMPTY_PATH

// Which mount and which device a descriptor is about; -1 if the kernel does not tell.
struct Place {
  double mount = -1, major = -1, minor = -1;
};

Place PlaceOf(int descriptor) {
  alignas(8) char answer[256] = {};  // struct statx
  Place place;
  if (syscall(SYS_statx, descriptor, "", kEmptyPath | kDontSync, kMountId, answer) != 0) return place;
  std::uint32_t mask, device[2];
  std::uint64_t id;
  std::memcpy(&mask, answer, sizeof mask);
  std::memcpy(device, answer + kDeviceOffset, sizeof device);
  std::memcpy(&id, answer + kMountIdOffset, sizeof id);
  place.major = device[0];
  place.minor = device[1];
  if ((mask & kMountId) != 0) place.mount = static_cast<double>(id);
  return place;
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

// `42 (name) S 1 …`: the name may have spaces and parentheses.
Process ToProcess(int pid, const char* stat) {
  Process process{static_cast<double>(pid)};
  const char* at = std::strrchr(stat, ')');
  if (at == nullptr || at[1] == '\0' || at[2] == '\0') return process;
  process[1] = at[2];
  at += 3;
  // Of the columns from the fourth on.
  constexpr int kWanted[] = {4, 5, 14, 15, 20, 22, 23, 24};
  std::size_t to = 2;
  for (int column = 4; to < process.size(); ++column) {
    char* end;
    const double value = static_cast<double>(std::strtoull(at, &end, 10));
    if (end == at) break;
    if (column == kWanted[to - 2]) process[to++] = value;
    at = end;
  }
  return process;
}

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
  const Place found = PlaceOf(place.Number());
  answer[1] = mount >= 0 && found.mount >= 0 && found.mount != mount ? 1 : 0;
  answer[2] = static_cast<double>(stats.f_frsize > 0 ? stats.f_frsize : stats.f_bsize);
  answer[3] = static_cast<double>(stats.f_blocks);
  answer[4] = static_cast<double>(stats.f_bfree);
  answer[5] = static_cast<double>(stats.f_bavail);
  answer[6] = static_cast<double>(stats.f_files);
  answer[7] = static_cast<double>(stats.f_ffree);
  answer[8] = found.major;
  answer[9] = found.minor;
  return answer;
}

int ProcessFolder::Open(const std::string& path, std::size_t most_kept) {
  // Most descriptors are for others.
  rlimit limit{};
  const bool known = getrlimit(RLIMIT_NOFILE, &limit) == 0;
  most_kept_ = std::min<std::size_t>(most_kept, known ? limit.rlim_cur / 4 : 0);
  folder_ = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  return folder_ < 0 ? errno : 0;
}

ProcessFolder::~ProcessFolder() {
  Forget();
  if (folder_ >= 0) close(folder_);
}

void ProcessFolder::Forget() {
  for (const auto& [pid, kept] : kept_) close(kept.descriptor);
  kept_.clear();
}

int ProcessFolder::Read(std::vector<Process>& processes) {
  // fdopendir(3) takes its descriptor over.
  const int copy = openat(folder_, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR* const list = copy < 0 ? nullptr : fdopendir(copy);
  if (list == nullptr) {
    const int error = errno;
    if (copy >= 0) close(copy);
    return error;
  }
  ++round_;
  char buffer[1024];
  while (const dirent* entry = readdir(list)) {
    const int pid = std::atoi(entry->d_name);
    if (pid <= 0) continue;
    const ssize_t length = ReadOne(pid, buffer, sizeof buffer - 1);
    // It has ended: open(2) fails with ENOENT, read(2) with ESRCH.
    if (length == -ENOENT || length == -ESRCH) continue;
    buffer[length < 0 ? 0 : length] = '\0';
    processes.push_back(ToProcess(pid, buffer));
  }
  closedir(list);
  for (auto at = kept_.begin(); at != kept_.end();) {
    if (at->second.round == round_) {
      ++at;
    } else {
      close(at->second.descriptor);
      at = kept_.erase(at);
    }
  }
  return 0;
}

ssize_t ProcessFolder::ReadOne(int pid, char* buffer, std::size_t size) {
  const auto known = kept_.find(pid);
  if (known != kept_.end()) {
    known->second.round = round_;
    const ssize_t length = pread(known->second.descriptor, buffer, size, 0);
    if (length >= 0) return length;
    // The file is that of a process which has ended; another one may have its number.
    close(known->second.descriptor);
    kept_.erase(known);
  }
  char name[32];
  std::snprintf(name, sizeof name, "%d/stat", pid);
  const int descriptor = openat(folder_, name, O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return -errno;
  const ssize_t length = read(descriptor, buffer, size);
  const int error = errno;
  if (length >= 0 && kept_.size() < most_kept_)
    kept_.emplace(pid, Kept{descriptor, round_});
  else
    close(descriptor);
  return length < 0 ? -error : length;
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
