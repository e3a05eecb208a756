// Walks a path as the kernel does, so that all who decide where it leads can be asked about: each folder from
// `/` on, each symbolic link, and the folders that the link leads through.
//
// What is found stays true only where nobody else may change it. So whoever uses a walk has to look at every
// step of it: if each folder can be trusted, and each was looked at before what is in it, nobody else could
// have changed the way, nor can later.

import { lstatSync, readlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { messageOf } from '../errors.ts'

/** A folder or a symbolic link on the way, or the file at its end. */
export interface Step {
  readonly kind: 'folder' | 'link' | 'file'
  /** Without symbolic links above it. */
  readonly path: string
  readonly uid: number
  readonly gid: number
  readonly mode: number
  /** Device and inode: which file it is, by whatever name. */
  readonly id: string
}

export interface Walk {
  readonly steps: readonly Step[]
  /** Why it ends before the end of the path, if it does. */
  readonly broken?: string
  /** Whether its last step stands for an open descriptor: `/dev/stdin`, `/proc/self/fd/3`. */
  readonly isDescriptor?: boolean
}

/** As the kernel's: path_resolution(7). */
const MAX_LINKS = 40

/** Links here lead to a file that is open already, whatever their text says. */
const DESCRIPTORS = /^\/proc\/\d+(\/task\/\d+)?\/fd$/

/**
 * Total: what can't be looked at ends the walk. `path` is absolute.
 *
 * @param past whether to go on, by the text of the link, where the path ends at an open descriptor
 */
export function walk(path: string, past: 'descriptors' | 'nothing' = 'descriptors'): Walk {
  const steps: Step[] = []
  try {
    return { steps, isDescriptor: follow(path, steps, past === 'descriptors') }
  } catch (error) {
    return { steps, broken: messageOf(error) }
  }
}

/** Adds each step; whether the last one stands for a descriptor. */
function follow(path: string, steps: Step[], pastDescriptors: boolean): boolean {
  const pending = namesOf(path)
  let here = '/'
  let links = 0
  steps.push(stepAt(here))
  for (let name = pending.shift(); name !== undefined; name = pending.shift()) {
    if (name === '..') {
      here = dirname(here)
      continue
    }
    const step = stepAt(join(here, name))
    steps.push(step)
    if (step.kind !== 'link') {
      here = step.path
      continue
    }
    if (!pastDescriptors && pending.length === 0 && DESCRIPTORS.test(here)) return true
    links += 1
    if (links > MAX_LINKS) throw new Error('too many levels of symbolic links')
    const target = readlinkSync(step.path)
    if (target.startsWith('/')) here = '/'
    pending.unshift(...namesOf(target))
  }
  return false
}

function namesOf(path: string): string[] {
  return path.split('/').filter(name => name !== '' && name !== '.')
}

function stepAt(path: string): Step {
  const stats = lstatSync(path, { bigint: true })
  const kind = stats.isSymbolicLink() ? 'link' : stats.isDirectory() ? 'folder' : 'file'
  const [uid, gid, mode] = [Number(stats.uid), Number(stats.gid), Number(stats.mode)]
  return { kind, path, uid, gid, mode, id: `${stats.dev}:${stats.ino}` }
}
