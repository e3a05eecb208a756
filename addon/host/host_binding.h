#pragma once

#include <napi.h>

namespace sealbeat {

// Adds `host` to the exports, or nothing on platforms without /proc.
void ExportHost(Napi::Env env, Napi::Object exports);

}  // namespace sealbeat
