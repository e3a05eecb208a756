import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { frameworkEntries } from '../../lib/packaging/contents/framework.ts'
import { launcher } from '../../lib/packaging/contents/launcher.ts'
import { file, stage } from '../../lib/packaging/formats/tree.ts'
import { USER } from './terminal.ts'

/** The command of an agent as a package installs it, in a folder of its own, for a user that there is anyway. */
export class InstalledCommand {
  readonly #place = mkdtempSync(join(tmpdir(), 'sealbeat-installed-'))
  readonly command = join(this.#place, USER)

  /** `files` are beside the configuration. */
  constructor(files: Readonly<Record<string, string>>) {
    const at = (name: string) => join(this.#place, name)
    const places = { home: at('home'), config: at('config'), data: at('data'), logs: at('logs') }
    const launched = { name: USER, version: '1.2.3', runtime: 'bundled', jitless: false } as const
    const home = [
      ...frameworkEntries(),
      { path: '/bin/node', mode: 0o777, content: { link: process.execPath } },
    ]
    stage(
      [
        ...home.map(entry => ({ ...entry, path: join('/home', entry.path) })),
        ...Object.entries(files).map(([name, text]) => file(join('/config', name), text)),
        file(`/${USER}`, launcher(launched, places), 0o755),
      ],
      this.#place,
      0,
    )
    for (const folder of [places.data, places.logs]) {
      mkdirSync(folder)
      chmodSync(folder, 0o777)
    }
  }

  remove(): void {
    rmSync(this.#place, { recursive: true, force: true })
  }
}
