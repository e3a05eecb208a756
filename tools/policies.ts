// Writes config/seccomp/ and lib/seccomp/architectures/defaults/ from tools/recordings/ (`make policies`).
import { writeFile } from 'node:fs/promises'
import { makePolicies } from './policy/make-policies.ts'
import { readRecordings } from './record/recording.ts'

const files = await makePolicies(await readRecordings('tools/recordings'))
for (const [path, text] of files) await writeFile(path, text)
