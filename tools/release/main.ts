// Builds the files of a release into release/ (`make release`); docs/release.md lists them.
// RELEASE_ARCHS=arm64,s390x selects the architectures, besides this machine's, that the addon is built for.
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { chooseTargets } from './architectures.ts'
import { topmostSection } from './changelog.ts'
import { checksums } from './checksums.ts'
import { packPackages } from './packages.ts'
import { prebuild } from './prebuild.ts'
import { packageSample } from './sample.ts'
import { writeSbom } from './sbom.ts'
import { stagePackage } from './stage.ts'
import { packTarball } from './tarball.ts'

const OUTPUT = resolve('release')
const WORK = resolve('.cache/release')
/** The date that npm gives every file that it packs, as does `sealbeat package`. */
const EPOCH = Number(process.env.SOURCE_DATE_EPOCH ?? 499_162_500)

// Folders in packages keep the mode with which they are made.
process.umask(0o022)
const { version } = JSON.parse(await readFile('package.json', 'utf8'))
// Errors in these end the run before anything is built.
const section = topmostSection(await readFile('CHANGELOG.md', 'utf8'), version)
const { chosen, missing } = chooseTargets(process.env.RELEASE_ARCHS)
await rm(OUTPUT, { recursive: true, force: true })
await mkdir(OUTPUT)

const stage = join(WORK, 'package')
await stagePackage(stage)
for (const target of chosen) await prebuild(target, stage)
const tarball = await packTarball(stage, OUTPUT)
await packPackages(join(WORK, 'packages'), OUTPUT)
await packageSample(tarball, join(WORK, 'sample'), OUTPUT, EPOCH)
await writeFile(join(OUTPUT, `sealbeat-${version}.cdx.json`), await writeSbom(tarball, EPOCH))
await writeFile(join(OUTPUT, 'CHANGELOG.md'), `${section}\n`)
const sums = await checksums(OUTPUT)
await writeFile(join(OUTPUT, 'SHA256SUMS'), sums)

console.log(`the addon is built for ${chosen.map(({ arch }) => arch).join(', ')}`)
if (missing.length > 0) console.log(`no compiler here for ${missing.join(', ')}`)
console.log(sums.trimEnd())
