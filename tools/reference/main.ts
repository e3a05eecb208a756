// Writes docs/reference.md from the schemas of the agent and its plugins (`make reference`).
import { writeFile } from 'node:fs/promises'
import { makeReference } from './make-reference.ts'

await writeFile('docs/reference.md', await makeReference())
