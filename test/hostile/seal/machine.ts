// What root can do to the machine by files, and by what capabilities allow. Each leaves everything as it was:
// a setting is written as it is, what must not be written is only opened.
import { chmodSync, closeSync, constants, openSync, rmSync, statSync } from 'node:fs'
import { getSystemErrorName } from 'node:util'
import type { Attack } from './attack.ts'
import { AT_FDCWD, call, openForWriting, plant, refusal, rewrite } from './calls.ts'

const [S_IFCHR, S_IFIFO, NULL_DEVICE] = [0o020000, 0o010000, 0x103]
const [AF_NETLINK, SOCK_RAW] = [16, 3]
const HANDLE_BYTES = 128

/** Settings that are written over themselves. */
const SETTINGS = [
  '/proc/sys/kernel/core_pattern',
  '/proc/sys/kernel/hostname',
  '/proc/sys/kernel/modprobe',
  '/proc/sys/vm/overcommit_memory',
]

/** Files and devices that are only opened. */
const OPENED = [
  '/proc/sysrq-trigger',
  '/sys/power/state',
  '/sys/kernel/uevent_helper',
  '/sys/fs/cgroup/cgroup.procs',
  '/dev/kmsg',
  '/dev/loop0',
  '/dev/vda',
  '/dev/sda',
]

function ofRoot(attack: Omit<Attack, 'who' | 'ofMachine'>): Attack {
  return { ...attack, who: 'root', ofMachine: true }
}

export const ON_MACHINE: readonly Attack[] = [
  ...SETTINGS.map(needs =>
    ofRoot({
      name: `writes ${needs}`,
      needs,
      refused: { domain: 'EACCES' },
      attempt: () => rewrite(needs),
    }),
  ),
  ...OPENED.map(needs =>
    ofRoot({
      name: `opens ${needs} for writing`,
      needs,
      refused: { domain: 'EACCES' },
      attempt: () => openForWriting(needs),
    }),
  ),
  ...['/etc/cron.d', '/etc', '/root', '/usr/bin'].map(needs =>
    ofRoot({
      name: `makes a file in ${needs}`,
      needs,
      refused: { domain: 'EACCES' },
      // cron reads no file with a dot.
      attempt: () => plant(`${needs}/.sealbeat-hostile-${process.pid}`),
    }),
  ),
  {
    name: 'opens a terminal (/dev/ptmx)',
    needs: '/dev/ptmx',
    refused: { domain: 'EACCES' },
    attempt: () => openForWriting('/dev/ptmx'),
  },
  ofRoot({
    name: 'opens the memory of the machine (/dev/mem)',
    needs: '/dev/mem',
    refused: { domain: 'EACCES', capabilities: 'EPERM' },
    attempt: () => openForWriting('/dev/mem'),
  }),
  ofRoot({
    name: 'makes a device (mknod)',
    refused: { filter: 'EPERM', domain: 'EACCES', capabilities: 'EPERM' },
    attempt: ({ inside }) => make(`${inside}/device`, S_IFCHR | 0o600, NULL_DEVICE),
  }),
  {
    name: 'makes a fifo (mknod)',
    refused: { filter: 'EPERM', domain: 'EACCES' },
    attempt: ({ inside }) => make(`${inside}/fifo`, S_IFIFO | 0o600, 0),
  },
  {
    name: "changes the mode of root's file (chmod)",
    who: 'root',
    refused: {},
    limit:
      'root without capabilities still owns its files, and Landlock does not decide about chmod',
    attempt: ({ outside }) => {
      const { mode } = statSync(`${outside}/spare`)
      chmodSync(`${outside}/spare`, 0o666)
      chmodSync(`${outside}/spare`, mode)
    },
  },
  ofRoot({
    name: 'configures a network interface (RTM_NEWLINK)',
    refused: { capabilities: 'EPERM' },
    attempt: configureLoopback,
  }),
  ofRoot({
    name: 'writes a file by its handle (open_by_handle_at)',
    refused: { filter: 'EPERM', capabilities: 'EPERM', domain: 'EACCES' },
    attempt: ({ outside }) => {
      const handle = handleOf(`${outside}/spare`)
      const folder = openSync(outside, 'r')
      try {
        call('close', call('open_by_handle_at', folder, handle, constants.O_WRONLY))
      } finally {
        closeSync(folder)
      }
    },
  }),
]

function make(path: string, mode: number, device: number): void {
  call('mknodat', AT_FDCWD, path, mode, device)
  rmSync(path)
}

/** Asks the kernel to change nothing about the loopback interface, which takes CAP_NET_ADMIN all the same. */
function configureLoopback(): void {
  const [RTM_NEWLINK, REQUEST_AND_ACK, LOOPBACK] = [16, 5, 1]
  const message = Buffer.alloc(32)
  message.writeUInt32LE(message.length, 0)
  message.writeUInt16LE(RTM_NEWLINK, 4)
  message.writeUInt16LE(REQUEST_AND_ACK, 6)
  message.writeInt32LE(LOOPBACK, 20)
  const socket = call('socket', AF_NETLINK, SOCK_RAW, 0)
  try {
    call('sendto', socket, message, message.length, 0, 0, 0)
    const answer = Buffer.alloc(1024)
    call('recvfrom', socket, answer, answer.length, 0, 0, 0)
    const error = answer.readInt32LE(16)
    if (error !== 0) throw refusal(getSystemErrorName(error))
  } finally {
    call('close', socket)
  }
}

/** The handles that were taken before the seal, whose call the filter does not allow either. */
const HANDLES = new Map<string, Uint8Array>()

function handleOf(path: string): Uint8Array {
  const known = HANDLES.get(path)
  if (known) return known
  const handle = Buffer.alloc(8 + HANDLE_BYTES)
  handle.writeUInt32LE(HANDLE_BYTES, 0)
  call('name_to_handle_at', AT_FDCWD, path, handle, Buffer.alloc(8), 0)
  HANDLES.set(path, handle)
  return handle
}
