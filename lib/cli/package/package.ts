import { resolve } from 'node:path'
import { EXIT, type ExitCode } from '../../agent/process/exit.ts'
import { PACKAGE_FORMATS, type PackageFormat, packageAgent } from '../../packaging/package-agent.ts'
import { didYouMean } from '../../suggest.ts'
import type { Call } from '../command.ts'
import { completion } from '../help/completion.ts'
import { manPage } from '../help/man-page.ts'
import { print } from '../print.ts'
import { UsageError } from '../usage-error.ts'

export async function packageCommand({ source, value, has }: Call): Promise<ExitCode> {
  if (source.files.length > 1 || has('set')) {
    throw new UsageError(
      '"package" takes one configuration file, which is installed as it is, and no -E',
    )
  }
  const made = await packageAgent({
    folder: resolve('.'),
    source,
    formats: chosenFormats(value('format') ?? 'deb,rpm,tar'),
    asFarAsPossible: value('format') === undefined,
    say,
    // Only a person wonders whether anything goes on.
    progress: step => process.stderr.isTTY && say(`${step} …`),
    runtime: chosenRuntime(value('runtime') ?? 'bundled'),
    output: value('output') ?? 'packages',
    iteration: chosenIteration(value('iteration') ?? '1'),
    jitless: has('jitless'),
    epoch: chosenEpoch(source.env.SOURCE_DATE_EPOCH || NPM_EPOCH),
    manPage,
    completion,
  })
  await print(made.map(path => `${path}\n`).join(''))
  return EXIT.ok
}

function say(line: string): void {
  process.stderr.write(`${line}\n`)
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

function chosenRuntime(word: string) {
  if (word === 'bundled' || word === 'system') return word
  throw new UsageError(`unknown runtime "${word}": one of bundled, system`)
}

function chosenIteration(word: string): number {
  if (/^[1-9]\d{0,5}$/.test(word)) return Number(word)
  throw new UsageError(`--iteration must be a whole number from 1 to 999999, not "${word}"`)
}

/** Seconds since 1970: the date that npm gives to every file that it packs. */
const NPM_EPOCH = '499162500'

/** Seconds since 1970; rpm has 32 bits for them. */
function chosenEpoch(word: string): number {
  if (/^\d{1,10}$/.test(word) && Number(word) < 2 ** 32) return Number(word)
  throw new UsageError(`SOURCE_DATE_EPOCH must be seconds since 1970, not "${word}"`)
}
