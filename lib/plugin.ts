import type { Schema } from 'convict'

/**
 * The part that every plugin has in common, whatever it does: a beat, an output, and the agent itself.
 * `plan.plugins` lists them all. The policy, the systemd unit, `seccomp show` and the reasons to refuse a
 * reload are derived from that list, so each need is declared once, by the plugin that has it.
 */
export interface Plugin<S = unknown> {
  /** Lower case letters, digits, `-` and `_`. A beat's name becomes `event.module`. */
  readonly name: string
  /** Convict schema of the plugin's own section: `doc`, `format`, `default` for every key. */
  readonly schema: Schema<S>
  /**
   * What can't be right about settings that the schema has approved one by one: two that exclude each other, an
   * example that does not fit. It is refused when the configuration is read, with its place.
   */
  check?(settings: S): readonly SettingProblem[]
  readonly syscalls?: readonly SyscallNeed[]
  /** Its needs with these settings: a low port, for example, takes `CAP_NET_BIND_SERVICE`. */
  privileges?(settings: S): readonly Privilege[]
}

export interface SettingProblem {
  /** Below the plugin's section: `['fields', 1, 'to']`. Empty: the section itself. */
  readonly path: readonly (string | number)[]
  /** `must …` */
  readonly message: string
}

/** System calls needed beyond the default policy, and the reason, which `seccomp show` repeats. */
export interface SyscallNeed {
  readonly names: readonly string[]
  readonly why: string
}

/**
 * Something that a plugin needs beyond a user and folders of its own. `why` says in one line what it is
 * for; the unit and `seccomp show` repeat it. docs/beats.md says what grants each.
 */
export type Privilege = { readonly why: string } & (
  | {
      /** capabilities(7): `CAP_AUDIT_READ`. */
      readonly capability: `CAP_${string}`
      /** `open`: not needed once the plugin is open. Left out: `run`, for as long as the agent lives. */
      readonly during?: 'open' | 'run'
    }
  | { /** TCP, UDP and looking up names, with any address and port. */ readonly network: 'ip' }
  | { /** A TCP port of other hosts, or all of them. */ readonly connects: number | 'any' }
  | { /** A TCP port of this host. */ readonly listens: number }
  | { /** The absolute path of a unix socket. */ readonly unix: string }
  | {
      /** Another address family: `AF_PACKET`. */ readonly addressFamily: `AF_${string}`
    }
  | {
      /**
       * A multicast group of netlink(7), as `ListenNetlink=` of systemd.socket(5) has it: `audit 1`. The socket
       * unit of a package hands it over. Elsewhere the plugin joins it itself, while it opens.
       */
      readonly netlink: string
      /** The capability that joining takes. */
      readonly with: `CAP_${string}`
      /** How much the kernel may keep unread. Left out: what it does by itself. */
      readonly bufferBytes?: number
    }
  | { /** A group whose files are read: `adm`. */ readonly group: string }
  | {
      /**
       * Files of /proc: the `system`'s; those of other users' `processes`, as `ps` shows them; or also
       * what is `inside` other processes, such as their memory, programs and open files.
       */
      readonly proc: 'system' | 'processes' | 'inside'
    }
  | {
      /** Every place where something is mounted, also below /home, /root and /run/user, without what is in it. */
      readonly sees: 'mounts'
    }
  | { /** The absolute path of a folder below which files are read. */ readonly reads: string }
  | { /** The absolute path of a folder below which files are written. */ readonly writes: string }
  | {
      /** The absolute path of a program that is run, or of a folder of them. */ readonly executes: string
    }
)

/**
 * The number of the contract between plugins and the agent. It is raised by a change that plugins made for the
 * one before don't survive, never by an addition.
 */
export const PLUGIN_API = 1

// The mark that the define functions leave on a plugin: which contract it was made for. Another copy of sealbeat can
// read it. A plain object without it is as good, as its shape is checked.
const MARK = Symbol.for('sealbeat.plugin')

interface Mark {
  readonly kind: 'beat' | 'output' | 'processor'
  readonly api: number
}

/** Returns its argument, marked; what can't be marked, such as a frozen object, stays as it is. */
export function marked<P>(plugin: P, kind: Mark['kind']): P {
  const mark: Mark = { kind, api: PLUGIN_API }
  if (typeof plugin !== 'object' || plugin === null || !Object.isExtensible(plugin)) return plugin
  return Object.defineProperty(plugin, MARK, { value: mark, configurable: true })
}

/** The mark of a default export, whichever copy of sealbeat has left it there. */
export function markOf(exported: unknown): Mark | undefined {
  if (typeof exported !== 'object' || exported === null) return undefined
  const mark: unknown = Reflect.get(exported, MARK)
  if (typeof mark !== 'object' || mark === null) return undefined
  const kind = KINDS.find(each => each === Reflect.get(mark, 'kind'))
  const api: unknown = Reflect.get(mark, 'api')
  return kind && typeof api === 'number' ? { kind, api } : undefined
}

const KINDS = ['beat', 'output', 'processor'] as const
