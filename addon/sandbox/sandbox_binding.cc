// The JavaScript binding of what confines threads. Rights are numbers below 2^53.
#include "sandbox_binding.h"

#include "confine.h"
#include "libraries.h"

namespace sealbeat {
namespace {

using Napi::CallbackInfo;
using Napi::Value;

std::uint64_t ToBits(const Value& value) {
  return static_cast<std::uint64_t>(value.As<Napi::Number>().Int64Value());
}

int ToInt(const Value& value) { return value.As<Napi::Number>().Int32Value(); }

// flags
Value AskLandlockValue(const CallbackInfo& info) {
  return Napi::Number::New(info.Env(), AskLandlock(info[0].As<Napi::Number>().Uint32Value()));
}

// files, network, scoped
Value CreateRulesetValue(const CallbackInfo& info) {
  const int answer = CreateRuleset(ToBits(info[0]), ToBits(info[1]), ToBits(info[2]));
  return Napi::Number::New(info.Env(), answer);
}

// ruleset, path, rights
Value AllowPathValue(const CallbackInfo& info) {
  const std::string path = info[1].As<Napi::String>();
  return Napi::Number::New(info.Env(), AllowPath(ToInt(info[0]), path.c_str(), ToBits(info[2])));
}

// ruleset, port, rights
Value AllowPortValue(const CallbackInfo& info) {
  const int error = AllowPort(ToInt(info[0]), ToBits(info[1]), ToBits(info[2]));
  return Napi::Number::New(info.Env(), error);
}

Napi::Array ToArray(Napi::Env env, const std::vector<Answer>& answers) {
  auto list = Napi::Array::New(env, answers.size());
  for (std::uint32_t at = 0; at < answers.size(); ++at) {
    auto object = Napi::Object::New(env);
    object.Set("tid", answers[at].tid);
    object.Set("step", answers[at].step);
    object.Set("errno", answers[at].error);
    object.Set("already", answers[at].already);
    list.Set(at, object);
  }
  return list;
}

// ruleset, keep (bigint, or undefined: drop nothing), keepOnSetuid, timeoutMs
Value ConfineValue(const CallbackInfo& info) {
  bool lossless = true;
  const bool drop = info[1].IsBigInt();
  const std::uint64_t keep = drop ? info[1].As<Napi::BigInt>().Uint64Value(&lossless) : 0;
  const Confinement wanted{ToInt(info[0]), drop, keep, info[2].As<Napi::Boolean>().Value()};
  const auto [swept, proven] = Confine(wanted, ToInt(info[3]));
  auto result = Napi::Object::New(info.Env());
  result.Set("errno", swept.error);
  result.Set("answers", ToArray(info.Env(), swept.answers));
  auto silent = Napi::Array::New(info.Env(), swept.silent.size());
  for (std::uint32_t at = 0; at < swept.silent.size(); ++at) silent.Set(at, swept.silent[at]);
  result.Set("silent", silent);
  result.Set("proven", proven);
  return result;
}

Value MakeUndumpableValue(const CallbackInfo& info) {
  return Napi::Number::New(info.Env(), MakeUndumpable());
}

// name
Value KeepLibraryValue(const CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), KeepLibrary(info[0].As<Napi::String>()));
}

// path
Value IsNoExecValue(const CallbackInfo& info) {
  return Napi::Number::New(info.Env(), IsNoExec(info[0].As<Napi::String>()));
}

}  // namespace

void ExportSandbox(Napi::Env env, Napi::Object exports) {
  auto sandbox = Napi::Object::New(env);
  sandbox.Set("askLandlock", Napi::Function::New(env, AskLandlockValue, "askLandlock"));
  sandbox.Set("createRuleset", Napi::Function::New(env, CreateRulesetValue, "createRuleset"));
  sandbox.Set("allowPath", Napi::Function::New(env, AllowPathValue, "allowPath"));
  sandbox.Set("allowPort", Napi::Function::New(env, AllowPortValue, "allowPort"));
  sandbox.Set("confine", Napi::Function::New(env, ConfineValue, "confine"));
  sandbox.Set("makeUndumpable", Napi::Function::New(env, MakeUndumpableValue, "makeUndumpable"));
  sandbox.Set("keepLibrary", Napi::Function::New(env, KeepLibraryValue, "keepLibrary"));
  sandbox.Set("isNoExec", Napi::Function::New(env, IsNoExecValue, "isNoExec"));
  exports.Set("sandbox", sandbox);
}

}  // namespace sealbeat
