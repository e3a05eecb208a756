// Another user, who gives a name in a folder of its own to one file and then to another, as fast as it can:
// `attacker.js HOW NAME FILE FILE`.
import { renameSync, symlinkSync } from 'node:fs'

const [, , how, name = '', ...files] = process.argv

const SWAPS: Readonly<Record<string, (file: string) => void>> = {
  /** The name is never missing. */
  link: file => {
    symlinkSync(file, `${name}.next`)
    renameSync(`${name}.next`, name)
  },
  /** Also what root owns is in the folder of another, who may rename it. */
  rename: file => {
    renameSync(file, name)
    // Else the name would be missing half of the time, and what is missing wins nothing.
    const until = performance.now() + Math.random() * 0.2
    while (performance.now() < until);
    renameSync(name, file)
  },
}

const swap = SWAPS[how ?? '']
if (!swap) throw new Error(`no such way: ${how}`)
let said = false
for (;;) {
  for (const file of files) swap(file)
  if (!said) console.log('swapping')
  said = true
}
