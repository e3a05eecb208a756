/** What happened to a disk, in order. */
export type Operation =
  | { readonly op: 'create'; readonly node: number; readonly name: string }
  | {
      readonly op: 'write'
      readonly node: number
      readonly offset: number
      readonly bytes: Uint8Array
    }
  | { readonly op: 'truncate'; readonly node: number; readonly size: number }
  | { readonly op: 'unlink'; readonly name: string }
  | { readonly op: 'rename'; readonly name: string; readonly to: string }
  /** `isDone`: else it failed, and nobody knows what of the file is on the disk. */
  | { readonly op: 'sync'; readonly node: number; readonly isDone: boolean }
  | { readonly op: 'syncFolder' }

/** Cells of the memory that a faulty disk shares with whoever uses it. An errno; 0: no fault. */
export const CELL = {
  /** How many operations there have been. */
  count: 0,
  write: 1,
  sync: 2,
  syncPosition: 3,
  syncFolder: 4,
  read: 5,
  create: 6,
  /** Of which reads fail; 0: of all. */
  readNode: 8,
  /** Isn't 0 once it is mounted. */
  isMounted: 7,
} as const
