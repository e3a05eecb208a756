import { copyFileSync } from 'node:fs'
import { expect } from 'chai'
import { checkBeat } from '../../lib/testing/index.ts'
import { skip } from '../live.ts'
import { foreignAddon, removeAddons, strangeAddon } from './addons.ts'
import { type Mistake, testMistakes } from './mistake.ts'

const TYPE = 'beat.yml:2:3: beats[0].type: PLACE/probe.js'
const FAILED = `${TYPE} can't be imported:`

const beat = (parts: string, before = '') =>
  `${before}export default { name: 'probe', schema: {}, async run() {}, ${parts} }\n`
const probe = (source: string) => ({ 'probe.js': source })
const typed = (type: string) => `beats:\n- type: ${type}\noutput.console: {}\n`
const native = `import { createRequire } from 'node:module'
createRequire(import.meta.url)('./probe.node')
`

const DECLARED: readonly Mistake[] = [
  {
    what: 'exports something else than a beat',
    files: probe('export default 7'),
    code: 78,
    says: `${TYPE} is no beat: its default export must be a beat (see defineBeat), not a number`,
  },
  {
    what: 'exports it by a name only',
    files: probe('export const beat = {}'),
    code: 78,
    says: `${TYPE} is no beat: its default export must be a beat (see defineBeat), not nothing`,
  },
  {
    what: 'writes a default that is not of its own format',
    files: probe(beat(`schema: { n: { doc: 'N.', format: 'int', default: 'many' } }`)),
    code: 78,
    says: "beat.yml:2:3: beats[0]: its schema is invalid; report this to the plugin's author: n: must be an integer",
  },
  {
    what: 'forgets run',
    files: probe(`export default { name: 'probe', schema: {} }`),
    code: 78,
    says: `${TYPE} is no beat: "run" must be a function, not nothing`,
  },
  {
    what: 'misspells run',
    files: probe(`export default { name: 'probe', schema: {}, Run() {} }`),
    code: 78,
    says: `${TYPE} is no beat: "run" must be a function, not nothing (is it "Run"?)`,
  },
  {
    what: 'lists system calls without a reason',
    files: probe(beat(`syscalls: ['ptrace']`)),
    code: 78,
    says: `${TYPE} is no beat: "syscalls" must be a list of { names: ["…"], why: "…" }`,
  },
  {
    what: 'needs a system call that does not exist: the agent runs without a filter, and says so',
    files: probe(beat(`syscalls: [{ names: ['no_such_call'], why: 'a test' }]`)),
    code: 0,
    logs: 'Syscall filter could not be installed',
  },
  {
    what: 'needs one that does not exist, and the operator requires the filter',
    files: {
      ...probe(beat(`syscalls: [{ names: ['ptrase'], why: 'a test' }]`)),
      'beat.yml': `${typed('./probe.js')}seccomp.required: true\n`,
    },
    code: 77,
    logs: [
      'Syscall filter could not be installed',
      'Syscall filter could not be installed, and seccomp.required is true: not running ' +
        'without it (unknown system calls for amd64: ptrase (did you mean "ptrace"?) in beat probe: a ' +
        'test; correct the names; `sealbeat seccomp show --all` lists those that exist here, and must_exist: false leaves out those of other architectures)',
    ],
  },
]

const IMPORTED: readonly Mistake[] = [
  {
    what: 'imports a package that is not installed',
    files: probe(beat('', "import 'not-there'\n")),
    code: 78,
    says: `${FAILED} Cannot find package 'not-there' imported from PLACE/probe.js; install it there with npm`,
  },
  {
    what: 'requires one, in CommonJS',
    files: {
      'beat.yml': typed('./probe.cjs'),
      'probe.cjs': "\nrequire('not-there')\n",
    },
    code: 78,
    says: "beat.yml:2:3: beats[0].type: PLACE/probe.cjs can't be imported: Cannot find module 'not-there' (line 2); install it there with npm",
  },
  {
    what: 'imports a file without its ending',
    files: { ...probe(beat('', "import './lib'\n")), 'lib.js': '' },
    code: 78,
    says: `${FAILED} Cannot find module 'PLACE/lib' imported from PLACE/probe.js; an import names a file with its ending, such as .js`,
  },
  {
    what: 'imports a name that sealbeat has not',
    files: probe(beat('', "import { defineBeet } from 'sealbeat'\n")),
    code: 78,
    says: `${FAILED} The requested module 'sealbeat' does not provide an export named 'defineBeet'`,
  },
  {
    what: 'throws while it is imported',
    files: probe('\nconst host = undefined\nhost.name()\n'),
    code: 78,
    says: `${FAILED} Cannot read properties of undefined (reading 'name') (line 3)`,
  },
  {
    what: 'throws in a file that it imports, several lines',
    files: {
      ...probe(beat('', "import './lib.js'\n")),
      'lib.js': '\nthrow new Error("no\\nluck")',
    },
    code: 78,
    says: `${FAILED} no (PLACE/lib.js, line 2)`,
  },
  {
    what: 'leaves a rejection uncaught while it is imported',
    files: probe(beat('', '\nPromise.reject(new Error("stray"))\n')),
    code: 78,
    says: `${FAILED} it leaves an error uncaught: stray (line 2)`,
  },
  {
    what: 'awaits at the top what never comes',
    files: probe(beat('', 'await new Promise(() => {})\n')),
    code: 78,
    says: `${FAILED} its top-level await has nothing left to wait for`,
  },
  {
    what: 'makes a syntax error, in a file that it imports',
    files: { ...probe(beat('', "import './lib.js'\n")), 'lib.js': 'const = 3\n' },
    code: 78,
    says: `${FAILED} Unexpected token '=' (\`node PLACE/probe.js\` shows where)`,
  },
  {
    what: 'names a folder',
    files: { 'probe/index.js': beat(''), 'beat.yml': typed('./probe') },
    code: 78,
    says: 'beat.yml:2:3: beats[0].type: PLACE/probe is a folder: name the file in it, such as ./probe/index.js',
  },
  {
    what: 'has a native addon that has not been built',
    files: probe(beat('', native)),
    code: 78,
    says: `${FAILED} Cannot find module './probe.node' (line 2); build it there ("npm rebuild")`,
  },
  {
    what: 'has a native addon that another system has built',
    files: probe(beat('', native)),
    prepare: (place, context) => copyFileSync(strangeAddon(context), place.path('probe.node')),
    code: 78,
    says: `${FAILED} libstrange.so.1: cannot open shared object file: No such file or directory (line 2); the addon was built for another system: build it here ("npm rebuild")`,
  },
  {
    what: 'has a native addon for another architecture',
    files: probe(beat('', native)),
    prepare: place => copyFileSync(foreignAddon(), place.path('probe.node')),
    code: 78,
    says: `${FAILED} PLACE/probe.node: cannot open shared object file: No such file or directory (line 2); the addon was built for another system: build it here ("npm rebuild")`,
  },
  {
    what: 'writes TypeScript, for a Node that does not run it',
    files: { 'probe.ts': beat(''), 'beat.yml': typed('./probe.ts') },
    prepare: (_, context) => {
      if ('typescript' in process.features) skip(context, 'this Node runs TypeScript')
    },
    code: 78,
    says: "beat.yml:2:3: beats[0].type: PLACE/probe.ts can't be imported: Node VERSION does not run TypeScript; compile it, or use Node 22.18 or later",
  },
]

