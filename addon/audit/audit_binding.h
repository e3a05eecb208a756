#pragma once

#include <napi.h>

namespace sealbeat {

// Adds `audit`; nothing where there is no such log.
void ExportAudit(Napi::Env env, Napi::Object exports);

}  // namespace sealbeat
