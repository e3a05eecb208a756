#pragma once

#include <napi.h>

namespace sealbeat {

// Adds `audit` to the exports, or nothing on platforms without the audit log.
void ExportAudit(Napi::Env env, Napi::Object exports);

}  // namespace sealbeat