const AT_WORK: readonly Mistake[] = [
  {
    what: 'throws in open',
    files: probe(beat('async open() { throw new Error("no luck") }')),
    code: 1,
    logs: 'beat probe could not be opened: no luck',
  },
  {
    what: 'publishes what contains itself',
    files: probe(beat('async run({ publish }) { const a = {}; a.a = a; await publish(a) }')),
    code: 0,
    logs: 'Events dropped: they can not be encoded',
  },
  {
    what: 'publishes no object',
    files: probe(beat('async run({ publish }) { await publish("hello") }')),
    code: 0,
    logs: 'Events dropped: they can not be encoded',
  },
  {
    what: 'publishes a BigInt, which is taken',
    files: probe(beat('async run({ publish }) { await publish({ n: 2n ** 70n }) }')),
    code: 0,
  },
]

describe('mistakes of the author of a beat', () => {
  after(removeAddons)
  testMistakes({ command: ['run'], files: { 'beat.yml': typed('./probe.js') } }, [
    ...DECLARED,
    ...IMPORTED,
    ...AT_WORK,
  ])

  it('privileges that no unit can grant: checkBeat says all of them', async () => {
    const sound = { name: 'probe', schema: {}, run: async () => undefined }
    const declared = JSON.stringify([
      { capability: 'CAP_NET_BIND', why: 'a port' },
      { writes: 'spool', why: 'two\nlines' },
      'adm',
      { connects: 0, why: 'a server' },
      { listens: 'any', why: 'a port' },
      { proc: 'all', why: 'everything' },
      { unix: 'docker.sock', why: 'containers' },
      { reads: 'logs', why: 'lines' },
      { executes: 'df', why: 'disks' },
      { capability: 'CAP_CHOWN', during: 'start', why: 'files' },
      { group: 'adm', during: 'open', why: 'logs' },
      { netlink: 'audit', with: 'CAP_AUDIT', bufferBytes: 0.5, why: 'records' },
      { unix: '/run/x', with: 'CAP_CHOWN', bufferBytes: 1, why: 'records' },
    ])
    const wrong = { ...sound, privileges: () => JSON.parse(declared) }
    const { message }: Error = await checkBeat(wrong, { events: 0, timeout: 50 }).then(
      () => new Error('no word'),
      error => error,
    )
    expect(message.split('\n- ').slice(1)).to.deep.equal([
      'privileges[0]: "capability" must be a capability that Linux has, such as "CAP_NET_BIND_SERVICE", not "CAP_NET_BIND"',
      'privileges[1]: "writes" must be an absolute path, not "spool"',
      'privileges[1]: "why" must say in one line what it is for',
      'privileges[2]: must be { why: "…" } and one of capability, network, connects, listens, unix, addressFamily, netlink, group, proc, sees, reads, writes, executes',
      'privileges[3]: "connects" must be a TCP port from 1 to 65535, or "any", not 0',
      'privileges[4]: "listens" must be a TCP port from 1 to 65535, not "any"',
      'privileges[5]: "proc" must be "system", "processes" or "inside", not "all"',
      'privileges[6]: "unix" must be an absolute path, not "docker.sock"',
      'privileges[7]: "reads" must be an absolute path, not "logs"',
      'privileges[8]: "executes" must be an absolute path, not "df"',
      'privileges[9]: "during" must be "open" or "run"',
      'privileges[10]: "during" goes with "capability" alone',
      'privileges[11]: "netlink" must be a family and a group of netlink, such as "audit 1", not "audit"',
      'privileges[11]: "with" must be a capability that Linux has, such as "CAP_NET_BIND_SERVICE"',
      'privileges[11]: "bufferBytes" must be a whole number above 0',
      'privileges[12]: "with" goes with "netlink" alone',
      'privileges[12]: "bufferBytes" goes with "netlink" alone',
    ])
  })
})
