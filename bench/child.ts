// Runs other programs and measures them: never without a time limit, and with their words if they fail.
import { spawn, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The root of the repository. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url))
export const MAIN = `${ROOT}dist/bundle/main.js`

const LIMIT_MS = 120_000

/** The file of a program of bench/programs/. */
export function programFile(program: string): string {
  return fileURLToPath(new URL(`./programs/${program}.js`, import.meta.url))
}

/** How tables name a Node binary. */
export function nodeName(node: string): string {
  return node.startsWith(ROOT) ? node.slice(ROOT.length) : `this Node, ${process.version}`
}

interface Ended {
  readonly stdout: string
  readonly stderr: string
}

/** @throws Error with the end of what the program has said, if it fails or takes longer */
export function runToEnd(command: readonly string[]): Ended {
  const [file = '', ...args] = command
  const { stdout, stderr, status, signal, error } = spawnSync(file, args, {
    encoding: 'utf8',
    timeout: LIMIT_MS,
    killSignal: 'SIGKILL',
    maxBuffer: 64 * 1024 * 1024,
  })
  if (status === 0) return { stdout, stderr }
  throw new Error(failure(command, `${error?.message ?? signal ?? status}`, `${stdout}${stderr}`))
}

function failure(command: readonly string[], how: string, said: string): string {
  return `${command.join(' ')} ended with ${how}:\n${said.slice(-2_000)}`
}

/** Runs a program of bench/programs/ in its own process and parses the JSON that it prints. */
export function measureIn<T>(program: string, ...args: readonly string[]): T {
  const node = ['env', 'UV_USE_IO_URING=0', process.execPath]
  return JSON.parse(runToEnd([...node, programFile(program), ...args]).stdout)
}

/** Milliseconds until the process ends or, if `until` is given, until stderr has that text; then kills it. */
export async function startTime(command: readonly string[], until?: string): Promise<number> {
  const [file = '', ...args] = command
  const start = performance.now()
  const child = spawn(file, args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: LIMIT_MS,
    killSignal: 'SIGKILL',
  })
  let text = ''
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.stderr.on('data', chunk => {
      text += chunk
      if (until === undefined || !text.includes(until)) return
      resolve(performance.now() - start)
      child.kill('SIGKILL')
    })
    child.on('exit', (status, signal) => {
      const done = until === undefined ? status === 0 : text.includes(until)
      if (done) resolve(performance.now() - start)
      else reject(new Error(failure(command, `${signal ?? status}`, text)))
    })
  })
}

/** Runs a process to its end and returns its user and system time, in milliseconds. */
export function cpuTime(command: readonly string[]): number {
  const before = cpuTimeOf('self').ended
  runToEnd(command)
  return cpuTimeOf('self').ended - before
}

/** User and system time of a process and of its children that have ended, in milliseconds. */
export function cpuTimeOf(pid: number | 'self'): { readonly own: number; readonly ended: number } {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ')
  // proc(5), utime to cstime, in ticks of 10 ms.
  const [user, system, endedUser, endedSystem] = fields
    .slice(11, 15)
    .map(ticks => Number(ticks) * 10)
  return {
    own: (user ?? Number.NaN) + (system ?? Number.NaN),
    ended: (endedUser ?? Number.NaN) + (endedSystem ?? Number.NaN),
  }
}

/** Resident memory of a process that has run idle for `afterMs` milliseconds, in MB. */
export async function idleMemory(command: readonly string[], afterMs: number): Promise<number> {
  const [file = '', ...args] = command
  const child = spawn(file, args, { stdio: 'ignore', timeout: LIMIT_MS })
  await new Promise(resolve => setTimeout(resolve, afterMs))
  const status = readFileSync(`/proc/${child.pid}/status`, 'utf8')
  child.kill('SIGKILL')
  return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) / 1024
}
