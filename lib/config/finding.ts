import type { Path } from '../errors.ts'
import type { Position } from './source/position.ts'

/** A problem with its position as data instead of text, so that findings can be sorted. */
export interface Finding {
  readonly at: Position | undefined
  readonly path: Path
  readonly message: string
}

/** How the readers of a source report a problem without stopping at the first. */
export type Find = (at: Position, path: Path, message: string) => void
