/** A run of test files, with a module of the copy changed. Paths are relative to the copy: `dist/lib/a.js`. */
export interface Job {
  /** Another one for each job in a copy; it names the variants. */
  readonly number: number
  readonly module: string
  /** The whole module, as it is to be. */
  readonly code: string
  /** In the order to run them; `testMs` is for each test in the file. */
  readonly tests: readonly { readonly file: string; readonly testMs: number }[]
}

/** What a worker says: that it takes jobs, that a job comes to a test file, and how the job ended. */
export type Message =
  | { readonly kind: 'ready' }
  | { readonly kind: 'begun'; readonly file: string }
  | { readonly kind: 'passed' }
  | { readonly kind: 'failed'; readonly file: string }
