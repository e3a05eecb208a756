// Signals that no code of a beat takes away from the agent, and an end that does not wait for the event loop.
//
//   told      by handles of our own in the event loop: process.removeAllListeners closes those of Node alone, and
//             while one is open, libuv leaves the kernel's handler as it is
//   counted   by a handler in front of libuv's, which goes on to it. The second signal that ends wakes a thread:
//             it gives JavaScript some time to say so and to exit, and then ends the process itself
#include "signals.h"

#include <unistd.h>
#include <uv.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <ctime>
#include <memory>
#include <vector>

namespace sealbeat {
namespace {

using Napi::CallbackInfo;
using Napi::Value;

constexpr int kSignals = 65;     // _NSIG of the kernel, signal(7)
constexpr int kByASignal = 128;  // what a shell adds to the number of a signal

// Static, as a signal may come at any time, and one process has one of each.
struct sigaction previous[kSignals];
std::atomic<int> asked{0};
std::atomic<bool> released{false};
std::atomic<int> last{0};
uv_sem_t second;  // of libuv, like the thread: glibc has both in another library from 2.34 on

void Count(int signal, siginfo_t* info, void* context) {
  const int saved = errno;
  last = signal;
  if (++asked == 2) uv_sem_post(&second);  // sem_post(3), which may be called in a handler
  const struct sigaction& next = previous[signal];
  if ((next.sa_flags & SA_SIGINFO) != 0)
    next.sa_sigaction(signal, info, context);
  else if (next.sa_handler != SIG_DFL && next.sa_handler != SIG_IGN)
    next.sa_handler(signal);
  errno = saved;
}

void EndAfterSecond(void* grace) {
  uv_sem_wait(&second);
  const auto grace_ms = static_cast<int>(reinterpret_cast<std::intptr_t>(grace));
  timespec left{grace_ms / 1000, grace_ms % 1000 * 1000000L};
  while (nanosleep(&left, &left) != 0 && errno == EINTR) {
  }
  if (!released) _exit(kByASignal + last);
}

// 0 or an errno.
int CountInFront(int signal) {
  struct sigaction own {};
  if (sigaction(signal, nullptr, &previous[signal]) != 0) return errno;
  own.sa_sigaction = Count;
  own.sa_flags = SA_SIGINFO | SA_RESTART | (previous[signal].sa_flags & SA_ONSTACK);
  own.sa_mask = previous[signal].sa_mask;
  return sigaction(signal, &own, nullptr) != 0 ? errno : 0;
}

// 0 or an errno. The thread takes no signal of the process itself.
int StartEnding(int grace_ms) {
  if (const int error = uv_sem_init(&second, 0)) return -error;
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  // On Linux it is the mask of the calling thread, which the new one inherits.
  if (sigprocmask(SIG_SETMASK, &all, &before) != 0) return errno;
  uv_thread_t thread;
  auto* const grace = reinterpret_cast<void*>(static_cast<std::intptr_t>(grace_ms));
  const int error = uv_thread_create(&thread, EndAfterSecond, grace);
  sigprocmask(SIG_SETMASK, &before, nullptr);
  return -error;
}

struct Told {
  Told(Napi::Env env, Napi::Function function)
      : context(env, "sealbeat:signals"), callback(Napi::Persistent(function)) {}
  Napi::AsyncContext context;
  Napi::FunctionReference callback;
  std::vector<std::unique_ptr<uv_signal_t>> handles;
};

void OnSignal(uv_signal_t* handle, int signal) {
  auto* told = static_cast<Told*>(handle->data);
  const Napi::Env env = told->callback.Env();
  const Napi::HandleScope scope(env);
  told->callback.MakeCallback(env.Global(), {Napi::Number::New(env, signal)}, told->context);
}

std::vector<int> ToSignals(const Value& value) {
  const auto list = value.As<Napi::Array>();
  std::vector<int> signals;
  for (std::uint32_t at = 0; at < list.Length(); ++at)
    signals.push_back(list.Get(at).As<Napi::Number>().Int32Value());
  return signals;
}

// signals, those of them that end, graceMs, callback(signal). For good: nothing is ever taken back. 0, an errno if
// nothing is told, or a negative one if all is told, but the second signal has to wait for the event loop.
Value Watch(const CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const auto answer = [&](int error) { return Napi::Number::New(env, error); };
  uv_loop_t* loop = nullptr;
  napi_get_uv_event_loop(env, &loop);
  // Never freed: the loop has its handles from now on, even if one of them can't be started.
  auto* told = new Told(env, info[3].As<Napi::Function>());
  for (const int signal : ToSignals(info[0])) {
    auto& handle = told->handles.emplace_back(std::make_unique<uv_signal_t>());
    handle->data = told;
    if (const int error = uv_signal_init(loop, handle.get())) return answer(-error);
    uv_unref(reinterpret_cast<uv_handle_t*>(handle.get()));
    if (const int error = uv_signal_start(handle.get(), OnSignal, signal)) {
      for (const auto& started : told->handles) uv_signal_stop(started.get());
      return answer(-error);
    }
  }
  if (const int error = StartEnding(info[2].As<Napi::Number>().Int32Value())) return answer(-error);
  for (const int signal : ToSignals(info[1]))
    if (const int error = CountInFront(signal)) return answer(-error);
  return answer(0);
}

// From now on no number of signals ends the process.
Value Release(const CallbackInfo& info) {
  released = true;
  return info.Env().Undefined();
}

}  // namespace

void ExportSignals(Napi::Env env, Napi::Object exports) {
  auto signals = Napi::Object::New(env);
  signals.Set("watch", Napi::Function::New(env, Watch, "watch"));
  signals.Set("release", Napi::Function::New(env, Release, "release"));
  exports.Set("signals", signals);
}

}  // namespace sealbeat
