import { boot, type Machine } from '../../lib/boot/machine.ts'
import type { Root } from '../../lib/boot/root.ts'
import { testRoot } from '../../tools/boot/root.ts'
import { deliver } from '../../tools/boot/sample.ts'

/** Boots a machine for the calling suite. `packages` makes folders of packages, which it gets in /packages. */
export function bootedWith(
  packages: () => readonly string[],
  use: (machine: Machine) => void,
): void {
  let root: Root | undefined
  let machine: Machine | undefined

  before(async () => {
    root = await testRoot()
    for (const folder of packages()) deliver(folder, root.upper)
    machine = await boot(root)
    use(machine)
  })
  after(async () => {
    await machine?.stop()
    root?.remove()
  })
}
