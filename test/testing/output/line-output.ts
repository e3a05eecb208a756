import { connect, type Socket } from 'node:net'
import { integer } from '../../../lib/config/schema/formats.ts'
import {
  type Batch,
  defineOutput,
  type Output,
  type OutputType,
  WRITTEN,
  type WriteCall,
  type WriteResult,
} from '../../../lib/output.ts'

/** What authors of outputs get wrong. */
export type Flaw =
  | 'throws at once while the peer is away'
  | 'throws if a part is refused'
  | 'confirms what is refused'
  | 'gives up events with the connection'
  | 'ignores the signal'
  | 'ignores the signal once an answer has begun'
  | 'waits for the peer in close'
  | 'waits for the write that hung'
  | 'keeps the connection of a write that hung'
  | 'throws at an answer that nobody awaits'
  | 'rejects a promise that nobody has'
  | 'takes an end for an answer'
  | 'takes a part for an answer'
  | 'takes each chunk for an answer'
  | 'confirms what it has sent'
  | 'sends after it has answered'
  | 'keeps a dead connection'
  | 'has no listener for errors'
  | 'says that it makes progress'
  | 'waits for the peer in open'
  | 'sends only the first chunk'
  | 'has one connection for all writes'
  | 'leaves connections behind'

/** Writes to a line peer. Sound, but for one flaw. */
export function lineOutput(flaw?: Flaw): OutputType<{ port: number }> {
  return defineOutput<{ port: number }>({
    name: 'line',
    schema: { port: { doc: 'The port.', format: integer(), default: 0 } },
    async open({ settings }) {
      const output = new LineOutput(settings.port, flaw)
      if (flaw === 'waits for the peer in open') await output.connected()
      return output
    },
  })
}

class LineOutput implements Output {
  readonly #port: number
  readonly #flaw: Flaw | undefined
  readonly #idle: Socket[] = []
  readonly #all = new Set<Socket>()
  #last: Promise<unknown> = Promise.resolve()
  #hasFailed = false

  constructor(port: number, flaw?: Flaw) {
    this.#port = port
    this.#flaw = flaw
  }

