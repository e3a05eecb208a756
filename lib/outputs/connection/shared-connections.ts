// The connections of an output to one server. Each serves so many writes at once; when all are taken, another one is
// opened. One that has failed or become too old is used no more.

export interface SharedConnection {
  /** Whether it can't be used any more. */
  readonly isClosed: boolean
  /** Ends it as the protocol wants it: no write uses it. Resolves soon, whatever the server does. */
  end(): Promise<void>
  destroy(reason: Error): void
}

interface SharedConnectionsOptions<C> {
  /** Connects; the signal is its only deadline. */
  open(signal: AbortSignal): Promise<C>
  /** The most writes that use one connection at once. */
  readonly uses: number
  /** After so many milliseconds another one is opened in its place; 0: never. */
  readonly ttlMs: number
}

interface Link<C> {
  readonly opening: Promise<C>
  readonly bornMs: number
  connection: C | undefined
  uses: number
}

/** The longest that connecting may take. */
const CONNECT_MS = 10_000

export class SharedConnections<C extends SharedConnection> {
  readonly #options: SharedConnectionsOptions<C>
  readonly #closing = new AbortController()
  readonly #links = new Set<Link<C>>()

  constructor(options: SharedConnectionsOptions<C>) {
    this.#options = options
  }

  /**
   * Runs `use` with a connection.
   *
   * @throws what opening it has thrown, the reason of the signal, or what `use` throws
   */
  async with<T>(use: (connection: C) => Promise<T>, signal: AbortSignal): Promise<T> {
    this.#closing.signal.throwIfAborted()
    signal.throwIfAborted()
    const link = this.#free() ?? this.#open()
    link.uses++
    try {
      return await use(await unlessAborted(link.opening, signal))
    } finally {
      link.uses--
      this.#tidy(link)
    }
  }

  async close(): Promise<void> {
    const reason = new Error('the output is closed')
    this.#closing.abort(reason)
    const idle = [...this.#links].filter(({ uses }) => uses === 0)
    for (const { connection, uses } of this.#links) {
      if (uses > 0) connection?.destroy(reason)
    }
    await Promise.all(idle.map(({ connection }) => connection?.end()))
  }

  #free(): Link<C> | undefined {
    for (const link of this.#links) {
      this.#tidy(link)
      if (this.#links.has(link) && link.uses < this.#options.uses && !this.#isOld(link)) return link
    }
    return undefined
  }

  #isOld({ bornMs }: Link<C>): boolean {
    const { ttlMs } = this.#options
    return ttlMs > 0 && performance.now() - bornMs > ttlMs
  }

  #tidy(link: Link<C>): void {
    const { connection, uses } = link
    if (connection?.isClosed) this.#links.delete(link)
    else if (connection && uses === 0 && this.#isOld(link)) {
      this.#links.delete(link)
      void connection.end()
    }
  }

  #open(): Link<C> {
    const deadline = AbortSignal.timeout(CONNECT_MS)
    const opening = this.#options.open(AbortSignal.any([this.#closing.signal, deadline]))
    const link: Link<C> = { opening, bornMs: performance.now(), connection: undefined, uses: 0 }
    this.#links.add(link)
    opening.then(
      connection => {
        link.connection = connection
        if (this.#closing.signal.aborted) connection.destroy(this.#closing.signal.reason)
      },
      () => this.#links.delete(link),
    )
    return link
  }
}

/** That the server has ended a connection: with the code, the words for it are those for a reset. */
export function closedError(): Error {
  return Object.assign(new Error('the server has closed the connection'), { code: 'ECONNRESET' })
}

/** Others may wait for the same connection, so that it is opened on. */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    const done = () => signal.removeEventListener('abort', abort)
    promise.then(
      value => {
        done()
        resolve(value)
      },
      (error: Error) => {
        done()
        reject(error)
      },
    )
  })
}
