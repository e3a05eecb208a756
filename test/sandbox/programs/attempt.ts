import { closeSync, openSync } from 'node:fs'
import { codeOf } from '../../code-of.ts'
import { textsOfThreads } from '../../threads.ts'

/** What comes of opening a file for writing: `done` or the code of the error. */
export function attempt(file: string): string {
  try {
    closeSync(openSync(file, 'r+'))
    return 'done'
  } catch (error) {
    return codeOf(error)
  }
}

/** What proc(5) says of a thread. */
export interface ThreadState {
  readonly tid: number
  readonly noNewPrivs: string
  readonly effective: string
  readonly permitted: string
  readonly uid: string
  readonly gid: string
  readonly groups: string
}

/** Every thread of a process. */
export function threadStates(pid: number | 'self' = 'self'): readonly ThreadState[] {
  return textsOfThreads(pid, 'status').map(text => {
    const field = (name: string) => new RegExp(`^${name}:\\s*(.*?)\\s*$`, 'm').exec(text)?.[1] ?? ''
    return {
      tid: Number(field('Pid')),
      noNewPrivs: field('NoNewPrivs'),
      effective: field('CapEff'),
      permitted: field('CapPrm'),
      uid: field('Uid'),
      gid: field('Gid'),
      groups: field('Groups'),
    }
  })
}
