// The places of a system call's arguments and its result in the context of a signal handler. The kernel
// has rolled the call back (syscall_rollback), so all registers are as the caller set them.
#pragma once

#include <sys/ucontext.h>
#include <ucontext.h>

#include <array>
#include <cstdint>

namespace sealbeat {

using Arguments = std::array<std::uint64_t, 6>;

#if defined(__x86_64__)
constexpr bool kHasRegisters = true;
inline Arguments ReadArguments(const ucontext_t& at) {
  const auto& r = at.uc_mcontext.gregs;
  const auto word = [&r](int which) { return static_cast<std::uint64_t>(r[which]); };
  return {word(REG_RDI), word(REG_RSI), word(REG_RDX), word(REG_R10), word(REG_R8), word(REG_R9)};
}
inline void WriteError(ucontext_t& at, int error) { at.uc_mcontext.gregs[REG_RAX] = -error; }

#elif defined(__i386__)
constexpr bool kHasRegisters = true;
inline Arguments ReadArguments(const ucontext_t& at) {
  const auto& r = at.uc_mcontext.gregs;
  const auto word = [&r](int which) { return static_cast<std::uint32_t>(r[which]); };
  return {word(REG_EBX), word(REG_ECX), word(REG_EDX), word(REG_ESI), word(REG_EDI), word(REG_EBP)};
}
inline void WriteError(ucontext_t& at, int error) { at.uc_mcontext.gregs[REG_EAX] = -error; }

#elif defined(__aarch64__)
constexpr bool kHasRegisters = true;
inline Arguments ReadArguments(const ucontext_t& at) {
  const auto& r = at.uc_mcontext.regs;
  return {r[0], r[1], r[2], r[3], r[4], r[5]};
}
inline void WriteError(ucontext_t& at, int error) {
  at.uc_mcontext.regs[0] = static_cast<std::uint64_t>(-static_cast<std::int64_t>(error));
}

#elif defined(__arm__)
constexpr bool kHasRegisters = true;
inline Arguments ReadArguments(const ucontext_t& at) {
  const auto& c = at.uc_mcontext;
  return {c.arm_r0, c.arm_r1, c.arm_r2, c.arm_r3, c.arm_r4, c.arm_r5};
}
inline void WriteError(ucontext_t& at, int error) {
  at.uc_mcontext.arm_r0 = static_cast<unsigned long>(-static_cast<long>(error));
}

#elif defined(__riscv)
constexpr bool kHasRegisters = true;
inline Arguments ReadArguments(const ucontext_t& at) {
  const auto& r = at.uc_mcontext.__gregs;  // x10 to x17 are a0 to a7
  return {r[10], r[11], r[12], r[13], r[14], r[15]};
}
inline void WriteError(ucontext_t& at, int error) {
  at.uc_mcontext.__gregs[10] = static_cast<unsigned long>(-static_cast<long>(error));
}

#elif defined(__powerpc64__)
constexpr bool kHasRegisters = true;
inline Arguments ReadArguments(const ucontext_t& at) {
  const auto& r = at.uc_mcontext.gp_regs;
  return {r[3], r[4], r[5], r[6], r[7], r[8]};
}
inline void WriteError(ucontext_t& at, int error) {
  constexpr int kCcr = 38, kTrap = 40;  // PT_CCR, PT_TRAP of asm/ptrace.h
  constexpr unsigned long kScv = 0x3000, kSummaryOverflow = 0x10000000;
  auto& r = at.uc_mcontext.gp_regs;
  // powerpc/syscall64-abi.rst: `scv` returns the negated errno, `sc` the errno itself and cr0.SO.
  if ((r[kTrap] & ~0xful) == kScv) {
    r[3] = static_cast<unsigned long>(-static_cast<long>(error));
  } else {
    r[3] = static_cast<unsigned long>(error);
    r[kCcr] |= kSummaryOverflow;
  }
}

#elif defined(__s390x__)
constexpr bool kHasRegisters = true;
inline Arguments ReadArguments(const ucontext_t& at) {
  const auto& r = at.uc_mcontext.gregs;
  return {r[2], r[3], r[4], r[5], r[6], r[7]};
}
inline void WriteError(ucontext_t& at, int error) {
  at.uc_mcontext.gregs[2] = static_cast<unsigned long>(-static_cast<long>(error));
}

#elif defined(__loongarch64)
constexpr bool kHasRegisters = true;
inline Arguments ReadArguments(const ucontext_t& at) {
  const auto& r = at.uc_mcontext.__gregs;  // $a0 is $r4
  return {r[4], r[5], r[6], r[7], r[8], r[9]};
}
inline void WriteError(ucontext_t& at, int error) {
  at.uc_mcontext.__gregs[4] = static_cast<unsigned long>(-static_cast<long>(error));
}

#else
constexpr bool kHasRegisters = false;
inline Arguments ReadArguments(const ucontext_t&) { return {}; }
inline void WriteError(ucontext_t&, int) {}
#endif

}  // namespace sealbeat
