// Whose error it is that nobody has caught: it is said in the log.
//
// Node can follow a beat through everything that its code starts, callbacks and rejections included. Before Node 24
// that makes every promise of the process dearer: a quarter of the time of a beat that publishes single events. So it
// is done where there is a question. With one beat and no other code from outside the framework, an error is that
// beat's unless its stack has files of the framework alone.

import { AsyncLocalStorage } from 'node:async_hooks'
import { packageRoot } from '../../own-package.ts'

/** From here on V8 itself carries the context along. */
const CHEAP_SINCE = 24

/** The code of a process. */
interface Code {
  /** Ids. */
  readonly beats: readonly string[]
  /** Whether there is code from outside the framework that belongs to no beat. */
  readonly hasOthers: boolean
}

export class Attribution {
  readonly #running = new AsyncLocalStorage<string>()
  /** The beat whose code nobody follows, if there is one. */
  readonly #sole: string | undefined
  #isFollowing: boolean

  constructor({ beats, hasOthers }: Code, node = process.versions.node) {
    const isCheap = Number.parseInt(node, 10) >= CHEAP_SINCE
    this.#isFollowing = isCheap || hasOthers || beats.length > 1
    this.#sole = this.#isFollowing ? undefined : beats[0]
  }

  /** Runs code of a beat so that whatever it starts, however late, can be traced back to that beat. */
  to<T>(beat: string, code: () => T): T {
    // A reload has added another one.
    if (beat !== this.#sole) this.#isFollowing = true
    return this.#isFollowing ? this.#running.run(beat, code) : code()
  }

  /** The id of the beat whose error this is; undefined if it is nobody's. To be asked where it was not caught. */
  beatOf(thrown: unknown): string | undefined {
    return this.#running.getStore() ?? (isOurs(thrown) ? undefined : this.#sole)
  }
}

/** Files in a stack: `at f (file:///opt/a/lib.js:3:7)`; those of CommonJS have plain paths. */
const FILES = /(?<=[\s(])(?:file:\/\/)?\/[^\s():]+(?=:\d+:\d+\)?$)/gm

/** Where the package has the framework, and what it stands on. */
const FRAMEWORK = /^(dist\/)?(lib|bundle|node_modules)\/(?!beats\/)/

/** Whether a stack has files of the framework, and no others. */
function isOurs(thrown: unknown): boolean {
  const files = (thrown instanceof Error && thrown.stack?.match(FILES)) || []
  const { href, pathname } = packageRoot()
  const isFramework = (file: string) => {
    const root = [href, pathname].find(each => file.startsWith(each))
    return root !== undefined && FRAMEWORK.test(file.slice(root.length))
  }
  return files.length > 0 && files.every(isFramework)
}
