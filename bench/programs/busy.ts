// A beat that is busy reading /proc and publishing, for a fixed number of rounds.
import { readFile } from 'node:fs/promises'
import type { Beat } from '../../lib/beat.ts'

const ROUNDS = 5_000
const NAMES = ['stat', 'meminfo', 'loadavg']

const busy: Beat = {
  name: 'busy',
  schema: {},
  async run({ publish }) {
    for (let round = 0; round < ROUNDS; round++) {
      const files = await Promise.all(NAMES.map(name => readFile(`/proc/${name}`, 'utf8')))
      await publish(files.map(text => ({ message: text.slice(0, 200) })))
    }
  },
}

export default busy
