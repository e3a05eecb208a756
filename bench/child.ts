import { spawn, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The root of the repository. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url))
export const MAIN = `${ROOT}dist/bundle/main.js`

/** Runs a program of bench/programs/ in its own process and parses the JSON that it prints. */
export function measureIn<T>(program: string, ...args: readonly string[]): T {
  const file = fileURLToPath(new URL(`./programs/${program}.js`, import.meta.url))
  const { stdout, stderr, status } = spawnSync(process.execPath, [file, ...args], {
    encoding: 'utf8',
    env: { ...process.env, UV_USE_IO_URING: '0' },
  })
  if (status !== 0) throw new Error(`${program} ended with ${status}: ${stderr}`)
  return JSON.parse(stdout)
}

/** Milliseconds until the process ends or, if `until` is given, until stderr has that text; then kills it. */
export async function startTime(command: readonly string[], until?: string): Promise<number> {
  const [file = '', ...args] = command
  const start = performance.now()
  const child = spawn(file, args, { stdio: ['ignore', 'ignore', 'pipe'] })
  let text = ''
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.stderr.on('data', chunk => {
      text += chunk
      if (until === undefined || !text.includes(until)) return
      resolve(performance.now() - start)
      child.kill('SIGKILL')
    })
    child.on('exit', () => {
      if (until !== undefined && !text.includes(until)) reject(new Error(text))
      else resolve(performance.now() - start)
    })
  })
}

/** Runs a process to its end and returns its user and system time, in milliseconds. */
export function cpuTime(command: readonly string[]): number {
  const [file = '', ...args] = command
  const before = childrenCpuTime()
  const { status, stderr } = spawnSync(file, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${command.join(' ')} ended with ${status}: ${stderr}`)
  return childrenCpuTime() - before
}

/** cutime and cstime of proc(5), converted from ticks of 10 ms to milliseconds. */
function childrenCpuTime(): number {
  const fields = readFileSync('/proc/self/stat', 'utf8')
    .replace(/^.*\) /, '')
    .split(' ')
  return (Number(fields[13]) + Number(fields[14])) * 10
}

/** Resident memory of a process that has run idle for `afterMs` milliseconds, in MB. */
export async function idleMemory(command: readonly string[], afterMs: number): Promise<number> {
  const [file = '', ...args] = command
  const child = spawn(file, args, { stdio: 'ignore' })
  await new Promise(resolve => setTimeout(resolve, afterMs))
  const status = readFileSync(`/proc/${child.pid}/status`, 'utf8')
  child.kill('SIGKILL')
  return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) / 1024
}
