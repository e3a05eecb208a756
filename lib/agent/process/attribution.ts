import { AsyncLocalStorage } from 'node:async_hooks'

const running = new AsyncLocalStorage<string>()

/** Runs code of a beat so that whatever it starts, however late, can be traced back to that beat. */
export function attributeTo<T>(beat: string, code: () => T): T {
  return running.run(beat, code)
}

/** The id of the beat whose code is running, callbacks and rejections included; undefined for others. */
export function currentBeat(): string | undefined {
  return running.getStore()
}
