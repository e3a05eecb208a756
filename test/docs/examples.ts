import { spawnSync } from 'node:child_process'
import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import type { Workplace } from '../cli/workplace.ts'
import { type Block, blocksOf, ROOT } from './page.ts'

/** The TypeScript examples of the documentation. Each block's note is the name of its file. */
export const EXAMPLES: readonly Block[] = blocksOf('ts')

/** The name of the compiled file: `heartbeat.js` for both heartbeat.js and heartbeat.ts. */
export function compiledName({ note }: Block): string {
  return note.replace(/\.ts$/, '.js')
}

/** As strict as the project itself. Examples import the same types that an outside author gets. */
const TSCONFIG = {
  extends: join(ROOT, 'tsconfig.json'),
  compilerOptions: {
    rootDir: '.',
    outDir: '.',
    types: ['node'],
    typeRoots: [join(ROOT, 'node_modules/@types')],
    incremental: false,
    declaration: false,
    // Those of the project lead to its sources.
    paths: {},
  },
  include: ['*.ts'],
  // The default excludes outDir, which would exclude everything.
  exclude: [],
}

/**
 * Compiles every example into the folder.
 *
 * @throws Error with the messages of the compiler
 */
export function writeExamples(place: Workplace): void {
  const sources = EXAMPLES.map(block => [compiledName(block).replace(/js$/, 'ts'), block.text])
  place.write({ 'tsconfig.json': JSON.stringify(TSCONFIG), ...Object.fromEntries(sources) })
  const { status, stdout } = spawnSync(join(ROOT, 'node_modules/.bin/tsc'), {
    cwd: place.folder,
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`examples do not compile:\n${stdout}`)
  // The umask may let others write the compiled files, and the agent refuses to import such files.
  for (const block of EXAMPLES) chmodSync(place.path(compiledName(block)), 0o644)
  // A file that a page calls heartbeat.js must run unchanged.
  const plain = EXAMPLES.filter(({ note }) => note.endsWith('.js'))
  place.write(Object.fromEntries(plain.map(({ note, text }) => [note, text])))
}
