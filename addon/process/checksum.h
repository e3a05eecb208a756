#pragma once

#include <napi.h>

namespace sealbeat {

// Adds `checksum` to the exports, or nothing where Node's zlib can't be called.
void ExportChecksum(Napi::Env env, Napi::Object exports);

}  // namespace sealbeat
