import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A new folder before each test of the surrounding `describe`, gone after it. */
export function temporaryFolder(): { readonly path: string } {
  const folder = { path: '' }
  beforeEach(() => {
    folder.path = mkdtempSync(join(tmpdir(), 'sealbeat-agent-'))
  })
  afterEach(() => rmSync(folder.path, { recursive: true, force: true }))
  return folder
}