  connected(): Promise<void> {
    return new Promise((resolve, reject) => {
      const fail = () => reject(new Error('the peer is away'))
      const socket = connect(this.#port, '127.0.0.1', resolve).on('error', fail)
      this.#idle.push(socket)
    })
  }

  write(batch: Batch, call: WriteCall): Promise<WriteResult> {
    if (this.#flaw === 'throws at once while the peer is away' && this.#hasFailed) {
      this.#hasFailed = false
      throw new Error('not connected')
    }
    const write = () => this.#write(batch, call).catch(error => this.#failed(batch, error))
    if (this.#flaw !== 'waits for the write that hung') return write()
    const { signal } = call
    const aborted = new Promise<never>((_, reject) =>
      signal.addEventListener('abort', () => reject(new Error('aborted'))),
    )
    const writing = this.#last.then(write)
    this.#last = writing.catch(() => undefined)
    return Promise.race([writing, aborted])
  }

  async #write(batch: Batch, { signal, progress }: WriteCall): Promise<WriteResult> {
    const flaw = this.#flaw
    if (flaw !== 'waits for the write that hung') signal.throwIfAborted()
    const socket = this.#connection()
    const beat = flaw === 'says that it makes progress' ? setInterval(progress, 5) : undefined
    const isDeaf = flaw === 'ignores the signal' || flaw === 'waits for the write that hung'
    const abort = () => {
      if (!isDeaf) socket.emit('given up', signal.reason)
    }
    signal.addEventListener('abort', abort)
    try {
      const answered = this.#answer(socket)
      const isPart = flaw === 'sends only the first chunk'
      const chunks = isPart ? batch.chunks.slice(0, 1) : batch.chunks
      if (flaw === 'sends after it has answered') {
        answered.catch(() => undefined)
        const count = String(batch.count)
        setImmediate(() => socket.write(Buffer.concat([Buffer.from(`${count}\n`), ...chunks])))
        return WRITTEN
      }
      const text = Buffer.concat(chunks).toString()
      socket.write(`${text.split('\n').length - 1}\n${text}`)
      if (flaw === 'confirms what it has sent') {
        answered.catch(() => undefined)
        return WRITTEN
      }
      const result = await answered
      this.#idle.push(socket)
      if (flaw === 'confirms what is refused') return WRITTEN
      if (
        flaw === 'throws if a part is refused' &&
        result.retry.length + result.reject.length > 0
      ) {
        throw new Error('refused')
      }
      return result
    } catch (error) {
      const isKept = signal.aborted ? KEEPING.includes(flaw) : flaw === 'keeps a dead connection'
      if (isKept) this.#idle.push(socket)
      else if (flaw !== 'leaves connections behind') socket.destroy()
      throw error
    } finally {
      clearInterval(beat)
      signal.removeEventListener('abort', abort)
    }
  }

  async #failed(batch: Batch, error: unknown): Promise<WriteResult> {
    this.#hasFailed = true
    if (this.#flaw !== 'gives up events with the connection') throw error
    const all = Array.from({ length: batch.count }, (_, index) => index)
    return { retry: [], reject: all.map(index => ({ index, reason: 'no connection' })) }
  }

  #connection(): Socket {
    const isShared = this.#flaw === 'has one connection for all writes'
    const keepsDead = this.#flaw === 'keeps a dead connection'
    for (;;) {
      const idle = isShared ? this.#idle.at(-1) : this.#idle.pop()
      if (idle && (keepsDead || idle.writable)) return idle
      if (!idle) break
      if (isShared) this.#idle.pop()
    }
    const socket = connect(this.#port, '127.0.0.1')
    this.#all.add(socket)
    socket.on('close', () => this.#all.delete(socket))
    if (this.#flaw !== 'has no listener for errors') socket.on('error', () => socket.destroy())
    if (isShared) this.#idle.push(socket)
    return socket
  }

  #answer(socket: Socket): Promise<WriteResult> {
    const flaw = this.#flaw
    let [resolve, reject]: [(result: WriteResult) => void, (reason: unknown) => void] = [
      ignore,
      ignore,
    ]
    const promise = new Promise<WriteResult>((...functions) => {
      ;[resolve, reject] = functions
    })
    let text = ''
    const onData = (data: Buffer) => {
      text += data
      if (flaw === 'ignores the signal once an answer has begun') socket.off('given up', onGivenUp)
      if (flaw === 'takes a part for an answer' && !text.endsWith('\n')) return done(WRITTEN)
      if (flaw === 'takes each chunk for an answer') return parse(String(data))
      if (text.endsWith('\n')) parse(text)
    }
    const parse = (answer: string) => {
      try {
        done(JSON.parse(answer))
      } catch {
        stop()
        reject(new Error('half an answer'))
      }
    }
    const done = (result: WriteResult) => {
      stop()
      resolve(result)
    }
    const onEnd = () => {
      if (flaw === 'takes an end for an answer') return done(WRITTEN)
      stop()
      reject(new Error('the connection has ended'))
    }
    const onGivenUp = (reason: unknown) => {
      stop()
      if (flaw === 'throws at an answer that nobody awaits') socket.once('data', throwStray)
      if (flaw === 'rejects a promise that nobody has') {
        socket.once('data', () => void Promise.reject(new Error('a stray answer')))
      }
      reject(new Error('aborted', { cause: reason }))
    }
    const stop = () => {
      socket.off('data', onData).off('end', onEnd).off('close', onEnd).off('given up', onGivenUp)
    }
    socket.on('data', onData).on('end', onEnd).on('close', onEnd).on('given up', onGivenUp)
    if (socket.destroyed && flaw !== 'keeps a dead connection') onEnd()
    return promise
  }

  async close(): Promise<void> {
    if (this.#flaw === 'waits for the peer in close') {
      const socket = this.#connection()
      socket.write('0\n')
      await this.#answer(socket)
    }
    const isLeaky = this.#flaw === 'leaves connections behind'
    for (const socket of isLeaky ? this.#idle : this.#all) socket.destroy()
  }
}

function throwStray(): never {
  throw new Error('a stray answer')
}

/** Flaws by which the connection of a write that was given up stays in use. */
const KEEPING: readonly (Flaw | undefined)[] = [
  'keeps the connection of a write that hung',
  'throws at an answer that nobody awaits',
  'rejects a promise that nobody has',
]

function ignore(): void {}
