// The JavaScript binding of what is asked about the host.
#include "host_binding.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <mutex>
#include <tuple>
#include <vector>

#include "asked.h"
#include "job.h"

namespace sealbeat {
namespace {

using Napi::CallbackInfo;
using Napi::Value;

// Each text ends in NUL.
std::vector<std::string> ToTexts(const std::string& all) {
  std::vector<std::string> texts;
  for (std::size_t at = 0; at < all.size();) {
    const std::size_t end = std::min(all.find('\0', at), all.size());
    texts.push_back(all.substr(at, end - at));
    at = end + 1;
  }
  return texts;
}

// The function of JavaScript that the job's thread calls. Node deletes it when its environment ends, whoever may still
// call it: so the thread does that under the mutex, and not once it is gone.
struct Teller {
  explicit Teller(const Napi::ThreadSafeFunction& tell) : tell(tell) {}

  std::mutex mutex;
  bool gone = false;
  Napi::ThreadSafeFunction tell;
  std::atomic<int> holders{0};
};

using HeldTeller = Held<Teller>;

// Called before the environment deletes the function, as the hook is younger than it.
void TakeAway(void* argument) {
  const std::unique_ptr<HeldTeller> held(static_cast<HeldTeller*>(argument));
  const std::lock_guard lock((*held)->mutex);
  (*held)->gone = true;
}

// Starts the job, at whose end `done` is called, and returns what JavaScript sees of it.
Value Begin(const HeldJob& job, const Value& done, Napi::Function answers) {
  const auto env = done.Env();
  auto tell = Napi::ThreadSafeFunction::New(env, done.As<Napi::Function>(), "sealbeat:host", 0, 1);
  // A call that hangs for ever must not keep the process alive.
  tell.Unref(env);
  const HeldTeller teller(new Teller(tell));
  auto* const hooked = new HeldTeller(teller);
  napi_add_env_cleanup_hook(env, TakeAway, hooked);
  const auto unhook = [hooked](napi_env env) {
    napi_remove_env_cleanup_hook(env, TakeAway, hooked);
    delete hooked;
  };
  // The job is held by its thread while this runs, and by the function that it hands over after that.
  job->done = [job = job.operator->(), teller, unhook] {
    const auto end = [held = HeldJob(job), unhook](Napi::Env env, Napi::Function callback) {
      uv_thread_join(&held->thread);
      unhook(env);
      // Fails where nobody can be told any more, as Node is ending.
      napi_call_function(env, env.Undefined(), callback, 0, nullptr, nullptr);
    };
    const std::lock_guard lock(teller->mutex);
    if (!teller->gone && teller->tell.BlockingCall(end) == napi_ok) teller->tell.Release();
  };
  const int error = Start(job);
  if (error != 0) {
    unhook(env);
    tell.Release();
  }
  auto asking = Napi::Object::New(env);
  asking.Set("errno", error);
  asking.Set("reached", Napi::Function::New(env, [job](const CallbackInfo& info) {
               return Napi::Number::New(info.Env(), static_cast<double>(job->reached.load()));
             }));
  asking.Set("leave", Napi::Function::New(env, [job](const CallbackInfo&) { job->left = true; }));
  asking.Set("answers", answers);
  return asking;
}

struct FilesystemJob : Job {
  void Step(std::size_t at) override { answers[at] = AskFilesystem(paths[at], mounts[at]); }

  std::vector<std::string> paths;
  std::vector<double> mounts;
  std::vector<Filesystem> answers;
};

// paths, mounts, done
Value AskFilesystems(const CallbackInfo& info) {
  auto* asked = new FilesystemJob();
  const HeldJob job(asked);
  asked->paths = ToTexts(info[0].As<Napi::String>().Utf8Value());
  const auto mounts = info[1].As<Napi::Float64Array>();
  asked->mounts.assign(mounts.Data(), mounts.Data() + mounts.ElementLength());
  asked->size = asked->paths.size();
  asked->answers.resize(asked->size);
  const auto answers = [job, asked](const CallbackInfo& info) -> Value {
    const std::size_t reached = job->reached.load(std::memory_order_acquire);
    constexpr std::size_t width = std::tuple_size<Filesystem>::value;
    auto numbers = Napi::Float64Array::New(info.Env(), reached * width);
    for (std::size_t at = 0; at < reached; ++at)
      std::copy(asked->answers[at].begin(), asked->answers[at].end(), numbers.Data() + at * width);
    return numbers;
  };
  return Begin(job, info[2], Napi::Function::New(info.Env(), answers));
}

struct ReadingJob : Job {
  ~ReadingJob() override {
    if (folder >= 0) close(folder);
  }
  void Step(std::size_t at) override { errors[at] = ReadBeginning(folder, names[at], texts[at]); }

