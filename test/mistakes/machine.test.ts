import { spawnSync } from 'node:child_process'
import { beatSource, type Workplace } from '../cli/workplace.ts'
import { programFile, skip } from '../live.ts'
import { foreignAddon, removeAddons, sealbeatWith, strangeAddon } from './addons.ts'
import { asNobody, type Mistake, testMistakes } from './mistake.ts'

const CONFIG = 'beats:\n- type: ./probe.js\noutput.console: {}\n'
const AUDIT = 'beats:\n- type: audit\noutput.console: {}\n'

const NO_AUDIT_READ =
  'beat audit could not be opened: the audit log may not be read: CAP_AUDIT_READ is missing; have ' +
  'systemd open it (ListenNetlink=audit 1 in a socket unit, as a package has it) or grant it in the unit ' +
  '(AmbientCapabilities=CAP_AUDIT_READ); in a container, run in the initial user namespace'
const NO_AUDIT =
  'beat audit could not be opened: this kernel has no audit log: it was built without CONFIG_AUDIT'
const NO_NETLINK =
  'beat audit could not be opened: the audit log may not be opened: add AF_NETLINK to ' +
  'RestrictAddressFamilies= in the unit'

const answered = (errno: string) => (_: Workplace, context: Mocha.Context) => {
  if (process.platform !== 'linux' || process.arch !== 'x64') skip(context, 'not Linux on amd64')
  return [process.execPath, programFile('without-audit'), errno]
}

const OF_RIGHTS: readonly Mistake[] = [
  {
    what: 'runs the audit beat without CAP_AUDIT_READ',
    files: { 'beat.yml': AUDIT, 'data/note': '' },
    through: (place, context) => asNobody(place, context, 'data'),
    code: 1,
    logs: NO_AUDIT_READ,
  },
  {
    what: 'runs it in a user namespace',
    files: { 'beat.yml': AUDIT },
    through: (_, context) => {
      const through = ['unshare', '--user', '--map-root-user', '--fork', '--pid', '--mount-proc']
      const [program = '', ...args] = through
      if (spawnSync(program, [...args, 'true']).status !== 0) skip(context, 'no user namespaces')
      return through
    },
    code: 1,
    logs: NO_AUDIT_READ,
  },
  {
    what: 'runs it on a kernel without audit',
    files: { 'beat.yml': AUDIT },
    through: answered('EPROTONOSUPPORT'),
    code: 1,
    logs: NO_AUDIT,
  },
  {
    what: 'runs it in a unit that has no netlink',
    files: { 'beat.yml': AUDIT },
    through: answered('EAFNOSUPPORT'),
    code: 1,
    logs: NO_NETLINK,
  },
  {
    what: 'requires a filter, and switches it off',
    args: ['-E', 'seccomp.required=true', '-E', 'seccomp.enabled=false'],
    code: 77,
    logs: 'Syscall filter is disabled by configuration, and seccomp.required is true: not running without it',
  },
]

const NO_FILTER =
  'Syscall filter could not be installed, and seccomp.required is true: not running without it'
const BUILD =
  'build it with "npm rebuild sealbeat" (in a checkout: "make build"); from version 12 on, npm ' +
  'only builds it if allowScripts in package.json lists it'
const requires = { 'beat.yml': `${CONFIG}seccomp.required: true\n` }

const NOTHING_WORKS = [
  'Landlock domain could not be entered',
  'Capabilities could not be dropped',
  'Syscall filter could not be installed',
]

const OLD = `data:text/javascript,Object.defineProperty(process,'version',{value:'v18.20.4'})`

const OF_THE_INSTALLATION: readonly Mistake[] = [
  {
    what: 'has a Node that is too old',
    through: () => ['env', `NODE_OPTIONS=--import "${OLD}"`],
    code: 1,
    says: 'Exiting: Node.js 20.19 or later is required, but this is v18.20.4 (NODE): put a newer one first in PATH',
  },
  {
    what: 'has sealbeat without its addon',
    root: () => sealbeatWith(undefined),
    code: 0,
    logs: NOTHING_WORKS,
  },
  {
    what: 'has sealbeat without its addon, and requires a filter',
    root: () => sealbeatWith(undefined),
    files: requires,
    code: 77,
    logs: [
      ...NOTHING_WORKS,
      `${NO_FILTER} (the native addon SEALBEAT/build/Release/sealbeat.node does not exist: ${BUILD})`,
    ],
  },
  {
    what: 'has an addon for another libc, and requires a filter',
    root: context => sealbeatWith(strangeAddon(context)),
    files: requires,
    code: 77,
    logs: [
      ...NOTHING_WORKS,
      `${NO_FILTER} (the native addon can't be loaded: libstrange.so.1: cannot open shared object file: No such file or directory: ${BUILD})`,
    ],
  },
  {
    what: 'has an addon for another architecture, and requires a filter',
    root: () => sealbeatWith(foreignAddon()),
    files: requires,
    code: 77,
    logs: [
      ...NOTHING_WORKS,
      `${NO_FILTER} (the native addon SEALBEAT/build/Release/sealbeat.node is for another architecture, this is ${process.arch}: ${BUILD})`,
    ],
  },
]

const listening = (where: string) => ({
  'probe.js': `import { createServer } from 'node:net'
import { once } from 'node:events'
export default {
  name: 'probe',
  schema: {},
  open: () => once(createServer().listen(${where}), 'listening'),
  async run() {},
}`,
})
const TAKEN =
  'beat probe could not be opened: 127.0.0.1:7 is already in use: end the process that listens there ' +
  '(`ss -lnp` shows it), or set another'
const LOW =
  'beat probe could not be opened: 127.0.0.1:81 is not allowed for the user nobody (uid=65534): a port below 1024 ' +
  'needs CAP_NET_BIND_SERVICE; grant it, or set another port'

const OF_PORTS: readonly Mistake[] = [
  {
    what: 'has a beat at a port where something listens already',
    files: {
      'beat.yml': `beats:\n- type: ./probe.js\n  id: first\n- type: ./probe.js\noutput.console: {}\n`,
      ...listening("7, '127.0.0.1'"),
    },
    prepare: (_, context) => {
      if (process.getuid?.() !== 0) skip(context, 'not root')
    },
    code: 1,
    logs: TAKEN,
  },
  {
    what: 'has a beat at a port that only root may have',
    files: { ...listening("81, '127.0.0.1'"), 'data/note': '' },
    through: (place, context) => asNobody(place, context, 'data'),
    code: 1,
    logs: LOW,
  },
]

describe("mistakes of the operator: what the machine lacks or won't give", () => {
  after(removeAddons)
  const setting = { command: ['run'], files: { 'beat.yml': CONFIG, 'probe.js': beatSource('') } }
  testMistakes(setting, [...OF_RIGHTS, ...OF_THE_INSTALLATION, ...OF_PORTS])
})
