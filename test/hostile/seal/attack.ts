// An attack, what refuses it, and what follows from that for an agent whose parts are switched on or off.

/** A part of the seal that can refuse an attack. */
export type Layer =
  /** The filter of system calls: `seccomp.enabled`. */
  | 'filter'
  /** The filter, where the configuration declares no sockets. */
  | 'filter without sockets'
  /** Its rules against native libraries: `seccomp.late_libraries`, or a Node that was started with --jitless. */
  | 'libraries'
  /** Its rules against executable memory: a Node that was started with --jitless. */
  | 'jitless'
  /** The Landlock domain: `landlock.enabled`. */
  | 'domain'
  /** Dropped capabilities: `capabilities`. */
  | 'capabilities'
  /** Domain and dropped capabilities together: some capabilities lift what the domain refuses. */
  | 'domain and capabilities'
  /** No dumps, which gives /proc/self to root: no switch. Root may open it all the same. */
  | 'undumpable'

export type Errno = 'EACCES' | 'EPERM' | 'EXDEV' | 'ENOSYS' | 'ERR_DLOPEN_FAILED'

export interface Attack {
  readonly name: string
  /** Left out: anybody, with targets of the same user. */
  readonly who?: 'root'
  /**
   * Everything that refuses it, in the order in which the kernel asks, with the error; empty for an attack that
   * nothing refuses yet, whose `limit` then says why.
   */
  readonly refused: { readonly [L in Layer]?: Errno }
  readonly limit?: string
  /** The Landlock ABI from which the domain decides about it. */
  readonly since?: number
  /** A file of the machine without which it can't be tried. */
  readonly needs?: string
  /** It touches the machine and may be impossible even unsealed: in a container. */
  readonly ofMachine?: true
  /** Returns if the attack has succeeded, leaving everything as it was; throws an error with a `code`. */
  attempt(scene: Scene): unknown
}

/** What an attack finds: all of it has been made by the test. */
export interface Scene {
  /** A process of the same user outside of the agent; it has MARK in its environment. */
  readonly neighbour: number
  /** The end of a mapping of the neighbour that is executable and not writable. */
  readonly codeEnd: number
  /** The folder of the configuration, of the beat's module and of node_modules. Not to be written. */
  readonly outside: string
  /** path.data, which the agent may write. */
  readonly inside: string
  readonly ports: {
    /** Somebody listens on both; the second is in `landlock.connects`. */
    readonly undeclared: number
    readonly connects: number
    /** Free; in `landlock.listens`. */
    readonly listens: number
    /** Free. */
    readonly free: number
  }
  /** Names of unix sockets that somebody listens on. */
  readonly abstract: string
  readonly socket: string
}

export const MARK = 'NEIGHBOUR_PASSWORD=of-the-neighbour'

/** Who runs the agent: `becomes` starts as root and has `user: 65534:65534`. */
export type Who = 'root' | '65534' | 'becomes 65534'

/** The parts that are switched on. */
export interface Switches {
  readonly filter: boolean
  /** Whether the ports of the scene are in the configuration. */
  readonly sockets: boolean
  readonly domain: boolean
  readonly capabilities: boolean
  /** What the filter refuses to native code: nothing by itself. */
  readonly native: 'allow' | 'late_libraries' | 'jitless'
}

/** What becomes of an attack: `done`, or the error of the first part that is on and refuses it. */
export function predicted(
  { refused, since = 1 }: Attack,
  who: Who,
  { filter, sockets, domain, capabilities, native }: Switches,
  abi: number,
): string {
  const isDomain = domain && abi >= since
  const isDropped = capabilities || who !== 'root'
  const on: Readonly<Record<Layer, boolean>> = {
    filter,
    'filter without sockets': filter && !sockets,
    libraries: filter && native !== 'allow',
    jitless: filter && native === 'jitless',
    domain: isDomain,
    capabilities: isDropped,
    'domain and capabilities': isDomain && isDropped,
    undumpable: who !== 'root',
  }
  const layers = Object.entries(refused) as readonly (readonly [Layer, Errno])[]
  return layers.find(([layer]) => on[layer])?.[1] ?? 'done'
}
