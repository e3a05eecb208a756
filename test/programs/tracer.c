/* `tracer NUMBER RESULT PROGRAM ARGUMENT…`: runs the program under ptrace(2), including its threads and
 * the programs that it executes. When a filter passes system call NUMBER to the tracer, the call is not
 * executed and returns RESULT. Ends as the program did. */
#include <elf.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#define OPTIONS                                                                                  \
  (PTRACE_O_TRACESECCOMP | PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | \
   PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL)

/* Skips the call that the thread is about to make, if it has that number, and sets its result. */
static void answer(pid_t thread, long number, long result) {
#if defined(__x86_64__)
  struct user_regs_struct registers;
  if (ptrace(PTRACE_GETREGS, thread, 0, &registers) != 0) return;
  if ((long)registers.orig_rax != number) return;
  registers.orig_rax = (unsigned long)-1;
  registers.rax = (unsigned long)result;
  ptrace(PTRACE_SETREGS, thread, 0, &registers);
#elif defined(__aarch64__)
  struct user_regs_struct registers;
  struct iovec all = {&registers, sizeof registers};
  int none = -1;
  struct iovec call = {&none, sizeof none};
  if (ptrace(PTRACE_GETREGSET, thread, NT_PRSTATUS, &all) != 0) return;
  if ((long)registers.regs[8] != number) return;
  ptrace(PTRACE_SETREGSET, thread, NT_ARM_SYSTEM_CALL, &call);
  registers.regs[0] = (unsigned long)result;
  ptrace(PTRACE_SETREGSET, thread, NT_PRSTATUS, &all);
#else
#error "not written for this architecture"
#endif
}

/* The signal to continue the thread with: the one that stopped it, unless the stop is ours. */
static int handle(pid_t thread, int status, long number, long result) {
  const int event = status >> 16;
  if (event == PTRACE_EVENT_SECCOMP) answer(thread, number, result);
  if (event != 0) return 0;
  return WSTOPSIG(status) == SIGSTOP ? 0 : WSTOPSIG(status);
}

static int trace(pid_t program, long number, long result) {
  for (;;) {
    int status = 0;
    const pid_t thread = waitpid(-1, &status, __WALL);
    if (thread < 0 && errno == EINTR) continue;
    if (thread < 0) return 1;
    if (thread == program && WIFEXITED(status)) return WEXITSTATUS(status);
    if (thread == program && WIFSIGNALED(status)) return 128 + WTERMSIG(status);
    if (WIFSTOPPED(status)) ptrace(PTRACE_CONT, thread, 0, handle(thread, status, number, result));
  }
}

int main(int count, char **words) {
  if (count < 4) return 64;
  const pid_t program = fork();
  if (program == 0) {
    ptrace(PTRACE_TRACEME, 0, 0, 0);
    raise(SIGSTOP);
    execvp(words[3], words + 3);
    perror(words[3]);
    _exit(127);
  }
  int status = 0;
  if (program < 0 || waitpid(program, &status, 0) != program) return 1;
  if (ptrace(PTRACE_SETOPTIONS, program, 0, OPTIONS) != 0) return 1;
  ptrace(PTRACE_CONT, program, 0, 0);
  return trace(program, atol(words[1]), atol(words[2]));
}
