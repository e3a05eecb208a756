import { shell } from '../live/shell.ts'

/**
 * Packages of the sample agent, made as any agent's are: with the framework installed from what is
 * published, so that they hold the very addon which that brings.
 */
export async function packageSample(
  tarball: string,
  work: string,
  output: string,
  epoch: number,
): Promise<void> {
  const script = `rm -rf "$2"; cp -r packaging/sample "$2"; cd "$2"
    npm install --silent --offline --ignore-scripts --no-save --no-package-lock "$1"
    node_modules/.bin/sealbeat package --output "$3"`
  await shell(script, [tarball, work, output], { SOURCE_DATE_EPOCH: String(epoch) })
}
