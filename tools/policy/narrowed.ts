import { CONSTANTS } from './constants.ts'
import type { Case, Narrowed } from './group.ts'

/** One case for each value of an argument; the keys are notes. */
function oneOf(
  argument: number,
  values: Readonly<Record<string, number | string>>,
): readonly Case[] {
  return Object.entries(values).map(([note, value]) => {
    return { note, tests: [{ argument, operation: 'Equal', value }] }
  })
}

/** Tests domain, type and protocol; the mask ignores the flags SOCK_NONBLOCK and SOCK_CLOEXEC. */
function sockets(note: string, domain: number, type: number, protocol: number): Case {
  return {
    note,
    tests: [
      { argument: 0, operation: 'Equal', value: domain },
      { argument: 1, operation: 'MaskedEqual', mask: 0xf, value: type },
      { argument: 2, operation: 'Equal', value: protocol },
    ],
  }
}

function option(note: string, level: number, most: number): Case {
  return {
    note,
    tests: [
      { argument: 1, operation: 'Equal', value: level },
      { argument: 2, operation: 'LessOrEqual', value: most },
    ],
  }
}

/** Calls that open files: the flags are this argument, and the mode is the one after it. */
function opened(names: readonly string[], flags: number): Narrowed {
  return {
    names,
    why: [
      'Files, but none made with setuid or setgid: whoever starts it would be the agent’s user. The mode',
      'counts only where a file is made (open(2)), and is whatever the register holds elsewhere.',
    ],
    cases: [
      {
        note: 'mode without S_ISUID, S_ISGID',
        tests: [{ argument: flags + 1, operation: 'BitsNotSet', value: SET_ID }],
      },
      {
        note: 'neither O_CREAT nor O_TMPFILE',
        tests: [{ argument: flags, operation: 'BitsNotSet', value: CREATING }],
      },
    ],
  }
}

/** Calls that change the mode of a file, which is this argument. */
function moded(names: readonly string[], mode: number): Narrowed {
  return {
    names,
    why: [
      'Modes without setuid and setgid: whoever starts the file would be the agent’s user. libc replaces',
      'fchmodat2 (Linux 6.6), which gets ENOSYS.',
    ],
    cases: [
      {
        note: 'without S_ISUID, S_ISGID',
        tests: [{ argument: mode, operation: 'BitsNotSet', value: SET_ID }],
      },
    ],
  }
}

/** Calls that send: the flags are this argument. */
function sending(names: readonly string[], flags: number): Narrowed {
  return {
    names,
    why: ['Sending, but not connecting on the way, which Landlock does not see.'],
    cases: [
      {
        note: 'without MSG_FASTOPEN',
        tests: [{ argument: flags, operation: 'BitsNotSet', value: 0x20000000 }],
      },
    ],
  }
}

/** S_ISUID and S_ISGID of inode(7). */
const SET_ID = 0o6000
/** O_CREAT and __O_TMPFILE of asm-generic/fcntl.h, which no architecture with a default policy changes. */
const CREATING = 0o20000100

