/*
 * Stands between libseccomp and one of its own test programs, and prints the filter that it makes:
 *
 *   default HEX                         the action of seccomp_init or seccomp_reset, which forget what was before
 *   add|remove HEX                      an architecture's token; 0 is the native one
 *   rule NAME|NUMBER HEX [A OP X Y]...  the call, the action, and each test with its argument and two values
 *   merged                              a second filter joins: more than one profile can say
 *
 * What libseccomp refuses is not printed, as some of the programs expect that.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <inttypes.h>
#include <seccomp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
#define MOST_TESTS 6

struct util_options;

static void Print(uint32_t action, int syscall, unsigned count, const struct scmp_arg_cmp* tests) {
  char* name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, syscall);
  if (name) {
    printf("rule %s %" PRIx32, name, action);
  } else {
    printf("rule %d %" PRIx32, syscall, action);
  }
  free(name);
  for (unsigned at = 0; at < count; at++) {
    printf(" %u %d %" PRIu64 " %" PRIu64, tests[at].arg, tests[at].op, (uint64_t)tests[at].datum_a,
           (uint64_t)tests[at].datum_b);
  }
  printf("\n");
}

static void Read(unsigned count, va_list list, struct scmp_arg_cmp* tests) {
  for (unsigned at = 0; at < count && at < MOST_TESTS; at++) tests[at] = va_arg(list, struct scmp_arg_cmp);
}

scmp_filter_ctx seccomp_init(uint32_t action) {
  printf("default %" PRIx32 "\n", action);
  return REAL(seccomp_init)(action);
}

int seccomp_reset(scmp_filter_ctx ctx, uint32_t action) {
  printf("default %" PRIx32 "\n", action);
  return REAL(seccomp_reset)(ctx, action);
}

int seccomp_merge(scmp_filter_ctx to, scmp_filter_ctx from) {
  printf("merged\n");
  return REAL(seccomp_merge)(to, from);
}

int seccomp_arch_add(scmp_filter_ctx ctx, uint32_t token) {
  int result = REAL(seccomp_arch_add)(ctx, token);
  if (result == 0) printf("add %" PRIx32 "\n", token);
  return result;
}

int seccomp_arch_remove(scmp_filter_ctx ctx, uint32_t token) {
  int result = REAL(seccomp_arch_remove)(ctx, token);
  if (result == 0) printf("remove %" PRIx32 "\n", token);
  return result;
}

int seccomp_rule_add_array(scmp_filter_ctx ctx, uint32_t action, int syscall, unsigned count,
                           const struct scmp_arg_cmp* tests) {
  int result = REAL(seccomp_rule_add_array)(ctx, action, syscall, count, tests);
  if (result == 0) Print(action, syscall, count, tests);
  return result;
}

int seccomp_rule_add_exact_array(scmp_filter_ctx ctx, uint32_t action, int syscall, unsigned count,
                                 const struct scmp_arg_cmp* tests) {
  int result = REAL(seccomp_rule_add_exact_array)(ctx, action, syscall, count, tests);
  if (result == 0) Print(action, syscall, count, tests);
  return result;
}

int seccomp_rule_add(scmp_filter_ctx ctx, uint32_t action, int syscall, unsigned count, ...) {
  struct scmp_arg_cmp tests[MOST_TESTS] = {0};
  va_list list;
  va_start(list, count);
  Read(count, list, tests);
  va_end(list);
  return seccomp_rule_add_array(ctx, action, syscall, count, tests);
}

int seccomp_rule_add_exact(scmp_filter_ctx ctx, uint32_t action, int syscall, unsigned count, ...) {
  struct scmp_arg_cmp tests[MOST_TESTS] = {0};
  va_list list;
  va_start(list, count);
  Read(count, list, tests);
  va_end(list);
  return seccomp_rule_add_exact_array(ctx, action, syscall, count, tests);
}

int util_getopt(int argc, char* argv[], struct util_options* options) {
  (void)argc, (void)argv, (void)options;
  return 0;
}

int util_filter_output(const struct util_options* options, const scmp_filter_ctx ctx) {
  (void)options, (void)ctx;
  return 0;
}
