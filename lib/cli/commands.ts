import type { Command, Options, Run } from './command.ts'
import { DELIVERY_COMMANDS } from './delivery/commands.ts'
import { EXPORT_COMMANDS } from './export/command.ts'
import { COMPLETION_COMMANDS } from './help/completion/command.ts'
import { PLUGINS_COMMAND, VERSION_COMMAND } from './installed/command.ts'
import { PACKAGE_COMMANDS } from './package/commands.ts'
import { SETUP_COMMAND } from './setup/command.ts'

const JSON_OPTION: Options = { json: { doc: 'print JSON, for programs' } }

const SHOW_OPTIONS: Options = {
  arch: { value: 'ARCH', doc: 'use this architecture instead of the running one' },
  all: { doc: 'show every system call, also those that get the default action' },
  ...JSON_OPTION,
}

const CHECK_OPTIONS: Options = {
  for: { value: 'DURATION', doc: 'how long to run the beats (default: 3s)' },
  'no-trial': { doc: 'do not run the agent' },
  ...JSON_OPTION,
}

const NEW_OPTIONS: Options = {
  from: { value: 'PATH', doc: 'depend on the sealbeat in this tarball or folder' },
}
const NEW_DEPENDENCY = `It depends on the version of sealbeat that writes it, or on the same tarball or folder if this
sealbeat was installed from one.`

async function loadCheck(): Promise<Run> {
  return (await import('./sandbox/check.ts')).sandboxCheck
}

