import { codeOf } from '../errors.ts'

/**
 * Writes to standard output and resolves when it is out. A reader that has left (`| head`) has what
 * it wanted: that is no error, and the rest is nobody's loss.
 */
export function print(output: string | Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    // Without a listener the error would end the process besides being reported here.
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
