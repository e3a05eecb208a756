// Writes lib/seccomp/architectures/tables/ from Debian's newest kernel headers (`make tables`).
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeTables } from './tables/make-tables.ts'
import { fetchSources } from './tables/table-sources.ts'

const files = await makeTables(await fetchSources('.cache/debian'))
for (const [name, text] of files)
  await writeFile(join('lib/seccomp/architectures/tables', name), text)
