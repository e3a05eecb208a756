import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { shell } from './shell.ts'

/**
 * Copies what a machine needs into `folder`/sealbeat: the compiled project, its modules, the addon for
 * that machine, and `run`, which starts the conformance program.
 */
export async function makeProject(addon: string, folder: string): Promise<void> {
  const script = `rm -rf "$2"; mkdir -p "$2/sealbeat/build/Release"; cp -r dist package.json config "$2/sealbeat"
    cp "$1"/build/Release/{sealbeat,probe}.node "$2/sealbeat/build/Release"
    npm ls --omit=dev --all --parseable | tail -n +2 | sed "s|^$PWD/||" | sort |
      xargs cp -r --parents -t "$2/sealbeat"`
  await shell(script, [addon, folder])
  await writeFile(join(folder, 'sealbeat/run'), RUN)
}

const RUN = `cd /sealbeat
if [ -e /foreign ]; then export FOREIGN_PROGRAM=/foreign; fi
time node dist/test/conformance/main.js
`
