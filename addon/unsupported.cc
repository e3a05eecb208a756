// For other platforms than Linux, which have no seccomp: every function returns ENOSYS.
#include <cerrno>

#include "audit/audit_binding.h"
#include "host/host_binding.h"
#include "seccomp/denial.h"
#include "native.h"
#include "process/checksum.h"
#include "process/signals.h"
#include "record/record_binding.h"
#include "sandbox/sandbox_binding.h"

namespace sealbeat {

const bool kSupported = false;

bool IsMainThread() { return true; }
int SetFilter(const Program&, unsigned) { return -ENOSYS; }
Installed Install(const Program&, unsigned) { return {ENOSYS, 0}; }
int ProbeFlags(unsigned) { return ENOSYS; }
int Control(unsigned) { return ENOSYS; }
int ActionAvailable(std::uint32_t) { return ENOSYS; }
int ReportTraps(const std::string&) { return ENOSYS; }
const bool kCanAnswer = false;
int NoteDenials(const std::vector<int>&) { return ENOSYS; }
std::vector<Denied> TakeDenials(bool) { return {}; }
std::uint64_t LastOwnDenial() { return 0; }
std::string NameOf(std::uint32_t number) { return std::to_string(number); }
int Execute(const std::string&, std::string) { return ENOSYS; }
int Restart(const std::string&, std::string, const Program&, const std::vector<int>&) {
  return ENOSYS;
}

void ExportAudit(Napi::Env, Napi::Object) {}
void ExportChecksum(Napi::Env, Napi::Object) {}
void ExportHost(Napi::Env, Napi::Object) {}
void ExportRecorder(Napi::Env, Napi::Object) {}
void ExportSandbox(Napi::Env, Napi::Object) {}
void ExportSignals(Napi::Env, Napi::Object) {}

int LeaveSessionKeyring() { return ENOSYS; }
int ConnectDatagram(const std::string&) { return -ENOSYS; }

#ifdef _WIN32
int LockFile(int) { return ENOSYS; }
#endif

}  // namespace sealbeat