export const NARROWED: readonly Narrowed[] = [
  opened(['openat'], 2),
  opened(['open'], 1),
  moded(['chmod', 'fchmod'], 1),
  moded(['fchmodat'], 2),
  {
    names: ['clone'],
    why: [
      'Threads, never processes: CLONE_THREAD, and none of the bits for namespaces. The flags are',
      'the first argument, but the second on s390x (clone(2)).',
    ],
    cases: [
      {
        note: 'CLONE_THREAD without CLONE_NEW*',
        tests: [
          { argument: a => a.cloneFlags, operation: 'BitsSet', value: 0x10000 },
          { argument: a => a.cloneFlags, operation: 'BitsNotSet', value: 0x7e020000 },
        ],
      },
    ],
  },
  {
    names: ['kill'],
    why: [
      'Checking whether a process exists: process.kill(pid, 0), for lock files. Signals to itself are',
      'allowed once its process id is known; signals to others stay denied, also with tgkill.',
    ],
    cases: oneOf(1, { 'no signal': 0 }),
  },
  {
    names: ['socket'],
    why: [
      'Local sockets, TCP and UDP; of netlink only routing, from which getaddrinfo and',
      'os.networkInterfaces read addresses. No raw sockets, no AF_PACKET, AF_ALG, AF_VSOCK …',
      'and no protocol that makes the kernel load a module (SCTP, DCCP, MPTCP).',
    ],
    cases: [
      sockets('AF_UNIX, SOCK_STREAM', 1, 1, 0),
      sockets('AF_UNIX, SOCK_DGRAM', 1, 2, 0),
      sockets('AF_INET, SOCK_STREAM', 2, 1, 0),
      sockets('AF_INET, SOCK_STREAM, IPPROTO_TCP', 2, 1, 6),
      sockets('AF_INET, SOCK_DGRAM', 2, 2, 0),
      sockets('AF_INET, SOCK_DGRAM, IPPROTO_UDP', 2, 2, 17),
      sockets('AF_INET6, SOCK_STREAM', 10, 1, 0),
      sockets('AF_INET6, SOCK_STREAM, IPPROTO_TCP', 10, 1, 6),
      sockets('AF_INET6, SOCK_DGRAM', 10, 2, 0),
      sockets('AF_INET6, SOCK_DGRAM, IPPROTO_UDP', 10, 2, 17),
      sockets('AF_NETLINK, SOCK_RAW, NETLINK_ROUTE', 16, 3, 0),
      sockets('AF_NETLINK, SOCK_DGRAM, NETLINK_ROUTE', 16, 2, 0),
    ],
  },
  {
    names: ['socketcall'],
    why: [
      'glibc on 386 and s390x makes all socket calls only through this one, up to 2.43 at least: if it',
      'is denied, there is no network. A filter can not see the socket family here, so on these two',
      'the rules for socket and setsockopt above apply only to musl and addons. No socketpair.',
    ],
    only: a => a.glibcSocketcall,
    cases: [
      {
        note: 'socket, bind, connect, listen, accept, getsockname, getpeername',
        tests: [
          { argument: 0, operation: 'GreaterOrEqual', value: 1 },
          { argument: 0, operation: 'LessOrEqual', value: 7 },
        ],
      },
      {
        note: 'send, recv, sendto … sendmmsg',
        tests: [
          { argument: 0, operation: 'GreaterOrEqual', value: 9 },
          { argument: 0, operation: 'LessOrEqual', value: 20 },
        ],
      },
    ],
  },
  sending(['sendto', 'sendmmsg', 'send'], 3),
  sending(['sendmsg'], 2),
  {
    names: ['setsockopt'],
    why: [
      'The options that net, dgram, c-ares and libc set, by level. Left out: SO_ATTACH_FILTER and all',
      'after it (programs for the kernel to run), TCP_REPAIR, TCP_ULP, netfilter (IP from 64 on).',
    ],
    cases: [
      option('SOL_SOCKET up to SO_BINDTODEVICE', 1, 25),
      option('IPPROTO_TCP up to TCP_KEEPCNT', 6, 6),
      {
        note: 'IPPROTO_TCP, TCP_FASTOPEN_CONNECT: c-ares',
        tests: [
          { argument: 1, operation: 'Equal', value: 6 },
          { argument: 2, operation: 'Equal', value: 30 },
        ],
      },
      option('IPPROTO_IP up to IP_UNICAST_IF', 0, 50),
      option('IPPROTO_IPV6 up to 63', 41, 63),
      {
        note: 'IPPROTO_IPV6, IPV6_TCLASS',
        tests: [
          { argument: 1, operation: 'Equal', value: 41 },
          { argument: 2, operation: 'Equal', value: 67 },
        ],
      },
    ],
  },
  {
    names: ['ioctl'],
    why: [
      'Terminals, available bytes, blocking mode, cloning a file, the number of an interface.',
      'Left out, among thousands: TIOCSTI and TIOCLINUX, which type into a terminal.',
    ],
    cases: [
      ...oneOf(1, Object.fromEntries(CONSTANTS.map(name => [name, name]))),
      ...oneOf(1, { SIOCGIFNAME: 0x8910, SIOCGIFINDEX: 0x8933 }),
    ],
  },
  {
    names: ['fcntl', 'fcntl64'],
    why: [
      'Left out: signals on input and output (F_SETOWN, F_SETSIG), leases, F_NOTIFY, seals, and the',
      'size of pipes.',
    ],
    cases: [
      {
        note: 'F_DUPFD F_GETFD F_SETFD F_GETFL F_SETFL F_GETLK F_SETLK F_SETLKW',
        tests: [{ argument: 1, operation: 'LessOrEqual', value: 7 }],
      },
      ...oneOf(1, { F_OFD_GETLK: 36, F_OFD_SETLK: 37, F_OFD_SETLKW: 38 }),
      ...oneOf(1, { F_DUPFD_CLOEXEC: 1030, F_GETPIPE_SZ: 1032 }),
    ],
  },
  {
    names: ['fcntl64'],
    why: ['32 bits: locks in large files.'],
    cases: oneOf(1, { F_GETLK64: 12, F_SETLK64: 13, F_SETLKW64: 14 }),
  },
  {
    names: ['prctl'],
    why: ['Names of threads and of memory; nothing about privileges, dumps or tracers.'],
    cases: oneOf(0, { PR_SET_NAME: 15, PR_GET_NAME: 16, PR_SET_VMA: 0x53564d41 }),
  },
  {
    names: ['prlimit64'],
    why: ['Reading its own limits.'],
    cases: [
      {
        note: 'process 0, no new limit',
        tests: [
          { argument: 0, operation: 'Equal', value: 0 },
          { argument: 2, operation: 'Equal', value: 0 },
        ],
      },
    ],
  },
  {
    names: ['setpriority'],
    why: ['Making itself nicer: not before others.'],
    cases: [
      {
        note: 'PRIO_PROCESS, process 0, 0 or more',
        tests: [
          { argument: 0, operation: 'Equal', value: 0 },
          { argument: 1, operation: 'Equal', value: 0 },
          { argument: 2, operation: 'LessOrEqual', value: 19 },
        ],
      },
    ],
  },
]
