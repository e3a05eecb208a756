#pragma once

#include <napi.h>

namespace sealbeat {

// Adds `sandbox` to the exports, or nothing on platforms without Landlock and capabilities.
void ExportSandbox(Napi::Env env, Napi::Object exports);

}  // namespace sealbeat
