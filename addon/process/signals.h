// Signals that no code of a beat takes away from the agent, and an end that does not wait for the event loop.
#pragma once

#include <napi.h>

namespace sealbeat {

// Adds `signals` to the exports, or nothing where it is not implemented.
void ExportSignals(Napi::Env env, Napi::Object exports);

}  // namespace sealbeat
