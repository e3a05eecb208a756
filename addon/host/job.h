// Work that the kernel may never finish, such as statfs(2) on a mount whose server is gone: on a thread of its own,
// so that neither the thread pool nor the end of the process waits for it.
#pragma once

#include <uv.h>

#include <atomic>
#include <cstddef>
#include <functional>

namespace sealbeat {

struct Job {
  virtual ~Job() = default;
  // Called with 0, 1, … on the job's thread; writes only what belongs to that number.
  virtual void Step(std::size_t at) = 0;

  std::size_t size = 0;
  // The steps that are done: what they have written may be read by any thread.
  std::atomic<std::size_t> reached{0};
  // Set by anybody: the step that is under way is the last one.
  std::atomic<bool> left{false};
  // Called at the end, on the job's thread, which is to be joined after that.
  std::function<void()> done;
  uv_thread_t thread{};
  std::atomic<int> holders{0};
};

// It lives as long as somebody holds it. Not std::shared_ptr, which takes glibc 2.32 if it is compiled there.
template <class T>
class Held {
 public:
  explicit Held(T* object) : object_(object) { ++object_->holders; }
  Held(const Held& other) : Held(other.object_) {}
  Held& operator=(const Held&) = delete;
  ~Held() {
    if (--object_->holders == 0) delete object_;
  }
  T* operator->() const { return object_; }

 private:
  T* object_;
};

using HeldJob = Held<Job>;

// Starts the thread. Returns 0, or EAGAIN if there is none to be had.
int Start(const HeldJob& job);

}  // namespace sealbeat
