// Reads the kernel's audit records from the multicast group that carries all of them, with or without a
// running auditd: linux/audit.h, netlink(7).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace sealbeat {

struct AuditRecords {
  // The texts of the records, without headers.
  std::vector<std::string> texts;
  // The type of each, as many as texts.
  std::vector<std::uint16_t> types;
  // Records of any type that the kernel dropped for lack of room since the socket was opened, modulo
  // 2^32; -1 if the kernel does not report it (before Linux 4.12).
  std::int64_t lost = -1;
  // Buffer overruns during this reading; each means that at least one record was lost.
  std::uint32_t overruns = 0;
  // Whether nothing was left to read.
  bool drained = false;
  // 0, or the errno that makes further reading impossible.
  int error = 0;
};

// Opens a socket in the group AUDIT_NLGRP_READLOG with a receive buffer of up to `buffer_bytes`. Returns
// the descriptor, or an errno as a negative number: EPROTONOSUPPORT if the kernel has no audit, EPERM if
// CAP_AUDIT_READ is missing.
int OpenAuditLog(int buffer_bytes);

// Takes over a socket of that group among `count` descriptors from `first` on, which the service manager has
// opened (sd_listen_fds(3)): it gets another number, so nobody takes it twice. Returns the descriptor, or -ENOENT
// if there is none.
int AdoptAuditLog(int first, int count, int buffer_bytes);

// Receives up to `max_records` records without waiting and returns those of the given types, in the kernel's
// order. Messages that did not come from the kernel are skipped.
AuditRecords ReadAuditLog(int descriptor, const std::vector<std::uint16_t>& types, std::size_t max_records);

}  // namespace sealbeat
