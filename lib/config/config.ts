import type { Path } from '../errors.ts'
import type { SeccompConfig } from '../seccomp/policy/section.ts'

/** A part of the document whose schema is known only after its plugin has been imported. */
export interface RawSection {
  /** Its place in the whole document, for messages. */
  readonly path: Path
  /** Plain data, with every `${…}` resolved and dotted keys nested. */
  readonly value: Readonly<Record<string, unknown>>
  /** Keys that the framework has already taken out; they are suggested for misspelt keys. */
  readonly alsoKnown?: readonly string[]
}

/** A plugin as the configuration names it. */
export interface PluginConfig {
  /** A built-in name, a package name, or a path relative to `path.config`. */
  readonly type: string
  /** Where the type was written, for messages about it: a key `type`, or the section that has it as its key. */
  readonly typePath: Path
  /** Its name in logs, messages and origins of rules. */
  readonly id: string
  /** The plugin's own keys. */
  readonly section: RawSection
  /** Keys of the framework that are written, and also the plugin's where its schema has them. */
  readonly shared?: Readonly<Record<string, unknown>>
}

export interface BeatConfig extends PluginConfig {
  /** Unique among the beats. Default: the last part of `type`, without its suffix. */
  readonly id: string
  readonly enabled: boolean
  readonly tags: readonly string[]
  readonly fields: Readonly<Record<string, unknown>>
  readonly fields_under_root: boolean
  /** The first one gets the events first. */
  readonly processors: readonly StepConfig[]
}

/** `output.ID: { type, … }`; the default of `type` is the id. */
export interface OutputConfig extends PluginConfig {
  /** The framework's keys of its section. Their defaults are known once the output has been imported. */
  readonly delivery: RawSection
}

/** A condition as it is written, which is parsed when the plugins are loaded. */
export interface ConditionConfig {
  readonly path: Path
  readonly written: unknown
}

/** `- ID: { type, … }` in a list of processors; the default of `type` is the id, which need not be unique. */
export interface ProcessorConfig extends PluginConfig {
  /** Events of which it does not hold pass by. */
  readonly when?: ConditionConfig
  /** Whether the rest of its list is left out for an event at which it fails. */
  readonly failOnError: boolean
}

/** `- if: … then: […] else: […]` in a list of processors. */
export interface BranchConfig {
  readonly path: Path
  readonly condition: ConditionConfig
  readonly ifTrue: readonly StepConfig[]
  readonly ifFalse: readonly StepConfig[]
}

/** An item of a list of processors. */
export type StepConfig = ProcessorConfig | BranchConfig

export const LOG_LEVELS = ['fatal', 'error', 'warning', 'info', 'debug'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

export const LOG_FORMATS = ['auto', 'json', 'pretty'] as const

export interface LoggingSettings {
  readonly level: LogLevel
  readonly to_stderr: boolean
  /** Of standard error; files have JSON. */
  readonly format: (typeof LOG_FORMATS)[number]
  readonly to_files: boolean
  readonly files: {
    readonly name: string
    /** Bytes. */
    readonly rotateeverybytes: number
    readonly keepfiles: number
    /** File mode, such as 0o600. */
    readonly permissions: number
  }
  readonly metrics: MetricsSettings
}

export interface MetricsSettings {
  readonly enabled: boolean
  /** Milliseconds. */
  readonly period: number
}

export interface PathSettings {
  readonly home: string
  readonly config: string
  readonly data: string
  readonly logs: string
}

export interface MemoryQueueSettings {
  /** How many events the queue holds before `publish` waits. */
  readonly events: number
  /** The most memory that encoded events may pin. */
  readonly bytes: number
  readonly flush: { readonly min_events: number /** Milliseconds. */; readonly timeout: number }
}

export const SYNC_MODES = ['batch', 'interval', 'none'] as const

export interface DiskQueueSettings {
  /** Absolute. */
  readonly path: string
  /** The most bytes of all segments. */
  readonly max_size: number
  /** The most bytes of one. */
  readonly segment_size: number
  /** When what is written is synced: before it counts as stored, once a second, or never. */
  readonly sync: (typeof SYNC_MODES)[number]
}

export interface QueueSettings {
  readonly mem: MemoryQueueSettings
  /** Set if the queue is the one on the disk. */
  readonly disk: DiskQueueSettings | undefined
  /** Its folder, if that is not below path.data: what holds for path.data holds for it too. */
  readonly outside: readonly string[]
}

/** `landlock`: how far the agent reaches beyond what its plugins declare. */
export interface LandlockConfig {
  readonly enabled: boolean
  /** Whether the agent refuses to run without the domain (exit code 77). */
  readonly required: boolean
  /** Folders. Empty: all. */
  readonly reads: readonly string[]
  readonly writes: readonly string[]
  /** TCP ports. */
  readonly connects: readonly number[]
  readonly listens: readonly number[]
}

export const CAPABILITIES_MODES = ['drop', 'required', 'keep'] as const
export type CapabilitiesMode = (typeof CAPABILITIES_MODES)[number]

/** `beat.yml`, -E and the environment, read once and typed. Paths are absolute, durations in milliseconds. */
export interface Config {
  /** In events, as `agent.name`: as written, or the name of the host. */
  readonly name: string
  /** In the log, as `service.name`: as written, or the name of the program. */
  readonly serviceName: string
  readonly tags: readonly string[]
  readonly fields: Readonly<Record<string, unknown>>
  readonly fields_under_root: boolean
  /** Milliseconds. */
  readonly shutdown_timeout: number
  /** For the events of all beats, which pass their own beat's processors first. */
  readonly processors: readonly StepConfig[]
  readonly beats: readonly BeatConfig[]
  readonly output: OutputConfig
  readonly queue: QueueSettings
  readonly seccomp: SeccompConfig
  readonly landlock: LandlockConfig
  readonly capabilities: CapabilitiesMode
  /** A name, a uid or `uid:gid`; empty: the user that started the agent. */
  readonly user: string
  readonly logging: LoggingSettings
  readonly path: PathSettings
}
