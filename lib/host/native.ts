// The part of the addon that is about the host: addon/host/.

/** Questions about the host, many in one job on a thread of its own, as the kernel may never answer one. */
export interface NativeHost {
  /**
   * statfs(2) of each path, which ends in NUL. `mounts`: the id of the mount that is meant, or -1. `done` is called
   * at the end.
   *
   * Ten numbers for each answer: an errno; 1 if the path has led to another mount; the bytes of a fragment, the
   * fragments in all, free and available to users; the inodes in all and free; the major and
   * minor number of the device, or -1.
   */
  askFilesystems(paths: string, mounts: Float64Array, done: () => void): NativeAsking<Float64Array>
  /** The text that the first read(2) of each file gives, at most 4096 bytes, or an errno. Each name ends in NUL. */
  readBeginnings(
    folder: string,
    names: string,
    done: () => void,
  ): NativeAsking<readonly (string | number)[]>
  /** `mostKept`: how many files of it stay open between two readings. */
  openProcesses(folder: string, mostKept: number): NativeProcesses
}

interface NativeProcesses {
  /** If it is not 0, nothing can be asked. */
  readonly errno: number
  /**
   * All processes, in one answer: undefined until it is there, or an errno. Ten numbers for each: its id, the letter
   * of its state (0: unknown), parent, group, ticks of user and of system time, threads, start in ticks since boot,
   * bytes of address space, resident pages. Not again before `done` was called, which is true of `forget` too.
   */
  ask(done: () => void): NativeAsking<Float64Array | number | undefined>
  /** Closes the files that are open. */
  forget(): void
}

export interface NativeAsking<T> {
  /** If it is not 0, nothing is asked, and `done` is not called. */
  readonly errno: number
  /** How many are answered. */
  reached(): number
  /** The answers so far. */
  answers(): T
  /** Asks nothing further: `done` is called once the kernel has answered what it was asked. */
  leave(): void
}
