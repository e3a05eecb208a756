import { fstatSync, write } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { AgentError, codeOf, messageOf } from '../../errors.ts'

const STDOUT = 1
/** A terminal that has hung up returns EIO, for ever. */
const GONE: readonly (string | undefined)[] = ['EPIPE', 'ECONNRESET', 'EIO', 'ERR_STREAM_DESTROYED']
const LINE_END = Buffer.from('\n')
const writeTo = promisify(write)

/**
 * Resolves when the kernel has accepted all bytes. Rejects with `OUTPUT_GONE` if nobody can ever read
 * again: the pipe has no reader, or the terminal has hung up. May be called again after other errors.
 */
export type WriteBytes = (bytes: Buffer) => Promise<void>

/**
 * Returns a function that writes to standard output, loses nothing and never blocks the event loop.
 *
 * Pipes and sockets are written through process.stdout, which waits for a slow reader with epoll. A pool
 * thread blocked in write(2) would keep the process from ending until the reader continues. Files are written
 * with write(2), because process.stdout treats a write that a full disk has cut short as complete.
 */
export function standardOutput(): WriteBytes {
  const stats = fstatSync(STDOUT)
  const writeBytes = stats.isFIFO() || stats.isSocket() ? streamWriter() : fileWriter()
  return bytes => writeBytes(bytes).catch(asGone)
}

function streamWriter(): WriteBytes {
  // Errors go to the callback of each write; without a listener, they would also end the process.
  process.stdout.on('error', () => undefined)
  return bytes =>
    new Promise((resolve, reject) => {
      process.stdout.write(bytes, error => (error ? reject(error) : resolve()))
    })
}

function fileWriter(): WriteBytes {
  let torn = false
  return async lines => {
    // End the fragment of a line that failed half-way: the whole line is written again.
    const bytes = torn ? Buffer.concat([LINE_END, lines]) : lines
    let written = 0
    try {
      while (written < bytes.length) written += await writeSome(bytes, written)
      torn = false
    } catch (error) {
      torn = written === 0 ? torn : bytes[written - 1] !== 10
      throw error
    }
  }
}

async function writeSome(bytes: Buffer, from: number): Promise<number> {
  try {
    return (await writeTo(STDOUT, bytes, from)).bytesWritten
  } catch (error) {
    if (codeOf(error) !== 'EAGAIN') throw error
    // Another program has made the terminal non-blocking.
    await sleep(10)
    return 0
  }
}

function asGone(error: unknown): never {
  if (!GONE.includes(codeOf(error))) throw error
  throw new AgentError(
    'OUTPUT_GONE',
    `standard output can no longer be written to: ${messageOf(error)}`,
    { cause: error },
  )
}
