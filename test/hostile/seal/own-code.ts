// Attacks on what the next start of the agent imports before it is sealed, and on files of its own elsewhere.
import {
  chmodSync,
  chownSync,
  closeSync,
  constants,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import type { Attack } from './attack.ts'
import { call, plant, rewrite } from './calls.ts'

const BY_OWNER =
  'Landlock does not decide about chmod, chown and times, and the filter sees no names'

/** The files of the next start. */
const STARTS_IT = ['beat.yml', 'beat.js', 'node_modules/parser/index.js']

export const ON_OWN_CODE: readonly Attack[] = [
  ...STARTS_IT.map(
    (file): Attack => ({
      name: `rewrites ${file}`,
      refused: { domain: 'EACCES' },
      attempt: ({ outside }) => rewrite(`${outside}/${file}`),
    }),
  ),
  ...STARTS_IT.map(
    (file): Attack => ({
      name: `replaces ${file} by a file beside it`,
      refused: { domain: 'EACCES' },
      attempt: ({ outside }) => {
        const path = `${outside}/${file}`
        copy(path, `${path}.new`)
        renameSync(`${path}.new`, path)
      },
    }),
  ),
  ...STARTS_IT.map(
    (file): Attack => ({
      name: `replaces ${file} by a file of its data`,
      refused: { domain: 'EACCES' },
      attempt: ({ outside, inside }) => {
        const path = `${outside}/${file}`
        copy(path, `${inside}/new`)
        renameSync(`${inside}/new`, path)
      },
    }),
  ),
  {
    name: 'empties beat.yml (truncate)',
    refused: { domain: 'EACCES' },
    since: 3,
    attempt: ({ outside }) => {
      const path = `${outside}/beat.yml`
      truncateSync(path, statSync(path).size)
    },
  },
  {
    name: 'empties a file that it opens for reading (O_TRUNC)',
    refused: { domain: 'EACCES' },
    since: 3,
    attempt: ({ outside }) =>
      closeSync(openSync(`${outside}/empty`, constants.O_RDONLY | constants.O_TRUNC)),
  },
  {
    name: 'removes beat.js',
    refused: { domain: 'EACCES' },
    attempt: ({ outside, inside }) => {
      copy(`${outside}/beat.js`, `${inside}/copy`)
      rmSync(`${outside}/beat.js`)
      renameSync(`${inside}/copy`, `${outside}/beat.js`)
    },
  },
  {
    name: 'makes a file in the folder of the configuration',
    refused: { domain: 'EACCES' },
    attempt: ({ outside }) => plant(`${outside}/planted.yml`),
  },
  {
    name: 'makes a folder in node_modules',
    refused: { domain: 'EACCES' },
    attempt: ({ outside }) => {
      mkdirSync(`${outside}/node_modules/planted`)
      rmdirSync(`${outside}/node_modules/planted`)
    },
  },
  {
    name: 'makes a link in node_modules',
    refused: { domain: 'EACCES' },
    attempt: ({ outside }) => {
      symlinkSync('/tmp', `${outside}/node_modules/planted`)
      rmSync(`${outside}/node_modules/planted`)
    },
  },
  {
    name: 'makes a unix socket in the folder of the configuration',
    refused: { filter: 'EPERM', domain: 'EACCES' },
    attempt: ({ outside }) => bindTo(`${outside}/planted.sock`),
  },
  {
    name: 'makes a unix socket in its data',
    refused: { filter: 'EPERM', domain: 'EACCES' },
    attempt: ({ inside }) => bindTo(`${inside}/planted.sock`),
  },
  {
    name: 'gives beat.yml to everybody (chmod)',
    refused: {},
    limit: BY_OWNER,
    attempt: ({ outside }) => {
      chmodSync(`${outside}/beat.yml`, 0o666)
      chmodSync(`${outside}/beat.yml`, 0o644)
    },
  },
  {
    name: 'makes a program with the setuid bit in its data',
    refused: { filter: 'EPERM' },
    attempt: ({ inside }) => {
      closeSync(openSync(`${inside}/setuid`, 'wx', 0o4755))
      const { mode } = statSync(`${inside}/setuid`)
      rmSync(`${inside}/setuid`)
      if ((mode & 0o4000) === 0) throw new Error('the bit is not set')
    },
  },
  {
    name: 'sets the setuid bit of a file of its own outside of its data',
    refused: { filter: 'EPERM' },
    attempt: ({ outside }) => {
      chmodSync(`${outside}/spare`, 0o4755)
      const { mode } = statSync(`${outside}/spare`)
      chmodSync(`${outside}/spare`, 0o644)
      if ((mode & 0o4000) === 0) throw new Error('the bit is not set')
    },
  },
  {
    name: 'changes the times of beat.yml',
    refused: {},
    limit: BY_OWNER,
    attempt: ({ outside }) => utimesSync(`${outside}/beat.yml`, 1, 1),
  },
  {
    name: 'gives beat.yml to another user (chown)',
    who: 'root',
    refused: { capabilities: 'EPERM' },
    attempt: ({ outside }) => {
      const { uid, gid } = statSync(`${outside}/beat.yml`)
      chownSync(`${outside}/beat.yml`, 65534, 65534)
      chownSync(`${outside}/beat.yml`, uid, gid)
    },
  },
  {
    name: 'sets an extended attribute of beat.yml',
    refused: { filter: 'EPERM' },
    ofMachine: true,
    attempt: ({ outside }) =>
      call('setxattr', `${outside}/beat.yml`, 'user.sealbeat', Buffer.from('x'), 1, 0),
  },
]

/** A copy of the same owner. */
function copy(from: string, to: string): void {
  const { uid, gid } = statSync(from)
  writeFileSync(to, readFileSync(from), { mode: 0o644 })
  chownSync(to, uid, gid)
}

const [AF_UNIX, SOCK_STREAM] = [1, 1]

function bindTo(path: string): void {
  const socket = call('socket', AF_UNIX, SOCK_STREAM, 0)
  const address = Buffer.concat([Buffer.from([AF_UNIX, 0]), Buffer.from(`${path}\0`)])
  try {
    call('bind', socket, address, address.length)
    rmSync(path)
  } finally {
    call('close', socket)
  }
}
