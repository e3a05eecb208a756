import type { Places } from './contents/launcher.ts'
import type { Libraries } from './contents/libraries.ts'
import type { Entry } from './formats/tree.ts'
import type { AgentManifest } from './manifest.ts'

/** An agent, ready to be packed in any format. */
export interface AgentPackage {
  readonly manifest: AgentManifest
  readonly places: Places
  /** The oldest Node of the system that it runs on; undefined if it brings its own. */
  readonly systemNode: string | undefined
  readonly libraries: Libraries
  /** The files where a package manager installs them. */
  readonly entries: readonly Entry[]
  /** The files below a folder that may be anywhere: paths begin with /. */
  readonly portable: readonly Entry[]
  /** The `process.arch` that it is for. */
  readonly arch: string
  /** Seconds since 1970: the modification time of every file. */
  readonly epoch: number
  /** Counts packages of the same version. */
  readonly iteration: number
}