  int folder = -1;
  std::vector<std::string> names, texts;
  std::vector<int> errors;
};

// folder, names, done
Value ReadBeginnings(const CallbackInfo& info) {
  auto* asked = new ReadingJob();
  const HeldJob job(asked);
  const std::string folder = info[0].As<Napi::String>().Utf8Value();
  asked->folder = open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
  asked->names = ToTexts(info[1].As<Napi::String>().Utf8Value());
  asked->size = asked->names.size();
  asked->texts.resize(asked->size);
  asked->errors.resize(asked->size);
  const auto answers = [job, asked](const CallbackInfo& info) -> Value {
    const auto reached = static_cast<std::uint32_t>(job->reached.load(std::memory_order_acquire));
    auto list = Napi::Array::New(info.Env(), reached);
    for (std::uint32_t at = 0; at < reached; ++at) {
      if (asked->errors[at] == 0)
        list.Set(at, Napi::String::New(info.Env(), asked->texts[at]));
      else
        list.Set(at, Napi::Number::New(info.Env(), asked->errors[at]));
    }
    return list;
  };
  return Begin(job, info[2], Napi::Function::New(info.Env(), answers));
}

struct HeldFolder : ProcessFolder {
  std::atomic<int> holders{0};
};

struct ProcessesJob : Job {
  explicit ProcessesJob(const Held<HeldFolder>& folder) : folder(folder) { size = 1; }
  void Step(std::size_t) override { error = folder->Read(processes); }

  Held<HeldFolder> folder;
  int error = 0;
  std::vector<Process> processes;
};

// done; one at a time
Value AskProcesses(const Held<HeldFolder>& folder, const CallbackInfo& info) {
  auto* asked = new ProcessesJob(folder);
  const HeldJob job(asked);
  const auto answers = [job, asked](const CallbackInfo& info) -> Value {
    if (job->reached.load(std::memory_order_acquire) == 0) return info.Env().Undefined();
    if (asked->error != 0) return Napi::Number::New(info.Env(), asked->error);
    constexpr std::size_t width = std::tuple_size<Process>::value;
    auto numbers = Napi::Float64Array::New(info.Env(), asked->processes.size() * width);
    double* to = numbers.Data();
    for (const Process& process : asked->processes)
      to = std::copy(process.begin(), process.end(), to);
    return numbers;
  };
  return Begin(job, info[0], Napi::Function::New(info.Env(), answers));
}

// folder, mostKept
Value OpenProcesses(const CallbackInfo& info) {
  const Held<HeldFolder> folder(new HeldFolder());
  const auto path = info[0].As<Napi::String>().Utf8Value();
  auto processes = Napi::Object::New(info.Env());
  processes.Set("errno", folder->Open(path, info[1].As<Napi::Number>().Uint32Value()));
  processes.Set("ask", Napi::Function::New(info.Env(), [folder](const CallbackInfo& info) {
                  return AskProcesses(folder, info);
                }));
  processes.Set("forget", Napi::Function::New(info.Env(), [folder](const CallbackInfo&) {
                  folder->Forget();
                }));
  return processes;
}

}  // namespace

void ExportHost(Napi::Env env, Napi::Object exports) {
  auto host = Napi::Object::New(env);
  host.Set("askFilesystems", Napi::Function::New(env, AskFilesystems, "askFilesystems"));
  host.Set("readBeginnings", Napi::Function::New(env, ReadBeginnings, "readBeginnings"));
  host.Set("openProcesses", Napi::Function::New(env, OpenProcesses, "openProcesses"));
  exports.Set("host", host);
}

}  // namespace sealbeat
