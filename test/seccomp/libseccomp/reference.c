/*
 * Compiles a policy with libseccomp, for comparison with our compiler.
 *
 * Reads commands from stdin, one per line, and answers `arch`, `names` and `export` on stdout:
 *
 *   arch NAME                  begins a policy for an architecture, by libseccomp's name for it;
 *                              answers "known" or "unknown"
 *   names NAME...              answers the number of each on that architecture, -1 if it has none
 *   default ACTION             SECCOMP_RET_*, hexadecimal
 *   rule NAME ACTION [ARG OP VALUE MASK]...
 *   export                     answers two lines, the program as struct sock_filter[] in hexadecimal:
 *                              first in the order of the rules, then as a binary tree
 *
 * An error ends the program with "line N: MESSAGE" and exit code 1.
 */
#include <errno.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_RULES = 1024, MOST_TESTS = 6, LINEAR = 1, TREE = 2 };

struct rule {
  char name[64];
  uint32_t action;
  unsigned tests;
  struct scmp_arg_cmp test[MOST_TESTS];
};

static struct {
  uint32_t arch;
  uint32_t otherwise;
  unsigned rules;
  struct rule rule[MOST_RULES];
} policy;

static unsigned line_number;

static void fail(const char *what, int error) {
  fprintf(stderr, "line %u: %s: %s\n", line_number, what, strerror(error < 0 ? -error : error));
  exit(1);
}

static void check(const char *what, int result) {
  if (result < 0) fail(what, result);
}

static char *word(void) { return strtok(NULL, " \n"); }

static char *needed_word(const char *what) {
  char *found = word();
  if (found == NULL) fail(what, EINVAL);
  return found;
}

static uint32_t action_word(void) {
  return (uint32_t)strtoul(needed_word("action"), NULL, 16);
}

static enum scmp_compare operation(const char *name) {
  static const struct { const char *name; enum scmp_compare op; } known[] = {
      {"Equal", SCMP_CMP_EQ},       {"NotEqual", SCMP_CMP_NE},
      {"GreaterThan", SCMP_CMP_GT}, {"GreaterOrEqual", SCMP_CMP_GE},
      {"LessThan", SCMP_CMP_LT},    {"LessOrEqual", SCMP_CMP_LE},
      {"MaskedEqual", SCMP_CMP_MASKED_EQ},
  };
  for (size_t at = 0; at < sizeof known / sizeof *known; ++at)
    if (strcmp(known[at].name, name) == 0) return known[at].op;
  fail(name, EINVAL);
  return SCMP_CMP_EQ;
}

/* SCMP_CMP_MASKED_EQ takes the mask first, the others only the value. */
static struct scmp_arg_cmp read_test(const char *argument) {
  struct scmp_arg_cmp test = {.arg = (unsigned)atoi(argument)};
  test.op = operation(needed_word("operation"));
  const scmp_datum_t value = strtoull(needed_word("value"), NULL, 16);
  const scmp_datum_t mask = strtoull(needed_word("mask"), NULL, 16);
  test.datum_a = test.op == SCMP_CMP_MASKED_EQ ? mask : value;
  test.datum_b = test.op == SCMP_CMP_MASKED_EQ ? value : 0;
  return test;
}

static void read_rule(void) {
  if (policy.rules == MOST_RULES) fail("too many rules", E2BIG);
  struct rule *rule = &policy.rule[policy.rules++];
  snprintf(rule->name, sizeof rule->name, "%s", needed_word("name"));
  rule->action = action_word();
  rule->tests = 0;
  for (char *argument; (argument = word()) != NULL;) {
    if (rule->tests == MOST_TESTS) fail("too many tests", E2BIG);
    rule->test[rule->tests++] = read_test(argument);
  }
}

static void begin_policy(void) {
  policy.rules = 0;
  policy.arch = seccomp_arch_resolve_name(needed_word("architecture"));
  puts(policy.arch == 0 ? "unknown" : "known");
}

/*
 * Rules identify calls by the running architecture's numbers, or by libseccomp's pseudo numbers below -1:
 * a few names have no number, and a few share one.
 */
static bool is_usable(const char *name) {
  const int number = seccomp_syscall_resolve_name(name);
  char *back = number == __NR_SCMP_ERROR ? NULL : seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, number);
  const bool same = back != NULL && strcmp(back, name) == 0;
  free(back);
  return same;
}

static void print_numbers(void) {
  for (char *name; (name = word()) != NULL;) {
    const int number = seccomp_syscall_resolve_name_arch(policy.arch, name);
    printf("%d ", number < 0 || !is_usable(name) ? -1 : number);
  }
  putchar('\n');
}

static void print_program(scmp_filter_ctx context) {
  FILE *file = tmpfile();
  if (file == NULL) fail("tmpfile", errno);
  check("seccomp_export_bpf", seccomp_export_bpf(context, fileno(file)));
  rewind(file);
  for (int byte; (byte = getc(file)) != EOF;) printf("%02x", byte);
  putchar('\n');
  fclose(file);
}

static void export_as(uint32_t shape) {
  scmp_filter_ctx context = seccomp_init(policy.otherwise);
  if (context == NULL) fail("seccomp_init", EINVAL);
  if (policy.arch != seccomp_arch_native()) {
    /* In this order, as libseccomp rejects two byte orders in one filter. */
    check("seccomp_arch_remove", seccomp_arch_remove(context, SCMP_ARCH_NATIVE));
    check("seccomp_arch_add", seccomp_arch_add(context, policy.arch));
  }
  check("bad arch", seccomp_attr_set(context, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS));
  check("optimize", seccomp_attr_set(context, SCMP_FLTATR_CTL_OPTIMIZE, shape));
  for (unsigned at = 0; at < policy.rules; ++at) {
    const struct rule *rule = &policy.rule[at];
    /* By the running architecture's number, or libseccomp's pseudo number if it has none. */
    const int number = seccomp_syscall_resolve_name(rule->name);
    check(rule->name, seccomp_rule_add_array(context, rule->action, number, rule->tests, rule->test));
  }
  print_program(context);
  seccomp_release(context);
}

static bool obey(const char *command) {
  if (strcmp(command, "arch") == 0) begin_policy();
  else if (strcmp(command, "names") == 0) print_numbers();
  else if (strcmp(command, "default") == 0) policy.otherwise = action_word();
  else if (strcmp(command, "rule") == 0) read_rule();
  else if (strcmp(command, "export") == 0) {
    export_as(LINEAR);
    export_as(TREE);
  } else return false;
  return true;
}

int main(void) {
  /* seccomp_api_get reflects the kernel's features; here only those of libseccomp matter. */
  check("seccomp_api_set", seccomp_api_set(6));
  char *line = NULL;
  size_t size = 0;
  while (getline(&line, &size, stdin) != -1) {
    ++line_number;
    char *command = strtok(line, " \n");
    if (command != NULL && !obey(command)) fail(command, EINVAL);
  }
  free(line);
  return 0;
}
