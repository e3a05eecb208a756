import { AsyncLocalStorage } from 'node:async_hooks'

const running = new AsyncLocalStorage<string>()

/** Runs a beat's code so that whatever it starts, however late, can be traced back to the beat. */
export function attributeTo<T>(beat: string, code: () => T): T {
  return running.run(beat, code)
}

/** The id of the beat whose code this is, callbacks and rejections included; else undefined. */
export function currentBeat(): string | undefined {
  return running.getStore()
}
