import type { Command, Options } from './command.ts'

const JSON_OPTION: Options = { json: { doc: 'for a program to read' } }

const NEW_OPTIONS: Options = {
  from: { value: 'PATH', doc: 'depend on the sealbeat in this tarball or folder' },
}
const NEW_DEPENDENCY = `It depends on the version of sealbeat that writes it; on the same tarball or folder, where this
sealbeat was installed from one.`

/** Every command, in the order of the help. Its code is imported only once it is to run. */
export const COMMANDS: readonly Command[] = [
  {
    words: ['run'],
    summary: 'run the agent in the foreground',
    details: `Reads the configuration, opens what needs privilege, installs the seccomp filter, then runs
the beats until they are done or SIGTERM or SIGINT asks to stop; a second signal ends at once.
SIGHUP has it read the configuration again.`,
    options: {},
    load: async () => (await import('./run.ts')).run,
  },
  {
    words: ['test', 'config'],
    summary: 'say what is wrong with the configuration, without running anything',
    details: `Imports the beats and the output, validates every section, and assembles the seccomp policy
for this machine's architecture. Nothing is opened.`,
    options: JSON_OPTION,
    withoutCredentials: true,
    load: async () => (await import('./test-config.ts')).testConfig,
  },
  {
    words: ['seccomp', 'show'],
    summary: 'print the effective policy and where each decision comes from',
    details: `Shows what differs from the default action: for each system call the action, and whether the
default policy, a beat, the output or your configuration decided it.`,
    options: {
      arch: { value: 'ARCH', doc: 'for this architecture instead of the running one' },
      all: { doc: 'every system call, those that get the default action too' },
      ...JSON_OPTION,
    },
    withoutCredentials: true,
    load: async () => (await import('./seccomp/show.ts')).seccompShow,
  },
  {
    words: ['seccomp', 'explain'],
    summary: 'say what happens to a system call, by which rule, and what that costs',
    details: `For each name or number: the action, the rule with its conditions and where it was written, how
many instructions of the filter are executed, and whether the kernel remembers an allowance.
Without --args, every rule on arguments that the call has.`,
    options: {
      args: { value: 'A,B,…', doc: 'with these arguments, up to six: 16, 0x10, -1 (--args=-1)' },
      arch: { value: 'ARCH', doc: 'for this architecture instead of the running one' },
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
    details: `bpf: raw struct sock_filter[] in the byte order of the architecture; asm: a listing of it;
c: a header; json, yaml: a seccomp section that stands alone; oci: a profile for container runtimes,
never looser than the policy; systemd: a drop-in for a unit, looser where only names are not enough.`,
    options: {
      format: {
        value: 'FORMAT',
        doc: 'bpf, asm, c, json, yaml, oci or systemd (yaml where none is given)',
      },
      arch: { value: 'ARCH', doc: 'for this architecture instead of the running one' },
    },
    withoutCredentials: true,
    load: async () => (await import('./seccomp/export.ts')).seccompExport,
  },
  {
    words: ['seccomp', 'record'],
    summary: 'run an agent, learn what it calls, and write the policy that it needs',
    details: `Runs the agent under a filter that refuses nothing and writes the least seccomp section under which
it would have done the same: what it called once its own filter would have been in place, with the
values of arguments that matter. Ends with the agent's exit code. Needs Linux 5.5, and no privilege;
else auditd, from whose log calls are learned without their arguments.
Without -o the section goes to standard output, and what the agent writes there to standard error.`,
    options: {
      output: {
        value: 'FILE',
        short: 'o',
        doc: 'write the section there, instead of to standard output',
      },
      for: { value: 'DURATION', doc: 'stop the agent (SIGTERM) after so long: 30s, 5m, 1h30m' },
      'audit-log': { value: 'FILE', doc: 'record from what auditd writes there, as root' },
    },
    rest: 'run [OPTIONS]',
    load: async () => (await import('./seccomp/record.ts')).seccompRecord,
  },
  {
    words: ['seccomp', 'check'],
    summary: 'examine policy, kernel and host, and try the agent under its policy',
    details: `Says what of the policy is known to break Node, what it denies while an equivalent call is open,
whether kernel, host, Node and libc are as it needs them; then runs the configured agent for a
moment, its beats at work, and tells what it was denied. Its events go nowhere, its output is not
opened, its state is in a folder that is removed again. Ends with 1 where there is an error.`,
    options: {
      for: { value: 'DURATION', doc: 'how long the beats are tried (3s)' },
      'no-trial': { doc: 'run nothing' },
      ...JSON_OPTION,
    },
    withoutCredentials: true,
    load: async () => (await import('./seccomp/check.ts')).seccompCheck,
  },
  {
    words: ['seccomp', 'import'],
    operand: 'FILE',
    summary: 'turn a seccomp profile of OCI, Docker or Podman into a seccomp section',
    details: `Writes the section (mode: replace) for one architecture; what it can't carry over is said on
standard error and in comments. Rules that depend on capabilities or the kernel's version are
decided by --cap and --kernel.`,
    options: {
      arch: { value: 'ARCH', doc: 'for this architecture instead of the running one' },
      cap: {
        value: 'CAP_NAME',
        multiple: true,
        doc: 'a capability that the process has; repeatable',
      },
      kernel: { value: 'X.Y', doc: "for this kernel's version instead of the running one's" },
    },
    load: async () => (await import('./seccomp/import.ts')).seccompImport,
  },
  {
    words: ['package'],
    summary: 'make packages of the agent in this folder: deb, rpm and a tarball',
    details: `Takes package.json (name, version, description, author, license), beat.yml, the files that npm
would publish, and the packages that are installed in node_modules, but for development's. The
unit grants what the configured beats and the output declare. The same input gives the same bytes
(SOURCE_DATE_EPOCH). deb takes dpkg-deb, rpm takes rpmbuild.`,
    options: {
      format: { value: 'FORMATS', doc: 'deb, rpm or tar, several with commas (all)' },
      runtime: { value: 'KIND', doc: "bundled: with the Node that runs this; or the system's" },
      output: { value: 'DIR', short: 'o', doc: 'where the packages go (packages)' },
      iteration: { value: 'N', doc: 'which packaging of the same version this is (1)' },
      jitless: { doc: 'no memory that is writable and executable: slower, see docs/systemd.md' },
    },
    withoutCredentials: true,
    forAuthors: true,
    load: async () => (await import('./package.ts')).packageCommand,
  },
  {
    words: ['new', 'beat'],
    operand: 'NAME',
    summary: 'write a package with a beat to begin with, into a new folder',
    details: `A beat in TypeScript, a test that holds it to the contract, a reference of its settings, and a
beat.yml to try it at once.
${NEW_DEPENDENCY}`,
    options: NEW_OPTIONS,
    forAuthors: true,
    load: async () => (await import('./new/new.ts')).newBeat,
  },
  {
    words: ['new', 'agent'],
    operand: 'NAME',
    summary: 'write a package with an agent to begin with, into a new folder',
    details: `A beat.yml with the host beat and one of the agent's own, in plain JavaScript that needs no
build, with a test.
${NEW_DEPENDENCY}`,
    options: NEW_OPTIONS,
    forAuthors: true,
    load: async () => (await import('./new/new.ts')).newAgent,
  },
  {
    words: ['version'],
    summary: 'print the version',
    options: JSON_OPTION,
    load: async () => (await import('./version.ts')).version,
  },
]

/** Those of an agent that is installed. */
export const INSTALLED_COMMANDS = COMMANDS.filter(({ forAuthors }) => !forAuthors)

/** What every command takes. */
export const GLOBAL_OPTIONS: Options = {
  config: {
    short: 'c',
    value: 'FILE',
    multiple: true,
    doc: 'configuration, beat.yml if none is given; repeatable, the later wins',
  },
  set: {
    short: 'E',
    value: 'KEY=VALUE',
    multiple: true,
    doc: 'one setting, over whatever the files say; repeatable',
  },
  stderr: { short: 'e', doc: 'log to standard error, and not to files' },
  'path.home': { value: 'DIR', doc: 'what the other paths are relative to' },
  'path.config': {
    value: 'DIR',
    doc: 'where beats given by a path are and, if given here, relative FILEs',
  },
  'path.data': { value: 'DIR', doc: 'what the agent keeps' },
  'path.logs': { value: 'DIR', doc: 'where log files go' },
  'strict.perms': {
    value: 'BOOL',
    doc: 'false: take files that others own or may write, too (BEAT_STRICT_PERMS)',
  },
  help: { short: 'h', doc: 'this help' },
}
