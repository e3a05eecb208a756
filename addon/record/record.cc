// The recorder's side of a recording (record_start.cc is the recorded process's side).
//
// One thread for each recording does all the work. It receives the listener of the filter over the
// channel, then waits for notifications and for the eventfd that the destructor signals. For each
// notification it counts the call under its kind (phase, architecture, number, noted arguments) and
// lets the kernel execute it. A call of `mark` begins the next phase instead: it is answered with
// success and neither counted nor executed. The caller is suspended until the answer, so the
// thread does nothing else. The JavaScript side reads copies of the counts under a mutex.
//
// The thread ends when no process is left behind the filter, at the first error, or at the stop. Closing
// the listener makes the kernel answer ENOSYS to every later call, so the recorded process must be
// ended first.
#include "record.h"

#include <linux/seccomp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <tuple>

namespace sealbeat {
namespace {

// In linux/seccomp.h since Linux 6.6: the answer wakes the caller on the same processor.
#ifndef SECCOMP_IOCTL_NOTIF_SET_FLAGS
#define SECCOMP_IOCTL_NOTIF_SET_FLAGS SECCOMP_IOW(4, __u64)
#define SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP (1UL << 0)
#endif

// The number of kinds above which new ones are counted without their arguments.
constexpr std::size_t kMostKinds = 20'000;
// A limit for the phases of a workload; an agent has six.
constexpr std::uint32_t kMostPhases = 64;

// The message of the recorded process: its listener, or only the errno if it got none.
struct Hello {
  int error;
  int listener;
};

Hello Receive(int channel) {
  Hello hello{EPIPE, -1};
  iovec data{&hello.error, sizeof hello.error};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))];
  msghdr message{};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  ssize_t length;
  do length = recvmsg(channel, &message, MSG_CMSG_CLOEXEC);
  while (length < 0 && errno == EINTR);
  if (length < 0) return {errno, -1};
  const cmsghdr* rights = CMSG_FIRSTHDR(&message);
  if (length > 0 && rights != nullptr)
    std::memcpy(&hello.listener, CMSG_DATA(rights), sizeof hello.listener);
  return hello;
}

}  // namespace

bool CallKind::operator<(const CallKind& other) const {
  return std::tie(phase, arch, number, arguments) <
         std::tie(other.phase, other.arch, other.number, other.arguments);
}

Channel OpenChannel() {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) return {errno, -1, -1};
  return {0, ends[0], ends[1]};
}

Recording::Recording(int channel, Scope scope)
    : scope_(std::move(scope)),
      stop_(eventfd(0, EFD_CLOEXEC)),
      thread_(&Recording::Serve, this, channel) {}

Recording::~Recording() {
  eventfd_write(stop_, 1);
  thread_.join();
  close(stop_);
}

std::vector<std::pair<CallKind, std::uint64_t>> Recording::Counts() const {
  const std::lock_guard lock(mutex_);
  return {counts_.begin(), counts_.end()};
}

void Recording::Serve(int channel) {
  const Hello hello = Receive(channel);
  close(channel);
  error_ = hello.error;
  if (hello.listener < 0) return;
  ioctl(hello.listener, SECCOMP_IOCTL_NOTIF_SET_FLAGS, SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP);
  pollfd waiting[] = {{hello.listener, POLLIN, 0}, {stop_, POLLIN, 0}};
  while (error_ == 0) {
    if (poll(waiting, 2, -1) < 0) continue;
    if ((waiting[0].revents & POLLIN) != 0)
      error_ = Answer(hello.listener);
    else  // POLLHUP: no process is left behind the filter (Linux 5.9); or the stop
      break;
  }
  close(hello.listener);
}

int Recording::Answer(int listener) {
  seccomp_notif call{};
  // ENOENT: a signal interrupted the call before we received it.
  if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &call) != 0)
    return errno == ENOENT || errno == EINTR ? 0 : errno;
  std::uint64_t arguments[6];
  for (int at = 0; at < 6; ++at) arguments[at] = call.data.args[at];
  seccomp_notif_resp answer{};
  answer.id = call.id;
  // A mark is not executed: the answer without flags is success.
  if (Note(call.data.arch, static_cast<std::uint32_t>(call.data.nr), arguments))
    answer.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
  if (ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer) == 0 || errno == ENOENT) return 0;
  // EINVAL before Linux 5.5, which has no CONTINUE.
  return errno;
}

bool Recording::Note(std::uint32_t arch, std::uint32_t number, const std::uint64_t* arguments) {
  const auto first = static_cast<std::uint32_t>(arguments[0]);
  if (arch == scope_.arch && number == scope_.mark && first >= scope_.base &&
      first - scope_.base < kMostPhases) {
    phase_ = first - scope_.base;
    return false;
  }
  CallKind kind{phase_, arch, number, {}};
  const bool known = arch == scope_.arch && number < scope_.noted.size();
  const std::lock_guard lock(mutex_);
  if (known && counts_.size() < kMostKinds)
    for (unsigned at = 0; at < 6; ++at)
      if ((scope_.noted[number] & (1u << at)) != 0) kind.arguments[at] = arguments[at];
  ++counts_[kind];
  return true;
}

}  // namespace sealbeat
