import { codeOf } from '../errors.ts'

/**
 * Writes to standard output and resolves when everything is written. A reader that has gone (`| head`) has
 * what it wanted, so EPIPE is not an error and the rest is discarded.
 */
export function print(output: string | Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    // Without a listener, the error would also end the process.
    process.stdout.on('error', () => undefined)
    process.stdout.write(output, error => {
      if (error && codeOf(error) !== 'EPIPE') reject(error)
      else resolve()
    })
  })
}

export function printJson(value: unknown): Promise<void> {
  return print(`${JSON.stringify(value, null, 2)}\n`)
}
