#include "audit.h"

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace sealbeat {

namespace {

// MAX_AUDIT_MESSAGE_LENGTH of libaudit: the kernel sends no longer records.
constexpr std::size_t kMaxRecordBytes = 8970;

constexpr unsigned kGroups = 1U << (AUDIT_NLGRP_READLOG - 1);

int OptionOf(int descriptor, int name) {
  int value = -1;
  socklen_t size = sizeof value;
  return getsockopt(descriptor, SOL_SOCKET, name, &value, &size) == 0 ? value : -1;
}

// Only CAP_NET_ADMIN may exceed net.core.rmem_max.
bool ForceBuffer(int descriptor, int bytes) {
  return setsockopt(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes) == 0;
}

bool IsAuditLog(int descriptor) {
  sockaddr_nl address{};
  socklen_t size = sizeof address;
  return OptionOf(descriptor, SO_DOMAIN) == AF_NETLINK &&
         OptionOf(descriptor, SO_PROTOCOL) == NETLINK_AUDIT &&
         getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size) == 0 &&
         (address.nl_groups & kGroups) != 0;
}

int Join(int descriptor, int buffer_bytes) {
  // The smaller buffer is sufficient, too.
  if (!ForceBuffer(descriptor, buffer_bytes))
    setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &buffer_bytes, sizeof buffer_bytes);
  sockaddr_nl address{};
  address.nl_family = AF_NETLINK;
  address.nl_groups = kGroups;
  return bind(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address);
}

struct Message {
  alignas(nlmsghdr) char bytes[kMaxRecordBytes + NLMSG_HDRLEN];
  ssize_t length;
  bool from_kernel;
};

// Returns false and sets errno if there was nothing to receive or it failed.
bool Receive(int descriptor, Message& message) {
  sockaddr_nl from{};
  iovec part{message.bytes, sizeof message.bytes};
  msghdr header{};
  header.msg_name = &from;
  header.msg_namelen = sizeof from;
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  message.length = recvmsg(descriptor, &header, MSG_DONTWAIT);
  message.from_kernel = from.nl_pid == 0;
  return message.length >= 0;
}

// The length in the header is unreliable: for some records the kernel leaves out the header's own size
// (audit.c).
void Take(const Message& message, const std::vector<std::uint16_t>& types, AuditRecords& records) {
  if (!message.from_kernel || message.length <= NLMSG_HDRLEN) return;
  nlmsghdr header;
  std::memcpy(&header, message.bytes, sizeof header);
  if (std::find(types.begin(), types.end(), header.nlmsg_type) == types.end()) return;
  const char* text = message.bytes + NLMSG_HDRLEN;
  records.texts.emplace_back(text, strnlen(text, message.length - NLMSG_HDRLEN));
  records.types.push_back(header.nlmsg_type);
}

// The number of dropped records: SK_MEMINFO_DROPS of linux/sock_diag.h.
std::int64_t Lost(int descriptor) {
  std::uint32_t values[SK_MEMINFO_VARS] = {};
  socklen_t size = sizeof values;
  const bool known = getsockopt(descriptor, SOL_SOCKET, SO_MEMINFO, values, &size) == 0 &&
                     size > SK_MEMINFO_DROPS * sizeof *values;
  return known ? std::int64_t{values[SK_MEMINFO_DROPS]} : -1;
}

}  // namespace

int OpenAuditLog(int buffer_bytes) {
  const int descriptor =
      socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_AUDIT);
  if (descriptor < 0) return -errno;
  if (Join(descriptor, buffer_bytes) == 0) return descriptor;
  const int error = errno;
  close(descriptor);
  return -error;
}

int AdoptAuditLog(int first, int count, int buffer_bytes) {
  for (int descriptor = first; descriptor < first + count; ++descriptor) {
    if (!IsAuditLog(descriptor)) continue;
    const int taken = fcntl(descriptor, F_DUPFD_CLOEXEC, first + count);
    if (taken < 0) return -errno;
    close(descriptor);
    // Never made smaller: the service manager may have forced it. The kernel doubles what is set.
    if (OptionOf(taken, SO_RCVBUF) / 2 < buffer_bytes) ForceBuffer(taken, buffer_bytes);
    return taken;
  }
  return -ENOENT;
}

AuditRecords ReadAuditLog(int descriptor, const std::vector<std::uint16_t>& types,
                          std::size_t max_records) {
  AuditRecords records;
  Message message;
  for (std::size_t received = 0; received < max_records; ++received) {
    if (Receive(descriptor, message)) {
      Take(message, types, records);
    } else if (errno == ENOBUFS) {
      ++records.overruns;
    } else if (errno != EINTR) {
      records.drained = errno == EAGAIN || errno == EWOULDBLOCK;
      records.error = records.drained ? 0 : errno;
      break;
    }
  }
  records.lost = Lost(descriptor);
  return records;
}

}  // namespace sealbeat
