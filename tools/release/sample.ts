import { shell } from '../live/shell.ts'

/**
 * Makes packages of the sample agent, as of any agent: the framework is installed from the published tarball,
 * so that they contain the same addon.
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
