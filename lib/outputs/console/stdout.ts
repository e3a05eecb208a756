import { fstatSync, write } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { AgentError, codeOf, messageOf } from '../../errors.ts'

const STDOUT = 1
const writeTo = promisify(write)

/**
 * Resolves when the kernel has all of it. Rejects with `OUTPUT_GONE` where nobody can ever read
 * again: the pipe has no reader, the terminal has hung up. May be called again after other errors.
 */
export type WriteText = (text: string) => Promise<void>

/**
 * The way to write to standard output that loses nothing and never blocks the event loop.
 *
 * A pipe or socket goes through process.stdout, which waits for a slow reader with epoll: a thread
 * of the pool stuck in write(2) would keep the process from ending until the reader moves. For
 * files process.stdout is no good: it takes a write cut short by a full disk for a whole one.
 */
export function standardOutput(): WriteText {
  const stats = fstatSync(STDOUT)
  const writeText = stats.isFIFO() || stats.isSocket() ? streamWriter() : fileWriter()
  return text => writeText(text).catch(asGone)
}

function streamWriter(): WriteText {
  // Errors come to each write's callback; without a listener they would end the process as well.
  process.stdout.on('error', () => undefined)
  return text =>
    new Promise((resolve, reject) => {
      process.stdout.write(text, error => (error ? reject(error) : resolve()))
    })
}

function fileWriter(): WriteText {
  let torn = false
  return async text => {
    // What is left of a line that failed half-way is ended: the line comes again as a whole.
    const bytes = Buffer.from(torn ? `\n${text}` : text)
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
    // A terminal that another program has made non-blocking.
    await sleep(10)
    return 0
  }
}

function asGone(error: unknown): never {
  // EIO is what a terminal that has hung up answers, for ever.
  if (!['EPIPE', 'ECONNRESET', 'EIO', 'ERR_STREAM_DESTROYED'].includes(codeOf(error) ?? ''))
    throw error
  throw new AgentError(
    'OUTPUT_GONE',
    `standard output can not be written to any more: ${messageOf(error)}`,
    { cause: error },
  )
}
