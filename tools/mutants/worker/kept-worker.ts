import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { Job, Message } from './messages.ts'

/** How a job ended, and the test file that noticed, if any did. */
export interface Outcome {
  readonly verdict: 'passed' | 'failed' | 'timeout' | 'died'
  readonly file?: string | undefined
}

/** A job with the time that each of its test files may take, in milliseconds. */
export interface TimedJob extends Job {
  readonly tests: readonly (Job['tests'][number] & { readonly fileMs: number })[]
}

/** After so many jobs there is a new process: what it imported stays in its memory. */
const MOST_JOBS = 150

/** The start reads the whole build, and the machine may be busy. */
const START_MS = 60_000

/** Runs one job at a time in a process that it keeps. One that dies, hangs or has had many jobs is replaced. */
export class KeptWorker {
  readonly #start: () => ChildProcess
  #process: ChildProcess | undefined
  #jobs = 0

  /** `start` makes a process of main.ts, with a channel. */
  constructor(start: () => ChildProcess) {
    this.#start = start
  }

  /** Has a process that has read the build, which a job may then change. @throws Error if none starts */
  async ready(): Promise<void> {
    if (this.#jobs >= MOST_JOBS) await this.end()
    if (this.#process) return
    const child = this.#start()
    this.#process = child
    this.#jobs = 0
    const { verdict } = await this.#listen(child, START_MS, new Map())
    if (verdict === 'passed') return
    await this.end()
    throw new Error(`the process that tries mutants did not start: ${verdict}`)
  }

  /** Runs a job, after `ready`. */
  async run(job: TimedJob): Promise<Outcome> {
    const child = this.#process
    if (!child) throw new Error('the worker is not ready')
    this.#jobs++
    const limits = new Map(job.tests.map(({ file, fileMs }) => [file, fileMs]))
    const listening = this.#listen(child, START_MS, limits)
    // A process that is gone takes no message; its exit is heard of.
    child.send(job, () => undefined)
    const outcome = await listening
    if (outcome.verdict === 'timeout') await this.end()
    return outcome
  }

  /** Ends the process with all that it started. */
  async end(): Promise<void> {
    const child = this.#process
    this.#process = undefined
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const exit = once(child, 'exit')
    child.kill('SIGKILL')
    await exit
  }

  /** Waits for the next end. `limits` are those of the test files, `firstMs` the one before any of them. */
  #listen(child: ChildProcess, firstMs: number, limits: ReadonlyMap<string, number>) {
    return new Promise<Outcome>(done => {
      let file: string | undefined
      const end = (outcome: Outcome) => {
        clearTimeout(timer)
        child.off('message', onMessage).off('exit', onExit)
        done(outcome)
      }
      const timerOf = (ms: number) => setTimeout(() => end({ verdict: 'timeout', file }), ms)
      const onMessage = (message: Message) => {
        switch (message.kind) {
          case 'begun':
            file = message.file
            clearTimeout(timer)
            timer = timerOf(limits.get(file) ?? firstMs)
            return
          case 'failed':
            return end({ verdict: 'failed', file: message.file })
          default:
            return end({ verdict: 'passed' })
        }
      }
      const onExit = () => {
        this.#process = undefined
        end({ verdict: 'died', file })
      }
      let timer = timerOf(firstMs)
      child.on('message', onMessage).once('exit', onExit)
    })
  }
}
