#pragma once

#include <napi.h>

namespace sealbeat {

// Adds `recorder` to the exports, or nothing on platforms without seccomp.
void ExportRecorder(Napi::Env env, Napi::Object exports);

}  // namespace sealbeat
