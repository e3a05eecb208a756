import { boot, type Machine } from '../../tools/boot/machine.ts'
import { freshRoot, type Root } from '../../tools/boot/root.ts'
import { deliver, packageSample } from '../../tools/boot/sample.ts'

/** Boots a machine for the calling suite. `packages` maps versions of the sample agent to formats. */
export function bootedWith(
  packages: Readonly<Record<string, string>>,
  use: (machine: Machine) => void,
): void {
  let root: Root | undefined
  let machine: Machine | undefined

  before(async () => {
    root = freshRoot()
    for (const [version, formats] of Object.entries(packages)) {
      deliver(packageSample(version, formats), root.folder)
    }
    machine = await boot(root.folder)
    use(machine)
  })
  after(async () => {
    await machine?.stop()
    root?.remove()
  })
}
