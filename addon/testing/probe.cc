// Only for live tests, never published: makes any system call, from any thread, through any ABI.
#include <linux/filter.h>
#include <napi.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstring>
#include <memory>
#include <mutex>
#include <thread>

namespace {

struct Result {
  long value;
  int error;
};

// A number and up to six arguments, from JavaScript numbers, bigints and byte arrays.
class Call {
 public:
  explicit Call(const Napi::CallbackInfo& info) {
    for (std::size_t at = 0; at < info.Length() && at < words_.size(); ++at)
      words_[at] = ToWord(info[at]);
  }

  Result Make() const {
    const auto& w = words_;
    errno = 0;
    const long value = syscall(w[0], w[1], w[2], w[3], w[4], w[5], w[6]);
    return {value, value == -1 ? errno : 0};
  }

  // The 32-bit gate: numbers of i386, the result is a negative errno. Pointers do not fit.
  Result MakeByInt80() const {
#ifdef __x86_64__
    long value = words_[0];
    asm volatile("int $0x80"
                 : "+a"(value)
                 : "b"(words_[1]), "c"(words_[2]), "d"(words_[3])
                 : "memory", "r8", "r9", "r10", "r11");
    const int low = static_cast<int>(value);
    return low < 0 && low > -4096 ? Result{-1, -low} : Result{low, 0};
#else
    return {-1, ENOSYS};
#endif
  }

 private:
  static long ToWord(const Napi::Value& value) {
    if (value.IsBigInt()) {
      bool lossless = true;
      return static_cast<long>(value.As<Napi::BigInt>().Uint64Value(&lossless));
    }
    if (value.IsTypedArray())
      return reinterpret_cast<long>(value.As<Napi::Uint8Array>().Data());
    return static_cast<long>(value.As<Napi::Number>().Int64Value());
  }

  std::array<long, 7> words_{};
};

Napi::Value ToObject(Napi::Env env, const Result& result) {
  auto object = Napi::Object::New(env);
  object.Set("value", static_cast<double>(result.value));
  object.Set("errno", result.error);
  return object;
}

Napi::Value Syscall(const Napi::CallbackInfo& info) {
  return ToObject(info.Env(), Call(info).Make());
}

Napi::Value Int80(const Napi::CallbackInfo& info) {
  return ToObject(info.Env(), Call(info).MakeByInt80());
}

// Shared by JavaScript and the raw thread; outlives both.
struct Mailbox {
  std::mutex mutex;
  std::condition_variable changed;
  std::unique_ptr<Call> call;
  std::unique_ptr<Result> result;
  int thread = 0;
};

void Serve(const std::shared_ptr<Mailbox>& box) {
  std::unique_lock lock(box->mutex);
  box->thread = gettid();
  box->changed.notify_all();
  for (;;) {
    box->changed.wait(lock, [&] { return box->call != nullptr; });
    const auto call = std::move(box->call);
    // Unlocked, as a filter may end the thread during the call.
    lock.unlock();
    const Result result = call->Make();
    lock.lock();
    box->result = std::make_unique<Result>(result);
    box->changed.notify_all();
  }
}

// A plain pthread, unknown to Node, that makes system calls on request.
class Thread : public Napi::ObjectWrap<Thread> {
 public:
  static Napi::Function Define(Napi::Env env) {
    return DefineClass(env, "Thread",
                       {InstanceAccessor<&Thread::Id>("id"), InstanceMethod<&Thread::Make>("call")});
  }

  explicit Thread(const Napi::CallbackInfo& info) : Napi::ObjectWrap<Thread>(info) {
    std::thread(Serve, box_).detach();
    std::unique_lock lock(box_->mutex);
    box_->changed.wait(lock, [&] { return box_->thread != 0; });
  }

 private:
  Napi::Value Id(const Napi::CallbackInfo& info) {
    return Napi::Number::New(info.Env(), box_->thread);
  }

  // The call's result, or undefined if the thread did not return from it within a second.
  Napi::Value Make(const Napi::CallbackInfo& info) {
    std::unique_lock lock(box_->mutex);
    box_->result = nullptr;
    box_->call = std::make_unique<Call>(info);
    box_->changed.notify_all();
    const bool came = box_->changed.wait_for(lock, std::chrono::seconds(1),
                                             [&] { return box_->result != nullptr; });
    return came ? ToObject(info.Env(), *box_->result) : info.Env().Undefined();
  }

  std::shared_ptr<Mailbox> box_ = std::make_shared<Mailbox>();
};

// The address of a struct sock_fprog with a copy of the program, for seccomp(2). Never freed.
Napi::Value Fprog(const Napi::CallbackInfo& info) {
  const auto bytes = info[0].As<Napi::Uint8Array>();
  const std::size_t length = bytes.ByteLength() / sizeof(sock_filter);
  auto* code = new sock_filter[length];
  if (length > 0) std::memcpy(code, bytes.Data(), length * sizeof(sock_filter));
  auto* program = new sock_fprog{static_cast<unsigned short>(length), code};
  const auto address = reinterpret_cast<std::uintptr_t>(program);
  return Napi::BigInt::New(info.Env(), static_cast<std::uint64_t>(address));
}

Napi::Object Init(Napi::Env env, Napi::Object exports) {
  exports.Set("syscall", Napi::Function::New(env, Syscall, "syscall"));
  exports.Set("int80", Napi::Function::New(env, Int80, "int80"));
  exports.Set("fprog", Napi::Function::New(env, Fprog, "fprog"));
  exports.Set("Thread", Thread::Define(env));
  return exports;
}

}  // namespace

NODE_API_MODULE(probe, Init)
