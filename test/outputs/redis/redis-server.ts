import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'

/** A command as a client has sent it: its name in lower case, and the bytes of its arguments. */
export interface Called {
  readonly name: string
  readonly args: readonly Buffer[]
  readonly db: number
  /** The port of the client: one for each connection. */
  readonly from: number
}

interface Session {
  db: number
  user: string | undefined
}

/** Answers in place of the server: the bytes of a reply, or nothing at all. */
type Instead = (called: Called) => string | undefined

/** What Redis does with the few commands of the output: lists in memory, users, and a limit on the memory. */
export class RedisServer {
  readonly called: Called[] = []
  /** By `db:key`. */
  readonly lists = new Map<string, Buffer[]>()
  /** By `db:key`: what is no list. */
  readonly texts = new Map<string, string>()
  /** By channel. */
  readonly messages = new Map<string, Buffer[]>()
  readonly subscribers = new Map<string, number>()
  /** Of the user `default`; undefined: anybody may. */
  password: string | undefined
  readonly passwords = new Map<string, string>()
  /** Bytes of all values, from which on the server takes no more. */
  maxmemory = Number.POSITIVE_INFINITY
  isReplica = false
  /** First asked; with `undefined` the server itself answers. */
  instead: Instead = () => undefined
  /** What it says to each that connects, before it ends the connection. */
  greeting: string | undefined
  readonly sockets = new Set<Socket>()
  readonly #server: Server
  port = 0

  constructor(
    server: Server = createServer(),
    event: 'connection' | 'secureConnection' = 'connection',
  ) {
    this.#server = server
    server.on(event, (socket: Socket) => this.#serve(socket))
  }

  async listen(port = 0): Promise<number> {
    await once(this.#server.listen(port, '127.0.0.1'), 'listening')
    this.port = (this.#server.address() as AddressInfo).port
    return this.port
  }

  async close(): Promise<void> {
    for (const each of this.sockets) each.destroy()
    this.#server.close()
    await once(this.#server, 'close')
  }

  /** The texts of a list. */
  list(key: string, db = 0): readonly string[] {
    return (this.lists.get(`${db}:${key}`) ?? []).map(String)
  }

  #serve(socket: Socket): void {
    this.sockets.add(socket)
    const from = socket.remotePort ?? 0
    const session: Session = { db: 0, user: this.password === undefined ? 'default' : undefined }
    let rest = Buffer.alloc(0)
    socket.on('error', () => undefined)
    socket.on('close', () => this.sockets.delete(socket))
    if (this.greeting !== undefined) return void socket.end(this.greeting)
    socket.on('data', (data: Buffer) => {
      rest = Buffer.concat([rest, data])
      for (let next = commandIn(rest); next !== undefined; next = commandIn(rest)) {
        rest = rest.subarray(next.size)
        const [name = Buffer.alloc(0), ...args] = next.args
        const called = { name: String(name).toLowerCase(), args, db: session.db, from }
        this.called.push(called)
        const reply = this.instead(called) ?? this.#reply(called, session)
        if (!socket.destroyed) socket.write(reply)
      }
    })
  }

  #reply(called: Called, session: Session): string {
    const { name, args } = called
    if (name === 'auth') return this.#auth(args.map(String), session)
    if (session.user === undefined) return '-NOAUTH Authentication required.\r\n'
    if (name === 'ping') return '+PONG\r\n'
    if (name === 'info') return this.#info()
    if (name === 'select') {
      const db = Number(args[0])
      if (!(db < 16)) return '-ERR DB index is out of range\r\n'
      session.db = db
      return '+OK\r\n'
    }
    if (name === 'rpush') return this.#push(called)
    if (name === 'publish') return this.#publish(args)
    return `-ERR unknown command '${name}', with args beginning with: '${args[0]}'\r\n`
  }

  #auth(args: readonly string[], session: Session): string {
    const [password = '', user = 'default'] = [...args].reverse()
    if (args.length === 1 && this.password === undefined) {
      return '-ERR AUTH <password> called without any password configured for the default user.\r\n'
    }
    const expected = user === 'default' ? this.password : this.passwords.get(user)
    if (expected !== password) {
      return '-WRONGPASS invalid username-password pair or user is disabled.\r\n'
    }
    session.user = user
    return '+OK\r\n'
  }

  #info(): string {
    const text = `# Server\r\nredis_version:7.0.0\r\nloading:0\r\nrole:${this.isReplica ? 'slave' : 'master'}\r\n`
    return `$${text.length}\r\n${text}\r\n`
  }

  #push({ args, db }: Called): string {
    const [key, ...values] = args
    const place = `${db}:${key}`
    if (this.isReplica) return "-READONLY You can't write against a read only replica.\r\n"
    if (this.texts.has(place)) {
      return '-WRONGTYPE Operation against a key holding the wrong kind of value\r\n'
    }
    const used = [...this.lists.values()].flat().reduce((sum, { length }) => sum + length, 0)
    if (used >= this.maxmemory)
      return "-OOM command not allowed when used memory > 'maxmemory'.\r\n"
    const list = [...(this.lists.get(place) ?? []), ...values]
    this.lists.set(place, list)
    return `:${list.length}\r\n`
  }

  #publish([channel, message = Buffer.alloc(0)]: readonly Buffer[]): string {
    const name = String(channel)
    const count = this.subscribers.get(name) ?? 0
    if (count > 0) this.messages.set(name, [...(this.messages.get(name) ?? []), message])
    return `:${count}\r\n`
  }
}

/** The first command of the bytes, an array of bulk strings; undefined if it is not whole yet. */
function commandIn(
  bytes: Buffer,
): { readonly args: readonly Buffer[]; readonly size: number } | undefined {
  const head = lineAt(bytes, 0, '*')
  if (head === undefined) return undefined
  const args: Buffer[] = []
  let { at } = head
  for (let left = head.value; left > 0; left--) {
    const length = lineAt(bytes, at, '$')
    if (length === undefined || bytes.length < length.at + length.value + 2) return undefined
    args.push(bytes.subarray(length.at, length.at + length.value))
    at = length.at + length.value + 2
  }
  return { args, size: at }
}

function lineAt(
  bytes: Buffer,
  at: number,
  type: string,
): { readonly value: number; readonly at: number } | undefined {
  const end = bytes.indexOf('\r\n', at)
  if (end < 0) return undefined
  if (bytes.toString('latin1', at, at + 1) !== type) throw new Error('no command')
  return { value: Number(bytes.toString('latin1', at + 1, end)), at: end + 2 }
}
