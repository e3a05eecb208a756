// A server as a child process: started on one port, ended orderly or by SIGKILL, and started again on it.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, openSync, readFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const START_MS = 120_000
/** After this time it is killed all the same. */
const STOP_MS = 60_000

interface Program {
  readonly name: string
  readonly command: readonly string[]
  readonly folder: string
  readonly port: number
  readonly env?: Readonly<Record<string, string>>
  /** Resolves with true once it takes events. By default: once the port takes connections. */
  isReady?(): Promise<boolean>
}

export class ServerProcess {
  readonly #program: Program
  #child: ChildProcess | undefined

  private constructor(program: Program) {
    this.#program = program
  }

  static async start(program: Program): Promise<ServerProcess> {
    const made = new ServerProcess(program)
    await made.#start()
    return made
  }

  async restart(how: 'orderly' | 'killed'): Promise<void> {
    await this.#end(how === 'killed' ? 'SIGKILL' : 'SIGTERM')
    await this.#start()
  }

  async stop(): Promise<void> {
    await this.#end('SIGTERM')
  }

  async #start(): Promise<void> {
    const { name, command, folder, env, port } = this.#program
    const log = join(folder, `${name}.log`)
    appendFileSync(log, `--- ${command.join(' ')}\n`)
    const output = openSync(log, 'a')
    // It ends with the tests, however these end.
    const child = spawn('setpriv', ['--pdeathsig', 'KILL', ...command], {
      ...{ cwd: folder, stdio: ['ignore', output, output] },
      env: { ...process.env, ...env },
    })
    this.#child = child
    let failure: string | undefined
    child.once('error', ({ message }) => (failure = message))
    child.once('exit', (code, signal) => (failure ??= `it ended with ${signal ?? code}`))
    const isReady = this.#program.isReady ?? (() => takesConnections(port))
    const endMs = Date.now() + START_MS
    while (!(await isReady().catch(() => false))) {
      if (Date.now() > endMs) failure ??= 'it takes no events'
      if (failure !== undefined) {
        child.kill('SIGKILL')
        throw new Error(`${name}: ${failure}:\n${readFileSync(log, 'utf8').slice(-2_000)}`)
      }
      await sleep(20)
    }
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill(signal)
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS)
    await ended
    clearTimeout(timer)
  }
}

/** A port that nobody has now. Servers that choose one themselves could not have it again after a restart. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = Object(server.address())
  server.close()
  await once(server, 'close')
  return port
}

async function takesConnections(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    return true
  } finally {
    socket.destroy()
  }
}
