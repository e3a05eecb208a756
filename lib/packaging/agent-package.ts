import type { Places } from './contents/launcher.ts'
import type { Libraries } from './contents/libraries.ts'
import type { Entry } from './formats/tree.ts'
import type { AgentManifest } from './manifest.ts'

/** An agent, ready to be packed in whatever format. */
export interface AgentPackage {
  readonly manifest: AgentManifest
  readonly places: Places
  /** The oldest Node of the system's that it runs on; undefined: it has its own. */
  readonly systemNode: string | undefined
  readonly libraries: Libraries
  /** Where it is installed by a package manager. */
  readonly entries: readonly Entry[]
  /** Below a folder that may lie anywhere: paths begin with /. */
  readonly portable: readonly Entry[]
  /** `process.arch` of what it is for. */
  readonly arch: string
  /** Seconds: the time of every file in it. */
  readonly epoch: number
  /** Which packaging of the same version this is. */
  readonly iteration: number
}
