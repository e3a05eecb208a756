// `make vectors`: fetches libseccomp's own tests into .cache/libseccomp/source, for `make test`, which compares
// what they expect with what an imported profile does. They are not ours to publish.
import { existsSync } from 'node:fs'
import { unpackSource } from '../../../../tools/apt.ts'

const FOLDER = '.cache/libseccomp/source'

if (!existsSync(FOLDER)) await unpackSource('libseccomp', 'bookworm', '.cache/apt', FOLDER)
console.log(`${FOLDER}/tests`)
