// What /proc says of a process. What the agent may not read is left out.

import { readFileSync, readlinkSync } from 'node:fs'
import type { Fields } from '../field.ts'

/** Of Linux on every architecture that Node runs on. */
const TICKS_IN_SECOND = 100

/** The fields `process` and `container`; undefined if there is no such process. */
export function processFields(pid: number, proc = '/proc'): Fields | undefined {
  const stat = textOf(`${proc}/${pid}/stat`)
  if (stat === undefined) return undefined
  // The name is in parentheses, and may have some itself.
  const rest = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const status = textOf(`${proc}/${pid}/status`) ?? ''
  const args = partsOf(textOf(`${proc}/${pid}/cmdline`))
  const executable = targetOf(`${proc}/${pid}/exe`)
  const uid = /^Uid:\s+(\d+)/m.exec(status)?.[1]
  const start = startTime(Number(rest[19]), textOf(`${proc}/stat`) ?? '')
  const container = /[\da-f]{64}/.exec(textOf(`${proc}/${pid}/cgroup`) ?? '')?.[0]
  return {
    process: {
      name: stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')')),
      ...(args.length > 0 && { title: args.join(' '), args }),
      ...(executable !== undefined && { executable }),
      pid,
      parent: { pid: Number(rest[1]) },
      ...(start !== undefined && { start_time: start }),
      ...(uid !== undefined && { owner: { id: uid } }),
    },
    ...(container !== undefined && { container: { id: container } }),
  }
}

/** The environment of a process; undefined if the agent may not read it. */
export function environmentOf(pid: number, proc = '/proc'): Fields | undefined {
  const text = textOf(`${proc}/${pid}/environ`)
  if (text === undefined) return undefined
  const pairs = partsOf(text).map(part => {
    const at = part.indexOf('=')
    return at < 0 ? ([part, ''] as const) : ([part.slice(0, at), part.slice(at + 1)] as const)
  })
  return Object.fromEntries(pairs)
}

function startTime(ticks: number, stat: string): string | undefined {
  const bootedAt = /^btime (\d+)/m.exec(stat)?.[1]
  if (bootedAt === undefined || !Number.isFinite(ticks)) return undefined
  return new Date((Number(bootedAt) + ticks / TICKS_IN_SECOND) * 1000).toISOString()
}

function partsOf(text = ''): readonly string[] {
  return text === '' ? [] : text.replace(/\0$/, '').split('\0')
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

function targetOf(path: string): string | undefined {
  try {
    return readlinkSync(path)
  } catch {
    return undefined
  }
}
