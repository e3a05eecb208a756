#include "job.h"

#include <cerrno>
#include <csignal>
#include <memory>

namespace sealbeat {
namespace {

constexpr std::size_t kStackBytes = 256 * 1024;

void Run(void* argument) {
  const std::unique_ptr<HeldJob> held(static_cast<HeldJob*>(argument));
  const HeldJob& job = *held;
  for (std::size_t at = 0; at < job->size && !job->left.load(); ++at) {
    job->Step(at);
    job->reached.store(at + 1, std::memory_order_release);
  }
  job->done();
}

}  // namespace

int Start(const HeldJob& job) {
  // Signals are for other threads, but for those that tell of a fault of this one.
  sigset_t blocked, before;
  sigfillset(&blocked);
  for (const int fault : {SIGSYS, SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGABRT})
    sigdelset(&blocked, fault);
  // On Linux it is the mask of the calling thread, which the new one inherits.
  if (sigprocmask(SIG_SETMASK, &blocked, &before) != 0) return errno;
  auto held = std::make_unique<HeldJob>(job);
  uv_thread_options_t options{};
  options.flags = UV_THREAD_HAS_STACK_SIZE;
  options.stack_size = kStackBytes;
  // Of libuv, as glibc has threads in another library from 2.34 on.
  const int error = uv_thread_create_ex(&job->thread, &options, Run, held.get());
  sigprocmask(SIG_SETMASK, &before, nullptr);
  if (error != 0) return EAGAIN;
  held.release();
  return 0;
}

}  // namespace sealbeat
