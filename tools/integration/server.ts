/** A real server that outputs are held against, of one version. */
export interface ServerKind {
  readonly name: string
  /** What the machine has to have to get it, in words: "a JDK and Maven". */
  readonly needs: string
  /**
   * Gets it, unless the cache has it, and says which version it is.
   *
   * @throws Error if it can't be had here, with the reason
   */
  get(): Promise<string>
  /** Starts it with what it has stored in the folder. Resolves once it takes events. */
  start(folder: string, options?: ServerOptions): Promise<Server>
}

export interface ServerOptions {
  /** Settings of its own, beside those that make it keep what it confirms. */
  readonly settings?: Readonly<Record<string, string>>
}

export interface Server {
  /** Of 127.0.0.1; the same after each restart. */
  readonly port: number
  /** Ends it, orderly or by SIGKILL, and starts it again. */
  restart(how: 'orderly' | 'killed'): Promise<void>
  stop(): Promise<void>
  /** The `id` of each event that it holds, as often as it holds it. */
  events(): AsyncIterable<string>
}
