import type { Path } from '../errors.ts'
import type { Position } from './source/position.ts'

/** A problem with the place itself instead of its text, so that findings can be put in order. */
export interface Finding {
  readonly at: Position | undefined
  readonly path: Path
  readonly message: string
}

/** How the readers of a source tell of a problem without stopping at the first. */
export type Find = (at: Position, path: Path, message: string) => void