/** Every command, in the order of the help. The code of a command is imported only when it runs. */
export const COMMANDS: readonly Command[] = [
  {
    words: ['run'],
    summary: 'run the agent in the foreground',
    details: `Reads the configuration, opens everything that needs privileges, installs the seccomp filter, and
then runs the beats until all are done or SIGTERM or SIGINT arrives. A second signal ends the agent
at once. SIGHUP reloads the configuration.

With --once, each beat does one round: the host beat measures once. Then the events are delivered,
within shutdown_timeout, and the agent ends: with 75 if a beat has failed, if it was stopped before,
or if events were not delivered. A beat without rounds, such as audit, is refused.`,
    options: { once: { doc: 'run every beat for one round, deliver its events, and end' } },
    confinesItself: true,
    load: async () => (await import('./run.ts')).run,
  },
  {
    words: ['test', 'config'],
    summary: 'check the configuration and report every problem, without running anything',
    details: `Imports the beats, the processors and the output, validates every section, and assembles the
seccomp policy for this machine's architecture. Opens nothing. Warns of what would break Node, and
of what this host lacks to confine the agent (see sandbox check).`,
    options: JSON_OPTION,
    withoutCredentials: true,
    load: async () => (await import('./test/config.ts')).testConfig,
  },
  {
    words: ['test', 'pipeline'],
    operand: 'FILE',
    summary: 'pass the events of a file through the processors, and print what comes out',
    details: `FILE has one event in each line, as JSON, with everything that processors are to see, such as
host.name: lines that an output has written, or made by hand. - reads standard input. The events
that come out go to standard output, with their @metadata. No beat and no output is opened.`,
    options: {
      beat: {
        value: 'ID',
        doc: 'take the processors of this beat too (default: the only beat)',
      },
      explain: { doc: 'say on standard error what each processor did with each event' },
    },
    withoutCredentials: true,
    load: async () => (await import('./test/pipeline.ts')).testPipeline,
  },
  {
    words: ['test', 'output'],
    summary: 'go to the servers of the output, and say how far that gets; no event is sent',
    details: `First confines itself as the agent would be, with no more than the output needs. Then prints a line
for each step as soon as it is done, such as resolve, connect, TLS and authenticate: what was found,
or why it failed and what to do about it. A step may take 10 seconds. The agent may run meanwhile.
Exits with 1 if a step has failed. An output without a test says so, and the exit code is 0.`,
    options: JSON_OPTION,
    confinesItself: true,
    load: async () => (await import('./test/output.ts')).testOutput,
  },
  ...[...EXPORT_COMMANDS, PLUGINS_COMMAND, SETUP_COMMAND],
  {
    words: ['sandbox', 'show'],
    summary: 'print all that confines the agent: its policy, and how far it reaches',
    details: `Shows what seccomp show does, and then what the agent reaches once it is confined: the folders that
it reads and writes, the programs that it starts, its TCP ports, unix sockets and capabilities,
each with who asks for it and why; the user that it becomes; and what this kernel can't refuse.`,
    options: SHOW_OPTIONS,
    withoutCredentials: true,
    load: async () => (await import('./sandbox/show.ts')).sandboxShow,
  },
  {
    words: ['sandbox', 'check'],
    summary: 'check policy, kernel and host, and try the agent with all that confines it',
    details: `Reports which parts of the policy are known to break Node, which denied calls have an equivalent
that is allowed, and whether the kernel, host, Node and libc meet the needs of the policy and of the
rest of the sandbox: errors first, each with how to mend it. Then runs the configured agent with its
beats for a moment and reports what was refused, and what to declare. Its events are discarded, its
output is not opened, and its state is in a temporary folder. Exits with 1 if there is an error.`,
    options: CHECK_OPTIONS,
    withoutCredentials: true,
    load: loadCheck,
  },
  ...DELIVERY_COMMANDS,
  {
    words: ['seccomp', 'show'],
    summary: 'print the effective policy and where each decision comes from',
    details: `Shows every system call whose action differs from the default action, and whether the default
policy, a plugin (such as a beat or the output) or your configuration decided it.`,
    options: SHOW_OPTIONS,
    withoutCredentials: true,
    load: async () => (await import('./seccomp/show.ts')).seccompShow,
  },
  {
    words: ['seccomp', 'explain'],
    summary: 'show what happens to a system call, by which rule, and at what cost',
    details: `Shows for each name or number: the action, the rule with its conditions and where it was written,
how many instructions of the filter run, and whether the kernel caches that the call is allowed.
Without --args, shows every rule on arguments of the call.`,
    options: {
      args: {
        value: 'A,B,…',
        doc: 'the arguments of the call, up to six: 16, 0x10, -1 (--args=-1)',
      },
      arch: { value: 'ARCH', doc: 'use this architecture instead of the running one' },
      ...JSON_OPTION,
    },
    operand: 'NAME|NUMBER',
    several: true,
    withoutCredentials: true,
    load: async () => (await import('./seccomp/explain.ts')).seccompExplain,
  },
  {
    words: ['seccomp', 'export'],
    summary: 'write the effective policy in a format that other programs read',
    details: `bpf: raw struct sock_filter[] in the byte order of the architecture; asm: its listing; c: a header;
json, yaml: a self-contained seccomp section; oci: a profile for container runtimes, never looser
than the policy; systemd: a drop-in for a unit, looser where names alone can't express a rule.`,
    options: {
      format: {
        value: 'FORMAT',
        doc: 'bpf, asm, c, json, yaml, oci or systemd (default: yaml)',
      },
      arch: { value: 'ARCH', doc: 'use this architecture instead of the running one' },
    },
    withoutCredentials: true,
    load: async () => (await import('./seccomp/export.ts')).seccompExport,
  },
  {
    words: ['seccomp', 'record'],
    summary: 'run an agent, record its system calls, and write the policy that it needs',
    details: `Runs the agent under a filter that denies nothing, and writes the smallest seccomp section under
which it would have done the same: the system calls made after the point where its own filter would
be installed, with the argument values that matter. Exits with the agent's exit code. Needs Linux
5.5 but no privileges; without it, --audit-log records calls from auditd, without their arguments.
Without -o, the section goes to standard output, and the agent's output to standard error.`,
    options: {
      output: {
        value: 'FILE',
        short: 'o',
        doc: 'write the section to this file instead of standard output',
      },
      for: { value: 'DURATION', doc: 'stop the agent (SIGTERM) after this time: 30s, 5m, 1h30m' },
      'audit-log': { value: 'FILE', doc: 'record from this log of auditd; needs root' },
    },
    rest: 'run [OPTIONS]',
    load: async () => (await import('./seccomp/record.ts')).seccompRecord,
  },
  {
    words: ['seccomp', 'check'],
    summary: 'the same as sandbox check',
    details: 'An older name of sandbox check, which goes on working.',
    options: CHECK_OPTIONS,
    withoutCredentials: true,
    load: loadCheck,
  },
  {
    words: ['seccomp', 'import'],
    operand: 'FILE',
    summary: 'convert a seccomp profile of OCI, Docker or Podman into a seccomp section',
    details: `Writes the section (mode: replace) for one architecture. Standard error and comments name what could
not be converted. --cap and --kernel decide rules that depend on capabilities or the kernel version.`,
    options: {
      arch: { value: 'ARCH', doc: 'use this architecture instead of the running one' },
      cap: {
        value: 'CAP_NAME',
        multiple: true,
        doc: 'a capability that the process has; repeatable',
      },
      kernel: { value: 'X.Y', doc: 'use this kernel version instead of the running one' },
    },
    load: async () => (await import('./seccomp/import.ts')).seccompImport,
  },
  ...PACKAGE_COMMANDS,
  {
    words: ['new', 'beat'],
    operand: 'NAME',
    summary: 'create a package with a sample beat in a new folder',
    details: `Creates a beat in TypeScript, a test that checks it against the contract of beats, a reference of
its settings, and a beat.yml to try it at once.
${NEW_DEPENDENCY}`,
    options: NEW_OPTIONS,
    forAuthors: true,
    load: async () => (await import('./new/new.ts')).newBeat,
  },
  {
    words: ['new', 'output'],
    operand: 'NAME',
    summary: 'create a package with a sample output in a new folder',
    details: `Creates an output over HTTP in TypeScript, a test that checks it against the contract of
outputs, a reference of its settings, and a beat.yml to try it with.
${NEW_DEPENDENCY}`,
    options: NEW_OPTIONS,
    forAuthors: true,
    load: async () => (await import('./new/new.ts')).newOutput,
  },
  {
    words: ['new', 'processor'],
    operand: 'NAME',
    summary: 'create a package with a sample processor in a new folder',
    details: `Creates a processor in TypeScript, a test that checks it against the contract of processors,
a reference of its settings, and a beat.yml to try it at once.
${NEW_DEPENDENCY}`,
    options: NEW_OPTIONS,
    forAuthors: true,
    load: async () => (await import('./new/new.ts')).newProcessor,
  },
  {
    words: ['new', 'agent'],
    operand: 'NAME',
    summary: 'create a package with a sample agent in a new folder',
    details: `Creates a beat.yml with the host beat and a beat of the agent's own, in plain JavaScript that
needs no build, with a test.
${NEW_DEPENDENCY}`,
    options: NEW_OPTIONS,
    forAuthors: true,
    load: async () => (await import('./new/new.ts')).newAgent,
  },
  ...[...COMPLETION_COMMANDS, VERSION_COMMAND],
]

/** The commands of an installed agent. */
export const INSTALLED_COMMANDS = COMMANDS.filter(({ forAuthors }) => !forAuthors)

/** The options of every command. */
export const GLOBAL_OPTIONS: Options = {
  config: {
    short: 'c',
    value: 'FILE',
    multiple: true,
    doc: 'configuration file or folder (default: beat.yml and beat.d); repeatable',
  },
  set: {
    short: 'E',
    value: 'KEY=VALUE',
    multiple: true,
    doc: 'one setting, which overrides the files; repeatable',
  },
  stderr: { short: 'e', doc: 'log to standard error, not to files' },
  'path.home': { value: 'DIR', doc: 'folder that the other paths are relative to' },
  'path.config': {
    value: 'DIR',
    doc: 'folder of plugins given by a path; if given here, also of relative FILEs',
  },
  'path.data': { value: 'DIR', doc: "folder of the agent's data" },
  'path.logs': { value: 'DIR', doc: 'folder of the log files' },
  'strict.perms': {
    value: 'BOOL',
    doc: 'false: accept what others own or may write (BEAT_STRICT_PERMS)',
  },
  help: { short: 'h', doc: 'print this help' },
}
