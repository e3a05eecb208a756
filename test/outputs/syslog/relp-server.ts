import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'

interface Command {
  readonly txnr: number
  readonly command: string
  readonly data: string
  readonly socket: Socket
}

/** A frame of RELP. */
export function frame(txnr: number, command: string, data = ''): string {
  const bytes = Buffer.byteLength(data)
  return `${txnr} ${command} ${bytes}${bytes === 0 ? '' : ` ${data}`}\n`
}

const OFFERS = 'relp_version=0\nrelp_software=honest,1.0,http://relp.example\ncommands=syslog'

/** Speaks RELP: keeps the messages that it takes, and answers as it is told. */
export class RelpServer {
  readonly messages: string[] = []
  /** What it answers to a message: undefined is nothing. */
  answer: (message: string, command: Command) => string | undefined = () => '200 OK'
  offers = `200 OK\n${OFFERS}`
  /** Whether it answers to the opening of a session. */
  greets: () => boolean = () => true
  readonly closed: number[] = []
  readonly faults: string[] = []
  readonly sockets: Socket[] = []
  readonly server: Server
  port = 0

  /** `server` may be one of TLS. */
  constructor(server = createServer()) {
    this.server = server
    const event = 'setSecureContext' in server ? 'secureConnection' : 'connection'
    server.on(event, (socket: Socket) => this.#serve(socket))
  }

  async listen(port = 0): Promise<number> {
    await once(this.server.listen(port, '127.0.0.1'), 'listening')
    this.port = (this.server.address() as AddressInfo).port
    return this.port
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy()
    if (!this.server.listening) return
    this.server.close()
    await once(this.server, 'close')
  }

  #serve(socket: Socket): void {
    this.sockets.push(socket)
    socket.on('error', () => undefined)
    let [bytes, last] = [Buffer.alloc(0), 0]
    socket.on('data', data => {
      bytes = Buffer.concat([bytes, data])
      try {
        for (let next = commandOf(bytes, socket); next; next = commandOf(bytes, socket)) {
          bytes = bytes.subarray(next.used)
          const { txnr } = next
          if (txnr !== ++last) throw new Error(`command ${txnr} in the place of ${last}`)
          this.#obey(next)
        }
      } catch (error) {
        this.faults.push(String(error))
        socket.destroy()
      }
    })
  }

  #obey(given: Command): void {
    const { txnr, command, data, socket } = given
    if (command === 'open') {
      if (txnr !== 1 || !/^commands=(.*,)?syslog(,|$)/m.test(data)) throw new Error('open')
      if (this.greets()) socket.write(frame(txnr, 'rsp', this.offers))
    } else if (command === 'close') {
      this.closed.push(txnr)
      socket.end(frame(txnr, 'rsp') + frame(0, 'serverclose'))
    } else if (command === 'syslog') {
      const answer = this.answer(data, given)
      if (answer?.startsWith('200')) this.messages.push(data)
      if (answer !== undefined) socket.write(frame(txnr, 'rsp', answer))
    } else throw new Error(`the command ${command}`)
  }
}

function commandOf(bytes: Buffer, socket: Socket): (Command & { used: number }) | undefined {
  const header = /^(\d{1,9}) ([a-z]{1,32}) (\d{1,9})(?= |\n)/.exec(bytes.toString('latin1', 0, 60))
  if (header === null) {
    if (bytes.length > 55) throw new Error(`no frame: ${bytes.toString('latin1', 0, 60)}`)
    return undefined
  }
  const [text, txnr, command = '', length] = header
  const begin = text.length + (Number(length) > 0 ? 1 : 0)
  const end = begin + Number(length)
  if (bytes.length < end + 1) return undefined
  if (bytes[end] !== 0x0a) throw new Error('a frame without its trailer')
  const data = bytes.toString('utf8', begin, end)
  return { txnr: Number(txnr), command, data, socket, used: end + 1 }
}
