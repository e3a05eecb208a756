import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

// From dist/test/spec/.
const SOURCE = fileURLToPath(new URL('../../../test/programs/tracer.c', import.meta.url))

/** Compiles test/programs/tracer.c into the folder; the compiler's words where that fails. */
export function compileTracer(
  folder: string,
): { readonly file: string } | { readonly why: string } {
  const file = join(folder, 'tracer')
  const { status, stderr, error } = spawnSync('cc', ['-O1', '-Wall', '-o', file, SOURCE], {
    encoding: 'utf8',
  })
  return status === 0 ? { file } : { why: error?.message ?? stderr }
}
