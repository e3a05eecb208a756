import { setTimeout as pause } from 'node:timers/promises'
import { numberOf } from '../answering.ts'
import { probe } from '../probe.ts'

/** The kernel's audit records, as they are written. */
export interface AuditTail {
  /** The first record since `openAuditTail` that contains all of `parts`; undefined after 5 seconds. */
  find(...parts: readonly string[]): Promise<string | undefined>
  /** All records read so far. */
  readonly records: readonly string[]
  /** The same, including the records that have arrived since. */
  read(): readonly string[]
}

const AF_NETLINK = 16
const SOCK_RAW = 3
const SOCK_NONBLOCK = 0o4000
const SOCK_CLOEXEC = 0o2000000
const NETLINK_AUDIT = 9
const AUDIT_NLGRP_READLOG = 1 // linux/audit.h
const SOL_SOCKET = 1
const SO_RCVBUFFORCE = 33 // asm-generic/socket.h
const HEADER_BYTES = 16 // sizeof(struct nlmsghdr)

/**
 * Joins the multicast group that carries every record, whether or not auditing is enabled or auditd runs
 * (netlink(7); needs CAP_AUDIT_READ). Returns undefined if this user may not join.
 */
export async function openAuditTail(): Promise<AuditTail | undefined> {
  const kind = SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC
  const socket = probe.syscall(await numberOf('socket'), AF_NETLINK, kind, NETLINK_AUDIT)
  const address = new Uint8Array(new Uint32Array([AF_NETLINK, 0, AUDIT_NLGRP_READLOG]).buffer)
  const bound = probe.syscall(await numberOf('bind'), socket.value, address, address.length)
  if (bound.errno !== 0) return undefined
  // Room for a burst: records that find no room are lost.
  const size = new Uint8Array(new Uint32Array([1 << 24]).buffer)
  const setsockopt = await numberOf('setsockopt')
  probe.syscall(setsockopt, socket.value, SOL_SOCKET, SO_RCVBUFFORCE, size, size.length)
  const recvfrom = await numberOf('recvfrom')
  const records: string[] = []
  const read = () => drain(recvfrom, socket.value, records)
  return { records, read, find: (...parts) => find(read, parts) }
}

function drain(recvfrom: number, socket: number, records: string[]): readonly string[] {
  const buffer = Buffer.alloc(16_384)
  for (;;) {
    const { value } = probe.syscall(recvfrom, socket, buffer, buffer.length, 0, 0, 0)
    if (value < 0) return records
    records.push(buffer.toString('latin1', HEADER_BYTES, value))
  }
}

async function find(
  drained: () => readonly string[],
  parts: readonly string[],
): Promise<string | undefined> {
  for (let tries = 0; tries < 100; tries++) {
    const record = drained().find(text => parts.every(part => text.includes(part)))
    if (record) return record
    await pause(50)
  }
  return undefined
}
