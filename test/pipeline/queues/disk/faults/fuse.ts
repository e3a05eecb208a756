// The messages of the kernel's FUSE (linux/fuse.h, version 7.31), as far as a flat folder of files takes them.

export const OP = {
  ...{ LOOKUP: 1, FORGET: 2, GETATTR: 3, SETATTR: 4, UNLINK: 10, RENAME: 12, OPEN: 14, READ: 15 },
  ...{ WRITE: 16, STATFS: 17, RELEASE: 18, FSYNC: 20, FLUSH: 25, INIT: 26, OPENDIR: 27 },
  ...{ READDIR: 28, RELEASEDIR: 29, FSYNCDIR: 30, CREATE: 35, INTERRUPT: 36, DESTROY: 38 },
  ...{ BATCH_FORGET: 42, RENAME2: 45 },
} as const

export const ROOT_ID = 1
const HEADER_BYTES = 40
const S_IFDIR = 0o040000
const S_IFREG = 0o100000
const FATTR_SIZE = 1 << 3
const BIG_WRITES = 1 << 5
const MAX_WRITE = 128 * 1024

/** Room for one message. */
export const MESSAGE_BYTES: number = MAX_WRITE + 64 * 1024

export interface Request {
  readonly op: number
  readonly unique: bigint
  /** Of the file or folder. */
  readonly node: number
  readonly body: Buffer
}

export function requestOf(message: Buffer): Request {
  return {
    op: message.readUInt32LE(4),
    unique: message.readBigUInt64LE(8),
    node: Number(message.readBigUInt64LE(16)),
    body: message.subarray(HEADER_BYTES),
  }
}

/** `error`: an errno, or 0. */
export function answerTo({ unique }: Request, error: number, body: Uint8Array): Buffer {
  const header = Buffer.alloc(16)
  header.writeUInt32LE(16 + body.length, 0)
  header.writeInt32LE(-error, 4)
  header.writeBigUInt64LE(unique, 8)
  return Buffer.concat([header, body])
}

export function namesIn(body: Buffer, from: number): readonly string[] {
  return body.subarray(from).toString().split('\0')
}

export function init({ body }: Request): Buffer {
  const answer = Buffer.alloc(64)
  for (const [at, value] of [7, 31, body.readUInt32LE(8), BIG_WRITES].entries()) {
    answer.writeUInt32LE(value, at * 4)
  }
  answer.writeUInt16LE(16, 16)
  answer.writeUInt16LE(12, 18)
  answer.writeUInt32LE(MAX_WRITE, 20)
  answer.writeUInt32LE(1, 24)
  return answer
}

function attributes(node: number, size: number): Buffer {
  const attr = Buffer.alloc(88)
  attr.writeBigUInt64LE(BigInt(node), 0)
  attr.writeBigUInt64LE(BigInt(size), 8)
  attr.writeBigUInt64LE(BigInt(Math.ceil(size / 512)), 16)
  attr.writeUInt32LE(node === ROOT_ID ? S_IFDIR | 0o700 : S_IFREG | 0o600, 60)
  attr.writeUInt32LE(1, 64)
  attr.writeUInt32LE(4096, 80)
  return attr
}

export function attr(node: number, size: number): Buffer {
  return Buffer.concat([Buffer.alloc(16), attributes(node, size)])
}

export function entry(node: number, size: number): Buffer {
  const head = Buffer.alloc(40)
  head.writeBigUInt64LE(BigInt(node), 0)
  return Buffer.concat([head, attributes(node, size)])
}

export const OPENED: Buffer = Buffer.alloc(16)

export function written(bytes: number): Buffer {
  const answer = Buffer.alloc(8)
  answer.writeUInt32LE(bytes, 0)
  return answer
}

/** Of READ and READDIR. */
export function rangeIn(body: Buffer): { readonly offset: number; readonly size: number } {
  return { offset: Number(body.readBigUInt64LE(8)), size: body.readUInt32LE(16) }
}

export function writeIn(body: Buffer): { readonly offset: number; readonly bytes: Buffer } {
  const { offset, size } = rangeIn(body)
  return { offset, bytes: Buffer.from(body.subarray(40, 40 + size)) }
}

/** The new size, if there is one. */
export function sizeIn(body: Buffer): number | undefined {
  return body.readUInt32LE(0) & FATTR_SIZE ? Number(body.readBigUInt64LE(16)) : undefined
}

export function statfs(): Buffer {
  const answer = Buffer.alloc(80)
  for (let at = 0; at < 5; at++) answer.writeBigUInt64LE(1_000_000n, at * 8)
  for (const [at, value] of [4096, 255, 4096].entries()) answer.writeUInt32LE(value, 40 + at * 4)
  return answer
}

/** The names from `offset` on, as many as `size` bytes hold. */
export function directory(names: readonly string[], offset: number, size: number): Buffer {
  const entries: Buffer[] = []
  let bytes = 0
  for (const [at, name] of names.entries()) {
    if (at < offset) continue
    const one = Buffer.alloc(24 + Math.ceil(Buffer.byteLength(name) / 8) * 8)
    one.writeBigUInt64LE(BigInt(at + 2), 0)
    one.writeBigUInt64LE(BigInt(at + 1), 8)
    one.writeUInt32LE(Buffer.byteLength(name), 16)
    one.writeUInt32LE(8, 20)
    one.write(name, 24)
    if (bytes + one.length > size) break
    bytes += one.length
    entries.push(one)
  }
  return Buffer.concat(entries)
}
