// Reads the kernel's audit records from the multicast group that carries them all, whether or not auditd
// runs: linux/audit.h, netlink(7).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace sealbeat {

struct AuditRecords {
  // The texts of the records, without their headers.
  std::vector<std::string> texts;
  // How many the kernel had no room for since the socket was opened, modulo 2^32, records of any type;
  // -1 where it does not tell (before Linux 4.12).
  std::int64_t lost = -1;
  // How often in this reading it had no room: each time at least one was lost.
  std::uint32_t overruns = 0;
  // Whether nothing was left to read.
  bool drained = false;
  // 0, or why nothing can be read any more.
  int error = 0;
};

// A socket that is a member of AUDIT_NLGRP_READLOG, with a receive buffer of up to `room` bytes: the
// descriptor, or an errno as a negative number. EPROTONOSUPPORT where the kernel has no audit, EPERM
// where CAP_AUDIT_READ is missing.
int OpenAuditLog(int room);

// Reads what is there, up to `most` records of the type, without waiting. What did not come from the
// kernel is passed over.
AuditRecords ReadAuditLog(int descriptor, std::uint16_t type, std::size_t most);

}  // namespace sealbeat
