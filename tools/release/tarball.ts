import { shell } from '../live/shell.ts'

/** Packs a staged package and returns the tarball's path. npm writes neither times nor owners into it. */
export async function packTarball(stage: string, output: string): Promise<string> {
  const pack = 'cd "$1"; npm pack --silent --ignore-scripts --pack-destination "$2"'
  const name = await shell(pack, [stage, output])
  return `${output}/${name.trim()}`
}
