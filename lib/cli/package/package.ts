import { spawnSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { EXIT, type ExitCode } from '../../agent/process/exit.ts'
import type { RuntimeKind } from '../../packaging/contents/runtime.ts'
import { PACKAGE_FORMATS, type PackageFormat, packageAgent } from '../../packaging/package-agent.ts'
import { didYouMean } from '../../suggest.ts'
import type { Call } from '../command.ts'
import { INSTALLED_COMMANDS } from '../commands.ts'
import { completionFor } from '../help/completion/shells.ts'
import { withOwnFiles } from '../help/help.ts'
import { manPage } from '../help/man-page.ts'
import { print } from '../print.ts'
import { UsageError } from '../usage-error.ts'
import { progressOn } from './progress.ts'
import { untilSignal } from './until-signal.ts'

const QUIETLY = { throwIfNoEntry: false } as const

export async function packageCommand({ source: given, value, has }: Call): Promise<ExitCode> {
  const isFolder = given.files.some(file => statSync(file, QUIETLY)?.isDirectory())
  if (given.files.length > 1 || isFolder || has('set')) {
    throw new UsageError(
      '"package" takes one configuration file, which is installed as it is, and no -E',
    )
  }
  const { dropIns, ...source } = given
  const progress = progressOn(process.stderr)
  if (dropIns !== undefined && existsSync(dropIns)) {
    progress.say(
      `Left out: ${dropIns}: a package has one configuration file, and the folder is the operator's`,
    )
  }
  const options = {
    folder: resolve('.'),
    source,
    dropIns,
    formats: chosenFormats(value('format') ?? 'deb,rpm,tar'),
    asFarAsPossible: value('format') === undefined,
    say: progress.say,
    progress: progress.step,
    runtime: chosenRuntime(value('runtime') ?? 'bundled'),
    output: value('output') ?? 'packages',
    iteration: chosenIteration(value('iteration') ?? '1'),
    jitless: has('jitless'),
    epoch: chosenEpoch(source.env.SOURCE_DATE_EPOCH || commitDate(resolve('.')) || NPM_EPOCH),
    manPage,
    completions: (name: string) => {
      const completion = (shell: keyof typeof completionFor) =>
        withOwnFiles(completionFor[shell](name, INSTALLED_COMMANDS), { name, version: '' })
      return { bash: completion('bash'), zsh: completion('zsh'), fish: completion('fish') }
    },
  }
  const made = await untilSignal(signal => packageAgent({ ...options, signal })).finally(
    progress.end,
  )
  await print(made.map(path => `${path}\n`).join(''))
  return EXIT.ok
}

function chosenFormats(written: string): readonly PackageFormat[] {
  const formats = written.split(',').map(word => {
    const found = PACKAGE_FORMATS.find(format => format === word)
    if (found) return found
    const near = didYouMean(word, PACKAGE_FORMATS)
    throw new UsageError(`unknown format "${word}"${near}: one of ${PACKAGE_FORMATS.join(', ')}`)
  })
  return [...new Set(formats)]
}

function chosenRuntime(word: string): RuntimeKind {
  if (word === 'bundled' || word === 'system') return word
  throw new UsageError(`unknown runtime "${word}": one of bundled, system`)
}

function chosenIteration(word: string): number {
  if (/^[1-9]\d{0,5}$/.test(word)) return Number(word)
  throw new UsageError(`--iteration must be a whole number from 1 to 999999, not "${word}"`)
}

/** Seconds since 1970: when the last commit to the agent's folder was made. Empty if none was, or without git. */
function commitDate(folder: string): string {
  const args = ['-C', folder, 'log', '-1', '--format=%ct', '--', '.']
  const { status, stdout } = spawnSync('git', args, { encoding: 'utf8' })
  return status === 0 ? stdout.trim() : ''
}

/** Seconds since 1970: the date that npm gives to every file that it packs. */
const NPM_EPOCH = '499162500'

/** Seconds since 1970; rpm has 32 bits for them. */
function chosenEpoch(word: string): number {
  if (/^\d{1,10}$/.test(word) && Number(word) < 2 ** 32) return Number(word)
  throw new UsageError(`SOURCE_DATE_EPOCH must be seconds since 1970, not "${word}"`)
}
