// The JavaScript binding of the audit log, and a watch on its socket in the event loop.
#include "audit_binding.h"

#include <uv.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "audit.h"

namespace sealbeat {
namespace {

using Napi::CallbackInfo;
using Napi::Value;

// bufferBytes
Value OpenAuditLogValue(const CallbackInfo& info) {
  return Napi::Number::New(info.Env(), OpenAuditLog(info[0].As<Napi::Number>().Int32Value()));
}

// first, count, bufferBytes
Value AdoptAuditLogValue(const CallbackInfo& info) {
  const auto number = [&](std::size_t at) { return info[at].As<Napi::Number>().Int32Value(); };
  return Napi::Number::New(info.Env(), AdoptAuditLog(number(0), number(1), number(2)));
}

// descriptor, types, maxRecords
Value ReadAuditLogValue(const CallbackInfo& info) {
  const auto number = [&](std::size_t at) { return info[at].As<Napi::Number>().Uint32Value(); };
  const auto wanted = info[1].As<Napi::Uint16Array>();
  const std::vector<std::uint16_t> types(wanted.Data(), wanted.Data() + wanted.ElementLength());
  const AuditRecords records = ReadAuditLog(static_cast<int>(number(0)), types, number(2));
  auto texts = Napi::Array::New(info.Env(), records.texts.size());
  for (std::uint32_t at = 0; at < records.texts.size(); ++at)
    texts.Set(at, Napi::String::New(info.Env(), records.texts[at]));
  auto found = Napi::Uint16Array::New(info.Env(), records.types.size());
  std::copy(records.types.begin(), records.types.end(), found.Data());
  auto result = Napi::Object::New(info.Env());
  result.Set("records", texts);
  result.Set("types", found);
  result.Set("lost", static_cast<double>(records.lost));
  result.Set("overruns", records.overruns);
  result.Set("drained", records.drained);
  result.Set("errno", records.error);
  return result;
}

// Calls back once after each `start`, as soon as the descriptor is readable. Must be closed.
class ReadableWatch : public Napi::ObjectWrap<ReadableWatch> {
 public:
  static Napi::Function Define(Napi::Env env) {
    return DefineClass(env, "ReadableWatch",
                       {InstanceMethod<&ReadableWatch::Start>("start"),
                        InstanceMethod<&ReadableWatch::Stop>("stop"),
                        InstanceMethod<&ReadableWatch::Close>("close")});
  }

  // descriptor, callback
  explicit ReadableWatch(const CallbackInfo& info)
      : Napi::ObjectWrap<ReadableWatch>(info),
        context_(info.Env(), "sealbeat:audit"),
        callback_(Napi::Persistent(info[1].As<Napi::Function>())) {
    uv_loop_t* loop = nullptr;
    napi_get_uv_event_loop(info.Env(), &loop);
    auto poll = std::make_unique<uv_poll_t>();
    poll->data = this;
    const int error = uv_poll_init(loop, poll.get(), info[0].As<Napi::Number>().Int32Value());
    if (error == 0)
      poll_ = poll.release();
    else
      Napi::Error::New(info.Env(), uv_strerror(error)).ThrowAsJavaScriptException();
  }

  ~ReadableWatch() override { End(); }

 private:
  void Start(const CallbackInfo&) {
    if (poll_ != nullptr) uv_poll_start(poll_, UV_READABLE, OnReadable);
  }
  void Stop(const CallbackInfo&) {
    if (poll_ != nullptr) uv_poll_stop(poll_);
  }
  void Close(const CallbackInfo&) { End(); }

  // The loop owns the handle until the close callback.
  void End() {
    if (poll_ == nullptr) return;
    uv_close(reinterpret_cast<uv_handle_t*>(poll_),
             [](uv_handle_t* handle) { delete reinterpret_cast<uv_poll_t*>(handle); });
    poll_ = nullptr;
  }

  // The read that follows reports errors.
  static void OnReadable(uv_poll_t* poll, int, int) {
    uv_poll_stop(poll);
    auto* watch = static_cast<ReadableWatch*>(poll->data);
    const Napi::HandleScope scope(watch->Env());
    watch->callback_.MakeCallback(watch->Value(), {}, watch->context_);
  }

  Napi::AsyncContext context_;
  Napi::FunctionReference callback_;
  uv_poll_t* poll_ = nullptr;
};

}  // namespace

void ExportAudit(Napi::Env env, Napi::Object exports) {
  auto audit = Napi::Object::New(env);
  audit.Set("open", Napi::Function::New(env, OpenAuditLogValue, "open"));
  audit.Set("adopt", Napi::Function::New(env, AdoptAuditLogValue, "adopt"));
  audit.Set("read", Napi::Function::New(env, ReadAuditLogValue, "read"));
  audit.Set("ReadableWatch", ReadableWatch::Define(env));
  exports.Set("audit", audit);
}

}  // namespace sealbeat
