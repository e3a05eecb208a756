// The JavaScript binding of the recorder.
#include "record_binding.h"

#include <memory>

#include "record.h"

namespace sealbeat {
namespace {

using Napi::CallbackInfo;
using Napi::Value;

std::uint32_t ToUnsigned(const Value& value) { return value.As<Napi::Number>().Uint32Value(); }

std::string ToBytes(const Value& value) {
  const auto bytes = value.As<Napi::Uint8Array>();
  return std::string(reinterpret_cast<const char*>(bytes.Data()), bytes.ByteLength());
}

Value OpenChannelValue(const CallbackInfo& info) {
  const Channel channel = OpenChannel();
  auto result = Napi::Object::New(info.Env());
  result.Set("errno", channel.error);
  result.Set("ours", channel.ours);
  result.Set("theirs", channel.theirs);
  return result;
}

// channel, path, argv, program
Value StartRecordedValue(const CallbackInfo& info) {
  const std::string code = ToBytes(info[3]);
  Program program(code.size() / sizeof(std::uint64_t));
  code.copy(reinterpret_cast<char*>(program.data()), program.size() * sizeof(std::uint64_t));
  const int error = StartRecorded(info[0].As<Napi::Number>().Int32Value(),
                                  info[1].As<Napi::String>().Utf8Value(), ToBytes(info[2]), program);
  return Napi::Number::New(info.Env(), error);
}

class RecordingObject : public Napi::ObjectWrap<RecordingObject> {
 public:
  static Napi::Function Define(Napi::Env env) {
    return DefineClass(env, "Recording",
                       {InstanceAccessor<&RecordingObject::Errno>("errno"),
                        InstanceAccessor<&RecordingObject::Phase>("phase"),
                        InstanceMethod<&RecordingObject::Counts>("counts")});
  }

  // channel, noted, mark, base, arch
  explicit RecordingObject(const CallbackInfo& info) : Napi::ObjectWrap<RecordingObject>(info) {
    const std::string noted = ToBytes(info[1]);
    Scope scope{{noted.begin(), noted.end()}, ToUnsigned(info[2]), ToUnsigned(info[3]),
                ToUnsigned(info[4])};
    recording_ = std::make_unique<Recording>(info[0].As<Napi::Number>().Int32Value(),
                                             std::move(scope));
  }

 private:
  Napi::Value Errno(const CallbackInfo& info) {
    return Napi::Number::New(info.Env(), recording_->Error());
  }
  Napi::Value Phase(const CallbackInfo& info) {
    return Napi::Number::New(info.Env(), recording_->Phase());
  }

  // Ten words per kind: phase, architecture, number, six arguments, count.
  Napi::Value Counts(const CallbackInfo& info) {
    const auto counts = recording_->Counts();
    auto words = Napi::BigUint64Array::New(info.Env(), counts.size() * 10);
    std::size_t at = 0;
    for (const auto& [kind, count] : counts) {
      for (const std::uint64_t word : {kind.phase, kind.arch, kind.number}) words[at++] = word;
      for (const std::uint64_t word : kind.arguments) words[at++] = word;
      words[at++] = count;
    }
    return words;
  }

  std::unique_ptr<Recording> recording_;
};

}  // namespace

void ExportRecorder(Napi::Env env, Napi::Object exports) {
  auto recorder = Napi::Object::New(env);
  recorder.Set("openChannel", Napi::Function::New(env, OpenChannelValue, "openChannel"));
  recorder.Set("start", Napi::Function::New(env, StartRecordedValue, "start"));
  recorder.Set("Recording", RecordingObject::Define(env));
  exports.Set("recorder", recorder);
}

}  // namespace sealbeat
