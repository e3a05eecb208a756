import type { Added } from '../../tools/boot/sample.ts'

/** Publishes 1, 2, 3, …, without waiting until they are stored, and goes on from its state. */
const COUNTING = `import { setTimeout } from 'node:timers/promises'
import { defineBeat } from 'sealbeat'

export default defineBeat({
  name: 'counting',
  schema: {},
  async run({ signal, publish, state }) {
    for (let number = (state.get('published') ?? 0) + 1; !signal.aborted; number++) {
      await publish({ event: { dataset: 'counting.number' }, counting: { number } })
      await state.set('published', number)
      await setTimeout(5, undefined, { signal }).catch(() => {})
    }
  },
})
`

/** Writes a file again and again. All that it declares, it could declare before agents were confined. */
const SPOOLING = `import { writeFile } from 'node:fs/promises'
import { setTimeout } from 'node:timers/promises'
import { defineBeat, text } from 'sealbeat'

export default defineBeat({
  name: 'spooling',
  schema: {
    folder: { doc: 'Where the file is.', format: text, default: null },
    declares: { doc: 'What of it.', format: ['folder', 'file', 'nothing'], default: 'folder' },
  },
  privileges({ folder, declares }) {
    if (declares === 'nothing') return []
    return [{ writes: declares === 'file' ? folder + '/spooled' : folder, why: 'spools there' }]
  },
  async run({ settings, signal }) {
    while (!signal.aborted) {
      await writeFile(settings.folder + '/spooled', String(Date.now()))
      await setTimeout(100, undefined, { signal }).catch(() => {})
    }
  },
})
`

/** What a beat writes to: declared, as a file that Landlock can't grant, and not at all. */
export const FOLDERS = {
  declared: '/var/spool/declared',
  file: '/srv/file',
  undeclared: '/srv/undeclared',
} as const

/** The beats of an agent that is older than the tree that packs it next. */
export const UPGRADED: Added = {
  beats: { counting: COUNTING, spooling: SPOOLING },
  sections: `
  - type: ./beats/counting.js

  - type: ./beats/spooling.js
    id: declared
    folder: ${FOLDERS.declared}
`,
}

/** The folder of the events. */
export const EVENTS = '/var/log/sealbeat-sample'

/** What the operator has instead of the console: two beats more, and a file. */
export const EDIT = `  - type: ./beats/spooling.js
    id: file
    folder: ${FOLDERS.file}
    declares: file

  - type: ./beats/spooling.js
    id: undeclared
    folder: ${FOLDERS.undeclared}
    declares: nothing

output.file:
  path: ${EVENTS}
`

/** The drop-in which that took, and which was enough. */
export const DROP_IN = `[Service]
ReadWritePaths=${FOLDERS.file} ${FOLDERS.undeclared}
`
