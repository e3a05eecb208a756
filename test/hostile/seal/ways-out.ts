// Ways out of the domain: other names and descriptors for a file that it refuses.
import {
  constants,
  linkSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import type { Attack, Errno } from './attack.ts'
import { AT_FDCWD, call, O_PATH, plant, rewrite, using } from './calls.ts'

const FILE = 'spare'
const [AT_SYMLINK_FOLLOW, RENAME_EXCHANGE, MS_BIND, MNT_DETACH] = [0x400, 2, 4096, 2]
const O_TMPFILE = 0o20000000 | constants.O_DIRECTORY

/** Writes the file by another name of it. */
function renamed(name: string, path: (outside: string, inside: string) => string): Attack {
  return {
    name: `writes a file as ${name}`,
    refused: { domain: 'EACCES' },
    attempt: ({ outside, inside }) => rewrite(path(outside, inside), `${outside}/${FILE}`),
  }
}

/** Opens the file for writing by a descriptor of it that is open already. */
function reopened(how: string, flags: number, folder: string): Attack {
  return {
    name: `writes a file by ${folder}/N, ${how}`,
    refused: { domain: 'EACCES' },
    attempt: ({ outside }) =>
      using(openSync(`${outside}/${FILE}`, flags), descriptor =>
        rewrite(`${folder}/${descriptor}`, `${outside}/${FILE}`),
      ),
  }
}

/** Gives the file a second name in the data, which may be written. */
function moved(name: string, error: Errno, move: (from: string, to: string) => void): Attack {
  return {
    name,
    refused: { domain: error },
    attempt: ({ outside, inside }) => {
      const to = `${inside}/moved`
      try {
        move(`${outside}/${FILE}`, to)
        rewrite(to)
      } finally {
        rmSync(to, { force: true })
      }
    },
  }
}

export const WAYS_OUT: readonly Attack[] = [
  renamed('data/../FILE', (_, inside) => `${inside}/../${FILE}`),
  renamed('a symbolic link that is in its data', (_, inside) => `${inside}/link`),
  renamed('/proc/self/cwd/FILE', () => `/proc/self/cwd/${FILE}`),
  renamed('/proc/self/root/FILE', outside => `/proc/self/root${outside}/${FILE}`),
  renamed('/proc/thread-self/root/FILE', outside => `/proc/thread-self/root${outside}/${FILE}`),
  ...['/proc/self/fd', '/proc/thread-self/fd', '/dev/fd'].flatMap(folder => [
    reopened('open for reading', constants.O_RDONLY, folder),
    reopened('open as a path (O_PATH)', O_PATH, folder),
  ]),
  {
    name: 'writes a file by openat of its folder (O_PATH)',
    refused: { domain: 'EACCES' },
    attempt: ({ outside }) =>
      using(openSync(outside, O_PATH), folder =>
        using(call('openat', folder, FILE, constants.O_WRONLY, 0), () => undefined),
      ),
  },
  {
    name: 'writes a file by openat of .. of its data',
    refused: { domain: 'EACCES' },
    attempt: ({ inside }) =>
      using(openSync(inside, 'r'), folder =>
        using(call('openat', folder, `../${FILE}`, constants.O_WRONLY, 0), () => undefined),
      ),
  },
  {
    name: 'writes a file from its folder (chdir)',
    refused: { domain: 'EACCES' },
    attempt: ({ outside }) => {
      const before = process.cwd()
      process.chdir(outside)
      try {
        rewrite(FILE)
      } finally {
        process.chdir(before)
      }
    },
  },
  moved('makes a symbolic link in its data', 'EACCES', symlinkSync),
  moved('gives a file a second name in its data (link)', 'EXDEV', linkSync),
  moved('gives a file a second name by /proc/self/fd/N (linkat)', 'EXDEV', (from, to) =>
    using(openSync(from, O_PATH), descriptor =>
      call('linkat', AT_FDCWD, `/proc/self/fd/${descriptor}`, AT_FDCWD, to, AT_SYMLINK_FOLLOW),
    ),
  ),
  moved('moves a file into its data', 'EACCES', (from, to) => {
    renameSync(from, to)
    renameSync(to, from)
    linkSync(from, to)
  }),
  moved('exchanges a file with one of its data', 'EACCES', (from, to) => {
    writeFileSync(to, 'mine')
    call('renameat2', AT_FDCWD, from, AT_FDCWD, to, RENAME_EXCHANGE)
    call('renameat2', AT_FDCWD, from, AT_FDCWD, to, RENAME_EXCHANGE)
  }),
  {
    name: 'moves the folder of its data away',
    refused: { domain: 'EACCES' },
    attempt: ({ outside, inside }) => {
      renameSync(inside, `${outside}/away`)
      renameSync(`${outside}/away`, inside)
    },
  },
  {
    name: 'makes a file without a name outside of its data (O_TMPFILE)',
    refused: { domain: 'EACCES' },
    attempt: ({ outside }) =>
      using(openSync(outside, O_TMPFILE | constants.O_RDWR, 0o600), () => undefined),
  },
  {
    name: 'gives a file without a name one outside of its data',
    refused: { domain: 'EACCES' },
    attempt: ({ outside, inside }) =>
      using(openSync(inside, O_TMPFILE | constants.O_RDWR, 0o600), descriptor => {
        const [from, to] = [`/proc/self/fd/${descriptor}`, `${outside}/named`]
        call('linkat', AT_FDCWD, from, AT_FDCWD, to, AT_SYMLINK_FOLLOW)
        rmSync(to)
      }),
  },
  {
    name: 'binds a folder into its data (mount)',
    who: 'root',
    refused: { filter: 'EPERM', capabilities: 'EPERM', domain: 'EPERM' },
    ofMachine: true,
    attempt: ({ outside, inside }) => {
      const to = `${inside}/bound`
      mkdirSync(to, { recursive: true })
      call('mount', outside, to, 0, MS_BIND, 0)
      try {
        rewrite(`${to}/${FILE}`)
      } finally {
        call('umount2', to, MNT_DETACH)
      }
    },
  },
  ...['/tmp', '/var/tmp', '/dev/shm'].map(
    (folder): Attack => ({
      name: `makes a file in ${folder}`,
      refused: { domain: 'EACCES' },
      needs: folder,
      attempt: () => plant(`${folder}/sealbeat-hostile-${process.pid}`),
    }),
  ),
]
