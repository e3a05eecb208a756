// The JavaScript binding: converts values, which JavaScript has already checked, and returns errnos.
#include <napi.h>

#include <cerrno>
#include <cstring>

#include "audit/audit_binding.h"
#include "host/host_binding.h"
#include "seccomp/denial.h"
#include "native.h"
#include "process/checksum.h"
#include "process/signals.h"
#include "record/record_binding.h"
#include "sandbox/sandbox_binding.h"

namespace {

using Napi::CallbackInfo;
using Napi::Value;

sealbeat::Program ToProgram(const Value& value) {
  const auto bytes = value.As<Napi::Uint8Array>();
  sealbeat::Program program(bytes.ByteLength() / sizeof(std::uint64_t));
  // memcpy forbids null pointers even for 0 bytes, and both may be null for an empty program.
  if (!program.empty())
    std::memcpy(program.data(), bytes.Data(), program.size() * sizeof(std::uint64_t));
  return program;
}

std::string ToBytes(const Value& value) {
  const auto bytes = value.As<Napi::Uint8Array>();
  return std::string(reinterpret_cast<const char*>(bytes.Data()), bytes.ByteLength());
}

std::uint32_t ToUnsigned(const Value& value) { return value.As<Napi::Number>().Uint32Value(); }

std::vector<int> ToInts(const Value& value) {
  const auto list = value.As<Napi::Array>();
  std::vector<int> ints;
  for (std::uint32_t at = 0; at < list.Length(); ++at)
    ints.push_back(list.Get(at).As<Napi::Number>().Int32Value());
  return ints;
}

Value ToErrno(const CallbackInfo& info, int error) { return Napi::Number::New(info.Env(), error); }

Value IsMainThread(const CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), sealbeat::IsMainThread());
}

Value Install(const CallbackInfo& info) {
  const auto installed = sealbeat::Install(ToProgram(info[0]), ToUnsigned(info[1]));
  auto result = Napi::Object::New(info.Env());
  result.Set("errno", installed.error);
  result.Set("thread", installed.thread);
  return result;
}

Value ProbeFlags(const CallbackInfo& info) {
  return ToErrno(info, sealbeat::ProbeFlags(ToUnsigned(info[0])));
}

Value ActionAvailable(const CallbackInfo& info) {
  return ToErrno(info, sealbeat::ActionAvailable(ToUnsigned(info[0])));
}

Value Control(const CallbackInfo& info) {
  return ToErrno(info, sealbeat::Control(ToUnsigned(info[0])));
}

Value ReportTraps(const CallbackInfo& info) {
  return ToErrno(info, sealbeat::ReportTraps(ToBytes(info[0])));
}

Value NoteDenials(const CallbackInfo& info) {
  if (!sealbeat::kCanAnswer) return ToErrno(info, ENOTSUP);
  return ToErrno(info, sealbeat::NoteDenials(ToInts(info[0])));
}

Napi::Object ToSample(Napi::Env env, const sealbeat::Denial& denial) {
  auto object = Napi::Object::New(env);
  object.Set("errno", denial.error);
  object.Set("thread", denial.thread);
  auto words = Napi::Array::New(env, denial.arguments.size());
  for (std::uint32_t at = 0; at < denial.arguments.size(); ++at)
    words.Set(at, Napi::BigInt::New(env, denial.arguments[at]));
  object.Set("arguments", words);
  return object;
}

Value TakeDenials(const CallbackInfo& info) {
  const auto all = sealbeat::TakeDenials(info[0].As<Napi::Boolean>().Value());
  auto list = Napi::Array::New(info.Env(), all.size());
  for (std::uint32_t at = 0; at < all.size(); ++at) {
    const auto& [total, has_sample, sample] = all[at];
    auto object = Napi::Object::New(info.Env());
    object.Set("number", sample.number);
    object.Set("name", sealbeat::NameOf(sample.number));
    object.Set("total", static_cast<double>(total));
    if (has_sample) object.Set("sample", ToSample(info.Env(), sample));
    list.Set(at, object);
  }
  return list;
}

Value LastOwnDenial(const CallbackInfo& info) {
  return Napi::Number::New(info.Env(), static_cast<double>(sealbeat::LastOwnDenial()));
}

Value Restart(const CallbackInfo& info) {
  return ToErrno(info, sealbeat::Restart(info[0].As<Napi::String>().Utf8Value(), ToBytes(info[1]),
                                         ToProgram(info[2]), ToInts(info[3])));
}

Value LeaveSessionKeyring(const CallbackInfo& info) {
  return ToErrno(info, sealbeat::LeaveSessionKeyring());
}

Value LockFile(const CallbackInfo& info) {
  return ToErrno(info, sealbeat::LockFile(info[0].As<Napi::Number>().Int32Value()));
}

Value ConnectDatagram(const CallbackInfo& info) {
  return ToErrno(info, sealbeat::ConnectDatagram(info[0].As<Napi::String>().Utf8Value()));
}

Napi::Object Init(Napi::Env env, Napi::Object exports) {
  exports.Set("supported", sealbeat::kSupported);
  exports.Set("isMainThread", Napi::Function::New(env, IsMainThread, "isMainThread"));
  exports.Set("install", Napi::Function::New(env, Install, "install"));
  exports.Set("probeFlags", Napi::Function::New(env, ProbeFlags, "probeFlags"));
  exports.Set("actionAvailable", Napi::Function::New(env, ActionAvailable, "actionAvailable"));
  exports.Set("control", Napi::Function::New(env, Control, "control"));
  exports.Set("reportTraps", Napi::Function::New(env, ReportTraps, "reportTraps"));
  exports.Set("noteDenials", Napi::Function::New(env, NoteDenials, "noteDenials"));
  exports.Set("takeDenials", Napi::Function::New(env, TakeDenials, "takeDenials"));
  exports.Set("lastOwnDenial", Napi::Function::New(env, LastOwnDenial, "lastOwnDenial"));
  exports.Set("restart", Napi::Function::New(env, Restart, "restart"));
  exports.Set("leaveSessionKeyring",
              Napi::Function::New(env, LeaveSessionKeyring, "leaveSessionKeyring"));
  exports.Set("lockFile", Napi::Function::New(env, LockFile, "lockFile"));
  exports.Set("connectDatagram", Napi::Function::New(env, ConnectDatagram, "connectDatagram"));
  sealbeat::ExportAudit(env, exports);
  sealbeat::ExportChecksum(env, exports);
  sealbeat::ExportHost(env, exports);
  sealbeat::ExportRecorder(env, exports);
  sealbeat::ExportSandbox(env, exports);
  sealbeat::ExportSignals(env, exports);
  return exports;
}

}  // namespace

NODE_API_MODULE(sealbeat, Init)
