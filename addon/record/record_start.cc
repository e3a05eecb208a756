// The recorded process's side of a recording; see record.cc.
#include <fcntl.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "record.h"

namespace sealbeat {
namespace {

// In linux/seccomp.h since Linux 5.19: after the recorder has received a call, only a fatal signal
// interrupts it, so the recording causes no interruptions of its own.
#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5)
#endif

void Send(int channel, int error, int listener) {
  iovec data{&error, sizeof error};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))]{};
  msghdr message{};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  if (listener >= 0) {
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    cmsghdr* rights = CMSG_FIRSTHDR(&message);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(rights), &listener, sizeof listener);
  }
  sendmsg(channel, &message, MSG_NOSIGNAL);
}

unsigned Flags() {
  constexpr unsigned kBetter =
      SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;
  return ProbeFlags(kBetter) == EFAULT ? kBetter : SECCOMP_FILTER_FLAG_NEW_LISTENER;
}

}  // namespace

int StartRecorded(int channel, const std::string& path, std::string arguments,
                  const Program& program) {
  constexpr int kNotYet = -1'000'000;
  std::atomic<int> listener{kNotYet};
  // Behind the filter, the next call of this thread waits for the recorder, which does not have the
  // listener yet. So a thread without the filter sends it. That thread ends with the old image.
  std::thread sender([&listener, channel] {
    int result;
    while ((result = listener.load()) == kNotYet) usleep(200);
    Send(channel, result < 0 ? -result : 0, result);
  });
  // Node marks inherited descriptors close-on-exec; the new image needs the standard ones.
  for (const int standard : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) fcntl(standard, F_SETFD, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  const unsigned flags = Flags();
  const int result = SetFilter(program, flags);
  listener = result;
  if (result >= 0) return Execute(path, std::move(arguments));
  sender.join();
  return -result;
}

}  // namespace sealbeat
