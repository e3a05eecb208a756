// A thread that answers the kernel for a folder, whose files are in memory. It notes each operation before it answers.

import { closeSync, readSync, writeSync } from 'node:fs'
import { constants } from 'node:os'
import { parentPort, workerData } from 'node:worker_threads'
import {
  answerTo,
  attr,
  directory,
  entry,
  init,
  MESSAGE_BYTES,
  namesIn,
  OP,
  OPENED,
  type Request,
  ROOT_ID,
  rangeIn,
  requestOf,
  sizeIn,
  statfs,
  writeIn,
  written,
} from './fuse.ts'
import { CELL, type Operation } from './operations.ts'

interface File {
  readonly node: number
  bytes: Buffer
  size: number
}

const { fd, cells } = workerData as { readonly fd: number; readonly cells: Int32Array }
const { ENOENT, ENOSYS } = constants.errno
const NOTHING = Buffer.alloc(0)
const nodes = new Map<number, File>()
const names = new Map<string, number>()
let lastNode = ROOT_ID

/** The answer to a request; a number is an errno, undefined none at all. */
function answer({ op, node, body }: Request): Buffer | number | undefined {
  const file = nodes.get(node)
  switch (op) {
    case OP.INIT:
      return init({ op, node, body, unique: 0n })
    case OP.LOOKUP: {
      const found = nodes.get(names.get(namesIn(body, 0)[0] ?? '') ?? 0)
      return found ? entry(found.node, found.size) : ENOENT
    }
    case OP.GETATTR:
      return attr(node, file?.size ?? 0)
    case OP.SETATTR: {
      const size = sizeIn(body)
      if (file && size !== undefined) {
        resize(file, size)
        note({ op: 'truncate', node, size })
      }
      return attr(node, file?.size ?? 0)
    }
    case OP.CREATE:
      return fault('create') || create(namesIn(body, 16)[0] ?? '')
    case OP.OPEN:
    case OP.OPENDIR:
      return OPENED
    case OP.READ: {
      const { offset, size } = rangeIn(body)
      return (
        readFault(node) ||
        (file?.bytes.subarray(offset, Math.min(file.size, offset + size)) ?? ENOENT)
      )
    }
    case OP.WRITE:
      return fault('write') || write(file, body)
    case OP.FSYNC:
      return sync(node)
    case OP.FSYNCDIR: {
      const error = fault('syncFolder')
      if (error === 0) note({ op: 'syncFolder' })
      return error || NOTHING
    }
    case OP.UNLINK: {
      const name = namesIn(body, 0)[0] ?? ''
      names.delete(name)
      note({ op: 'unlink', name })
      return NOTHING
    }
    case OP.RENAME:
    case OP.RENAME2: {
      const [name = '', to = ''] = namesIn(body, op === OP.RENAME ? 8 : 16)
      names.set(to, names.get(name) ?? 0)
      names.delete(name)
      note({ op: 'rename', name, to })
      return NOTHING
    }
    case OP.READDIR: {
      const { offset, size } = rangeIn(body)
      return directory([...names.keys()], offset, size)
    }
    case OP.STATFS:
      return statfs()
    case OP.FLUSH:
    case OP.RELEASE:
    case OP.RELEASEDIR:
    case OP.DESTROY:
      return NOTHING
    case OP.FORGET:
    case OP.BATCH_FORGET:
    case OP.INTERRUPT:
      return undefined
    default:
      return ENOSYS
  }
}

function create(name: string): Buffer {
  const node = ++lastNode
  nodes.set(node, { node, bytes: Buffer.alloc(4096), size: 0 })
  names.set(name, node)
  note({ op: 'create', node, name })
  return Buffer.concat([entry(node, 0), OPENED])
}

function write(file: File | undefined, body: Buffer): Buffer | number {
  if (file === undefined) return ENOENT
  const { offset, bytes } = writeIn(body)
  resize(file, Math.max(file.size, offset + bytes.length))
  bytes.copy(file.bytes, offset)
  note({ op: 'write', node: file.node, offset, bytes })
  return written(bytes.length)
}

function sync(node: number): Buffer | number {
  const isPosition = names.get('position') === node
  const error = fault(isPosition ? 'syncPosition' : 'sync')
  note({ op: 'sync', node, isDone: error === 0 })
  return error || NOTHING
}

function resize(file: File, size: number): void {
  if (size > file.bytes.length) {
    file.bytes = Buffer.concat([file.bytes], Math.max(size, file.bytes.length * 2))
  }
  if (size < file.size) file.bytes.fill(0, size, file.size)
  file.size = size
}

function fault(cell: keyof typeof CELL): number {
  return Atomics.load(cells, CELL[cell])
}

function readFault(node: number): number {
  const only = Atomics.load(cells, CELL.readNode)
  return only === 0 || only === node ? fault('read') : 0
}

function note(operation: Operation): void {
  parentPort?.postMessage(operation)
  Atomics.add(cells, CELL.count, 1)
}

Atomics.wait(cells, CELL.isMounted, 0)
try {
  serve()
} finally {
  // Whoever waits for an answer gets an error.
  closeSync(fd)
  parentPort?.close()
}

function serve(): void {
  const message = Buffer.alloc(MESSAGE_BYTES)
  for (;;) {
    let bytes = 0
    try {
      bytes = readSync(fd, message)
    } catch {
      return // unmounted
    }
    const request = requestOf(message.subarray(0, bytes))
    const given = answer(request)
    if (given === undefined) continue
    const [error, body] = typeof given === 'number' ? [given, NOTHING] : [0, given]
    try {
      writeSync(fd, answerTo(request, error, body))
    } catch {
      // Whoever asked has been interrupted, or the folder was unmounted.
    }
  }
}
