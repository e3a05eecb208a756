import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Operation } from './operations.ts'

/** What a disk writes at once, or not at all. */
const SECTOR_BYTES = 512

interface Content {
  bytes: Buffer
}

/** A change of a file that was not synced: it may be on the disk, or not, or in part. */
type Change = Extract<Operation, { readonly op: 'write' | 'truncate' }>

/**
 * Writes into a folder what a power cut after these operations may leave of the files: what was synced, and of all
 * else any part, in units of sectors. A sync that failed has made nothing sure, nor has a later one what was
 * written before it (fsync(2)). Names in the folder are sure once the folder was synced.
 */
export function afterPowerCut(
  operations: readonly Operation[],
  folder: string,
  random: () => number,
): void {
  const sure = new Map<number, Content>()
  const unsure = new Map<number, Change[]>()
  let sureNames = new Map<string, number>()
  const names = new Map<string, number>()
  /** Names as they were after each change since the folder was synced. */
  let namings: Map<string, number>[] = []
  for (const operation of operations) {
    switch (operation.op) {
      case 'create':
        names.set(operation.name, operation.node)
        sure.set(operation.node, { bytes: Buffer.alloc(0) })
        unsure.set(operation.node, [])
        namings.push(new Map(names))
        break
      case 'write':
      case 'truncate':
        unsure.get(operation.node)?.push(operation)
        break
      case 'unlink':
        names.delete(operation.name)
        namings.push(new Map(names))
        break
      case 'rename':
        names.set(operation.to, names.get(operation.name) ?? 0)
        names.delete(operation.name)
        namings.push(new Map(names))
        break
      case 'syncFolder':
        sureNames = new Map(names)
        namings = []
        break
      case 'sync': {
        const content = sure.get(operation.node)
        const changes = unsure.get(operation.node) ?? []
        if (content)
          for (const change of changes)
            apply(content, change, operation.isDone ? undefined : random)
        unsure.set(operation.node, [])
      }
    }
  }
  // The journal keeps the order of names: any number of the last changes may be missing.
  const kept = [sureNames, ...namings][Math.floor(random() * (namings.length + 1))] ?? sureNames
  for (const [name, node] of kept) {
    const content = sure.get(node) ?? { bytes: Buffer.alloc(0) }
    // Writes that were not synced reach the disk in any order, so any of them.
    for (const change of unsure.get(node) ?? []) apply(content, change, random)
    writeFileSync(join(folder, name), content.bytes, { mode: 0o600 })
  }
}

/** Writes into a folder what a process leaves there that is killed after these operations: the kernel has it all. */
export function afterKill(operations: readonly Operation[], folder: string): void {
  const nodes = new Set(operations.flatMap(each => ('node' in each ? [each.node] : [])))
  const synced = [...nodes].map(node => ({ op: 'sync' as const, node, isDone: true }))
  afterPowerCut([...operations, ...synced, { op: 'syncFolder' }], folder, () => 0)
}

/** With `random` any part of a change. */
function apply(content: Content, change: Change, random?: () => number): void {
  const share = random === undefined || random() < 0.3 ? 1 : random() < 0.4 ? 0 : random()
  const isThere = () => share === 1 || (random?.() ?? 0) < share
  if (change.op === 'truncate') {
    if (isThere()) resize(content, change.size)
    return
  }
  const { offset, bytes } = change
  const sectors: [from: number, to: number][] = []
  for (let from = 0; from < bytes.length; ) {
    const to = Math.min(bytes.length, from + SECTOR_BYTES - ((offset + from) % SECTOR_BYTES))
    if (isThere()) sectors.push([from, to])
    from = to
  }
  // Sectors before the last that are missing are zeros.
  const end = sectors.at(-1)?.[1]
  if (end !== undefined && content.bytes.length < offset + end) resize(content, offset + end)
  for (const [from, to] of sectors) content.bytes.set(bytes.subarray(from, to), offset + from)
}

function resize(content: Content, size: number): void {
  content.bytes =
    size <= content.bytes.length
      ? Buffer.from(content.bytes.subarray(0, size))
      : Buffer.concat([content.bytes], size)
}
