import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

const LICENCE = /^(licen[cs]e|copying|notice)(\.\w+)?$/i

/**
 * The licences of the packages that the files of a bundle come from, in the words of those packages.
 *
 * @throws Error if a package has no licence text, as nobody may redistribute it
 */
export async function licencesOf(files: readonly string[]): Promise<string> {
  const folders = new Set(
    files.flatMap(file => /^.*node_modules\/(@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []),
  )
  const texts = await Promise.all([...folders].map(licenceOf))
  return texts.sort().join(`\n${'-'.repeat(78)}\n\n`)
}

async function licenceOf(folder: string): Promise<string> {
  const { name, version, license } = JSON.parse(
    await readFile(join(folder, 'package.json'), 'utf8'),
  )
  const found = (await readdir(folder)).filter(file => LICENCE.test(file)).sort()
  if (found.length === 0) throw new Error(`${name} has no file with its licence`)
  const texts = await Promise.all(found.map(file => readFile(join(folder, file), 'utf8')))
  return `${name} ${version}, ${license}\n\n${texts.map(text => text.trim()).join('\n\n')}\n`
}
