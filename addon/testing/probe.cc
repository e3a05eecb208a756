// Only for live tests, never published: makes any system call, from any thread, through any ABI.
#include <fcntl.h>
#include <linux/filter.h>
#include <napi.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstring>
#include <ctime>
#include <memory>
#include <mutex>
#include <string>
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

// Threads that come while something else happens, as fast as they can.
struct Brood {
  std::string file;
  bool hops;  // each starts the next one and ends
  std::atomic<bool> stopped{false};
  std::atomic<int> born{0};
  std::atomic<int> refused{0};  // found the file shut
  std::atomic<int> opened{0};

  void Try() {
    const int descriptor = open(file.c_str(), O_WRONLY | O_CLOEXEC);
    ++(descriptor < 0 ? refused : opened);
    if (descriptor >= 0) close(descriptor);
  }
};

void Sit(const std::shared_ptr<Brood>& brood) {
  while (!brood->stopped) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  brood->Try();
}

void Breed(const std::shared_ptr<Brood>& brood, int limit) {
  for (int at = 0; at < limit && !brood->stopped; ++at) {
    ++brood->born;
    std::thread(Sit, brood).detach();
  }
  Sit(brood);
}

void Hop(const std::shared_ptr<Brood>& brood) {
  ++brood->born;
  if (brood->stopped) return brood->Try();
  std::thread(Hop, brood).detach();
}

// file, limit: a thread starts up to `limit` others, which stay; 0: one that starts the next and ends, for ever.
// In the end each that is there tries to open the file for writing.
class Breeder : public Napi::ObjectWrap<Breeder> {
 public:
  static Napi::Function Define(Napi::Env env) {
    return DefineClass(env, "Breeder",
                       {InstanceAccessor<&Breeder::Born>("born"), InstanceMethod<&Breeder::Stop>("stop")});
  }

  explicit Breeder(const Napi::CallbackInfo& info) : Napi::ObjectWrap<Breeder>(info) {
    brood_->file = info[0].As<Napi::String>().Utf8Value();
    const int limit = info[1].As<Napi::Number>().Int32Value();
    brood_->hops = limit == 0;
    if (brood_->hops) {
      std::thread(Hop, brood_).detach();
    } else {
      std::thread(Breed, brood_, limit).detach();
    }
  }

 private:
  Napi::Value Born(const Napi::CallbackInfo& info) {
    return Napi::Number::New(info.Env(), brood_->born);
  }

  Napi::Value Stop(const Napi::CallbackInfo& info) {
    brood_->stopped = true;
    // The one that starts the others tries as well.
    const auto expected = [&] { return brood_->hops ? 1 : brood_->born + 1; };
    while (brood_->refused + brood_->opened < expected()) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    auto object = Napi::Object::New(info.Env());
    object.Set("refused", brood_->refused.load());
    object.Set("opened", brood_->opened.load());
    return object;
  }

  std::shared_ptr<Brood> brood_ = std::make_shared<Brood>();
};

// milliseconds: a thread calls vfork(2), and its child waits that long. Returns the thread's id.
Napi::Value SleepInVfork(const Napi::CallbackInfo& info) {
  const int ms = info[0].As<Napi::Number>().Int32Value();
  auto id = std::make_shared<std::atomic<int>>(0);
  std::thread([id, ms] {
    const timespec pause{ms / 1000, ms % 1000 * 1000000L};
    *id = gettid();
    if (vfork() == 0) {
      syscall(SYS_nanosleep, &pause, nullptr);
      _exit(0);
    }
    for (;;) ::pause();
  }).detach();
  while (*id == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  return Napi::Number::New(info.Env(), *id);
}

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
  exports.Set("sleepInVfork", Napi::Function::New(env, SleepInVfork, "sleepInVfork"));
  exports.Set("Thread", Thread::Define(env));
  exports.Set("Breeder", Breeder::Define(env));
  return exports;
}

}  // namespace

NODE_API_MODULE(probe, Init)
