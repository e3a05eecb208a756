#pragma once

#include <napi.h>

namespace sealbeat {

// Adds `recorder`; nothing where there is no seccomp.
void ExportRecorder(Napi::Env env, Napi::Object exports);

}  // namespace sealbeat
