import { spawnSync } from 'node:child_process'
import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import type { Workplace } from '../cli/workplace.ts'
import { type Block, blocksOf, ROOT } from './page.ts'

/** The TypeScript of the documentation; each block's note is the name of its file. */
export const EXAMPLES: readonly Block[] = blocksOf('ts')

/** `heartbeat.js`, whether the page has it as heartbeat.js or heartbeat.ts. */
export function compiledName({ note }: Block): string {
  return note.replace(/\.ts$/, '.js')
}

/** Strict as the project itself; what the examples import is what an outside author gets. */
const TSCONFIG = {
  extends: join(ROOT, 'tsconfig.json'),
  compilerOptions: {
    rootDir: '.',
    outDir: '.',
    types: ['node'],
    typeRoots: [join(ROOT, 'node_modules/@types')],
    incremental: false,
    declaration: false,
  },
  include: ['*.ts'],
  // Else outDir would be left out, and with it everything.
  exclude: [],
}

/** Compiles every example into the folder, and throws what the compiler has to say against them. */
export function writeExamples(place: Workplace): void {
  const sources = EXAMPLES.map(block => [compiledName(block).replace(/js$/, 'ts'), block.text])
  place.write({ 'tsconfig.json': JSON.stringify(TSCONFIG), ...Object.fromEntries(sources) })
  const { status, stdout } = spawnSync(join(ROOT, 'node_modules/.bin/tsc'), {
    cwd: place.folder,
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`examples do not compile:\n${stdout}`)
  // The compiler leaves it to the umask whether others may write what the agent is to import.
  for (const block of EXAMPLES) chmodSync(place.path(compiledName(block)), 0o644)
  // What a page calls heartbeat.js has to run as it stands.
  const plain = EXAMPLES.filter(({ note }) => note.endsWith('.js'))
  place.write(Object.fromEntries(plain.map(({ note, text }) => [note, text])))
}
